/*
 * bench-access.c - what an access to memory costs
 *
 * bench-access private|shared N FILE: N rounds of two reads and a write over an
 * array of its own, or over one that it shares with nobody that runs; the
 * nanoseconds of an access go into FILE.
 *
 * bench-access turns N: two processes add to the same word N times each;
 * `deaths` does not mind that one of them is killed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS 4096

/* Of the processor; not by clock_gettime(), which tells the time of the schedule there. */
static uint64_t time_now(void)
{
	struct timespec now;

	syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

__attribute__((noinline)) static void round_of(uint64_t *words)
{
	for (size_t i = 1; i < WORDS; i++)
		words[i] += words[i - 1];
}

static int take_turns(uint64_t *word, uint64_t count, int must_count)
{
	pid_t child = fork();

	for (uint64_t i = 0; i < count; i++)
		__atomic_fetch_add(word, 1, __ATOMIC_RELAXED);
	if (child == 0)
		_exit(0);
	return child < 0 || waitpid(child, NULL, 0) != child || (must_count && *word != 2 * count);
}

int main(int argc, char **argv)
{
	static uint64_t own[WORDS];
	uint64_t *words = own, started, rounds;
	FILE *out;

	if (argc != 3 && argc != 4)
		return 2;
	if (strcmp(argv[1], "private") != 0)
		words = mmap(NULL, sizeof(own), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (words == MAP_FAILED)
		return 1;
	if (argc == 3)
		return take_turns(words, strtoull(argv[2], NULL, 10), strcmp(argv[1], "deaths"));
	rounds = strtoull(argv[2], NULL, 10) / WORDS + 1;
	started = time_now();
	for (uint64_t i = 0; i < rounds; i++)
		round_of(words);
	started = time_now() - started;
	out = fopen(argv[3], "w");
	if (!out)
		return 1;
	fprintf(out, "%.2f\n", (double)started / (double)(rounds * (WORDS - 1) * 3));
	return fclose(out) ? 1 : 0;
}
