/*
 * name: signal-tokens-strtok
 * mechanism: signal
 * bug: non-reentrant function hit by a signal (strtok)
 * about: splits a path list and prints its parts; the handler uses strtok too, which has
 *	one state for all
 * caught-as: wrong-output wrong-exit unsafe-in-handler
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/safe.h"

static volatile sig_atomic_t words;

static void on_usr1(int sig)
{
	char status[] = "running since this morning";

	(void)sig;
	for (char *p = strtok(status, " "); p; p = strtok(NULL, " "))
		words++;
}

static void print_part(const char *part)
{
	char line[64];

	snprintf(line, sizeof(line), "part %s\n", part);
	safe_write(STDOUT_FILENO, line, strlen(line));
}

int main(void)
{
	char list[] = "/bin:/sbin:/usr/bin:/usr/sbin:/usr/local/bin";
	unsigned parts = 0;

	on_signal(SIGUSR1, on_usr1, SA_RESTART);
	for (char *p = strtok(list, ":"); p; p = strtok(NULL, ":")) {
		print_part(p);
		parts++;
	}
	printf("parts %u\n", parts);
	return parts == 5 ? 0 : STATUS_WRONG;
}
