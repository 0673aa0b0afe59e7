/* Writes 100 times, dies of SIGKILL in the midst; the child of a fork does the same. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int *word;

static void write_and_die(void)
{
	for (int i = 0; i < 200; i++) {
		*word = i;
		if (i == 99)
			raise(SIGKILL);
	}
}

int main(void)
{
	word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fork() == 0)
		write_and_die();
	wait(NULL);
	write_and_die();
	return 0;
}
