/*
 * loop-cases.c - goes round for ever, or until something comes
 *
 * loop-cases CASE: "endless" has no way out, nor has "calls", which calls a
 * function there; "reads" waits for memory, "timer" for an alarm's handler,
 * "child" has a child that could send a signal, "thread" another thread.
 */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static volatile int flag;

__attribute__((noinline)) void step(void)
{
	__asm__ volatile("nop");
}

static void endless(void)
{
	for (;;)
		__asm__ volatile("pause");
}

static void calls(void)
{
	for (;;)
		step();
}

static void reads(void)
{
	while (!flag)
		;
}

static void on_alarm(int number)
{
	(void)number;
	_exit(0);
}

static void timer(void)
{
	signal(SIGALRM, on_alarm);
	alarm(1000);
	endless();
}

static void child(void)
{
	pid_t parent = getpid();

	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			pause();
		_exit(0);
	}
	endless();
}

static void *wait_on(void *arg)
{
	pause();
	return arg;
}

static void thread(void)
{
	pthread_t other;

	pthread_create(&other, NULL, wait_on, NULL);
	endless();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} cases[] = {{"endless", endless}, {"calls", calls}, {"reads", reads},
		     {"timer", timer},	   {"child", child}, {"thread", thread}};

	for (size_t i = 0; argc == 2 && i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strcmp(argv[1], cases[i].name) == 0)
			cases[i].run();
	return 2;
}
