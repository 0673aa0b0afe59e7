/*
 * elf-sleeper.h - sleeps in read(0), four calls deep: main, outer, middle, inner.
 *
 * With "handler" inner gets a signal first, and its handler sleeps on another
 * stack; with "thread" a second thread is the one that sleeps.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __clang__
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

/* Not a tail call, so that every frame stays. */
#define KEEP(value)                                                                                \
	({                                                                                         \
		int v_ = (value);                                                                  \
		__asm__ volatile("" : "+r"(v_));                                                   \
		v_;                                                                                \
	})

static const char *mode = "";

NOINLINE int sleep_here(void)
{
	char byte;

	return KEEP((int)read(0, &byte, 1)); /* LINE: the sleep */
}

static volatile int result;

static void handler(int sig)
{
	result = sleep_here() + sig;
}

NOINLINE int inner(int depth)
{
	if (strcmp(mode, "handler") == 0)
		raise(SIGUSR1);
	return KEEP(sleep_here() + depth);
}

NOINLINE int middle(int depth)
{
	char text[200];

	memset(text, depth, sizeof(text));
	return KEEP(inner(depth) + text[depth]);
}

NOINLINE int outer(int depth)
{
	return KEEP(middle(depth + 1) + depth);
}

static void *run(void *arg)
{
	outer(1);
	return arg;
}

int main(int argc, char **argv)
{
	static char other_stack[65536];
	const stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof(other_stack)};
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
	pthread_t thread;

	if (argc > 1)
		mode = argv[1];
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	if (strcmp(mode, "thread") == 0) {
		pthread_create(&thread, NULL, run, NULL);
		pthread_join(thread, NULL);
		return 0;
	}
	return outer(1) > 1000;
}
