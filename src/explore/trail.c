#include "explore/trail.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

char *trail_text(const struct trail *trail)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < trail->count; i++)
		fprintf(out, "%s%" PRIu64 ":%u", i ? "," : "", trail->switches[i].step,
			trail->switches[i].flow);
	fprintf(out, "/%" PRIu64, trail->steps);
	if (trail->strike_flow)
		fprintf(out, "!%u@%" PRIu64 "=%d", trail->strike_flow, trail->strike_step,
			trail->strike_signal);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* Digits only: strtoull() takes blanks and signs, too. */
static bool read_number(const char **text, uint64_t max, uint64_t *ret)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*ret = strtoull(*text, &end, 10);
	*text = end;
	return !errno && *ret <= max;
}

static bool read_switch(const char **text, struct trail *trail)
{
	struct control_switch *s = &trail->switches[trail->count];
	uint64_t flow;

	if (trail->count == CONTROL_SWITCHES || !read_number(text, UINT64_MAX, &s->step) ||
	    *(*text)++ != ':' || !read_number(text, CONTROL_FLOWS, &flow) || !flow ||
	    (trail->count && s->step <= trail->switches[trail->count - 1].step))
		return false;
	s->flow = (uint32_t)flow;
	s->unused = 0;
	trail->count++;
	return true;
}

static bool read_strike(const char **text, struct trail *trail)
{
	uint64_t flow, signal;

	if (*(*text)++ != '!' || !read_number(text, CONTROL_FLOWS, &flow) || !flow ||
	    *(*text)++ != '@' || !read_number(text, UINT64_MAX, &trail->strike_step) ||
	    *(*text)++ != '=' || !read_number(text, NSIG - 1, &signal) || !signal || **text)
		return false;
	trail->strike_flow = (uint32_t)flow;
	trail->strike_signal = (int)signal;
	return true;
}

bool trail_parse(const char *text, struct trail *trail)
{
	*trail = (struct trail){.count = 0};
	while (*text != '/') {
		if (trail->count && *text++ != ',')
			return false;
		if (!read_switch(&text, trail))
			return false;
	}
	text++;
	if (!read_number(&text, UINT64_MAX, &trail->steps))
		return false;
	return !*text || read_strike(&text, trail);
}
