/*
 * name: signal-tokens
 * mechanism: signal
 * bug: none
 * about: splits a path list and prints its parts; a signal makes it split another text,
 *	with a state of its own
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/safe.h"

static volatile sig_atomic_t words;

/* Split by hand: strtok_r is not on the list of signal-safety(7) either. */
static void on_usr1(int sig)
{
	static const char status[] = "running since this morning";

	(void)sig;
	words++;
	for (const char *c = status; *c; c++)
		words += *c == ' ';
}

static void print_part(const char *part)
{
	char line[64];

	snprintf(line, sizeof(line), "part %s\n", part);
	if (safe_write(STDOUT_FILENO, line, strlen(line)) < 0)
		die("write");
}

int main(void)
{
	char list[] = "/bin:/sbin:/usr/bin:/usr/sbin:/usr/local/bin";
	unsigned parts = 0;
	char *state;

	on_signal(SIGUSR1, on_usr1, SA_RESTART);
	for (char *p = strtok_r(list, ":", &state); p; p = strtok_r(NULL, ":", &state)) {
		print_part(p);
		parts++;
	}
	printf("parts %u\n", parts);
	return parts == 5 ? 0 : STATUS_WRONG;
}
