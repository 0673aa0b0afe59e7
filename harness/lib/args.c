#include "lib/args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/safe.h"

/* The words not taken yet, in order. */
static char *words[64];
static int count;

static _Noreturn void usage(const char *what, const char *word)
{
	fprintf(stderr, "%s: %s%s\n", program_invocation_short_name, what, word);
	exit(STATUS_USAGE);
}

void args_init(int argc, char **argv)
{
	if (argc > 64)
		usage("too many arguments", "");
	count = argc > 1 ? argc - 1 : 0;
	for (int i = 0; i < count; i++)
		words[i] = argv[i + 1];
}

static char *take(int at)
{
	char *word = words[at];

	count--;
	memmove(&words[at], &words[at + 1], (size_t)(count - at) * sizeof(words[0]));
	return word;
}

static int find(const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(words[i], name) == 0)
			return i;
	return -1;
}

bool args_flag(const char *name)
{
	int at = find(name);

	if (at >= 0)
		take(at);
	return at >= 0;
}

unsigned args_number(const char *name, unsigned otherwise)
{
	int at = find(name);
	unsigned long value;
	char *end;

	if (at < 0)
		return otherwise;
	take(at);
	if (at >= count)
		usage("a number must follow ", name);
	value = strtoul(words[at], &end, 10);
	if (*end || end == words[at] || value > 1000000)
		usage("not a number: ", words[at]);
	take(at);
	return (unsigned)value;
}

const char *args_operand(void)
{
	if (count == 0)
		usage("an argument is missing", "");
	return take(0);
}

void args_end(void)
{
	if (count > 0)
		usage("unknown argument ", words[0]);
}
