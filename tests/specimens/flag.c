/* A flag that a handler sets; other variables are the main flow's alone. */
#include <signal.h>

int stop, other;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static int rounds(void)
{
	int n = 0;

	while (!stop && n < 10)
		n++;
	return n;
}

int main(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGUSR1, &action, 0);
	other = rounds();
	raise(SIGUSR1);
	return other == 10 && rounds() == 0 ? 0 : 1;
}
