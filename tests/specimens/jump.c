/* A handler that is left by siglongjmp(): what comes then is the main flow again. */
#include <setjmp.h>
#include <signal.h>

int word, main_only;
static sigjmp_buf out;

static void on_signal(int number)
{
	word = number;
	siglongjmp(out, 1);
}

static void work(void)
{
	for (int i = 0; i < 10; i++)
		main_only = i;
	word = 3;
}

int main(void)
{
	if (sigsetjmp(out, 1) == 0) {
		signal(SIGUSR1, on_signal);
		raise(SIGUSR1);
	}
	work();
	return 0;
}
