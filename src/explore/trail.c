#include "explore/trail.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vocab.h"

/* clang-format off */
static const struct vocab_row memory_words[] = {
	[CONTROL_SC]  = { "sc",  "every store is seen by all at once", false },
	[CONTROL_TSO] = { "tso", "stores are seen later, in their order: x86", false },
	[CONTROL_PSO] = { "pso", "stores are seen later, in any order: as ARM does", false },
};
/* clang-format on */
const struct vocab memory_vocab = {"memory model", memory_words, CONTROL_MEMORY_MAX_};

#define UNMODIFIED "+unmodified"

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
	if (trail->memory)
		fprintf(out, "~%s%" PRIu64, vocab_name(&memory_vocab, (int)trail->memory),
			trail->memory_seed);
	if (trail->strike_flow)
		fprintf(out, "!%u@%" PRIu64 "=%d", trail->strike_flow, trail->strike_step,
			trail->strike_signal);
	if (trail->is_unmodified)
		fputs(UNMODIFIED, out);
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

static bool read_memory(const char **text, struct trail *trail)
{
	char name[4] = {0};

	if (**text != '~')
		return true;
	for (size_t i = 0; i < 3 && (*text)[1 + i]; i++)
		name[i] = (*text)[1 + i];
	*text += 1 + strlen(name);
	if (vocab_find(&memory_vocab, name) <= CONTROL_SC)
		return false;
	trail->memory = (enum control_memory)vocab_find(&memory_vocab, name);
	return read_number(text, UINT64_MAX, &trail->memory_seed);
}

static bool read_strike(const char **text, struct trail *trail)
{
	uint64_t flow, signal;

	if (**text != '!')
		return true;
	++*text;
	if (!read_number(text, CONTROL_FLOWS, &flow) || !flow ||
	    *(*text)++ != '@' || !read_number(text, UINT64_MAX, &trail->strike_step) ||
	    *(*text)++ != '=' || !read_number(text, NSIG - 1, &signal) || !signal)
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
	if (!read_number(&text, UINT64_MAX, &trail->steps) || !read_memory(&text, trail))
		return false;
	if (!read_strike(&text, trail))
		return false;
	trail->is_unmodified = strcmp(text, UNMODIFIED) == 0;
	return !*text || (trail->is_unmodified && trail->memory == CONTROL_SC);
}
