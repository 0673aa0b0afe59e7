/*
 * name: signal-clock
 * mechanism: signal
 * bug: none
 * about: prints when a job began and when a signal came; the handler takes down the number
 *	of seconds and leaves the calendar to the main program
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/safe.h"

#define BEGUN 1000000000 /* 2001-09-09 01:46:40 UTC */
#define ASKED 1234567890 /* 2009-02-13 23:31:30 UTC */

static volatile sig_atomic_t asked;

static void on_usr1(int sig)
{
	(void)sig;
	asked = ASKED;
}

static void print_time(const char *what, const struct tm *tm)
{
	printf("%s %04d-%02d-%02d %02d:%02d\n", what, tm->tm_year + 1900, tm->tm_mon + 1,
	       tm->tm_mday, tm->tm_hour, tm->tm_min);
}

int main(void)
{
	time_t begun = BEGUN;
	struct tm tm;

	on_signal(SIGUSR1, on_usr1, SA_RESTART);
	gmtime_r(&begun, &tm);
	if (safe_write(STDOUT_FILENO, "working\n", strlen("working\n")) < 0)
		die("write");
	print_time("begun", &tm);
	if (asked) {
		time_t t = asked;

		print_time("asked", gmtime_r(&t, &tm));
	}
	return 0;
}
