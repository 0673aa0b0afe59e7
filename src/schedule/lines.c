#include "schedule/lines.h"

#include <stddef.h>

#define PROBES 8u
#define OFTEN  8u /* accesses of each: fewer cost nothing */

static uint64_t mix(uint64_t key)
{
	key *= UINT64_C(0x9e3779b97f4a7c15);
	return key ^ key >> 32;
}

static void clear(void *at, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		((char *)at)[i] = 0;
}

static struct control_line *find_line(struct control *c, uint32_t object, uint64_t offset)
{
	uint64_t hash = mix(offset / CONTROL_LINE ^ (uint64_t)object << 40);

	for (uint32_t i = 0; i < PROBES; i++) {
		struct control_line *line = &c->lines[(hash + i) % CONTROL_LINES];

		if (line->run == c->command && line->object == object && line->offset == offset)
			return line;
		if (line->run == c->command)
			continue;
		clear(line, sizeof(*line));
		line->run = c->command;
		line->object = object;
		line->offset = offset;
		return line;
	}
	return NULL;
}

/* NULL: there are too many. */
static struct control_line_user *find_user(struct control_line *line, uint32_t flow)
{
	for (uint32_t i = 0; i < CONTROL_LINE_USERS; i++)
		if (!line->users[i].flow || line->users[i].flow == flow) {
			line->users[i].flow = flow;
			return &line->users[i];
		}
	return NULL;
}

/* All that others have done here was before this. */
static bool is_behind_all(const struct control *c, const struct control_line *line, uint32_t me)
{
	bool any = false;

	for (uint32_t i = 0; i < CONTROL_LINE_USERS; i++) {
		const struct control_line_user *user = &line->users[i];

		if (!user->flow || user->flow == me)
			continue;
		any = true;
		if (user->clock > c->clocks[me].now[user->flow])
			return false;
	}
	return any;
}

static uint64_t mask_of(const struct control_event *event, uint64_t line)
{
	uint64_t mask = 0;

	for (uint64_t at = event->offset; at < event->offset + event->size; at++)
		if (at >= line && at < line + CONTROL_LINE)
			mask |= UINT64_C(1) << (at - line);
	return mask;
}

/* One for each place in the line, for its name. */
static void keep_field(struct control_line_user *user, const struct control_event *event)
{
	for (uint32_t i = 0; i < user->field_count; i++)
		if (user->fields[i].offset == event->offset)
			return;
	if (user->field_count < CONTROL_LINE_FIELDS)
		user->fields[user->field_count++] = *event;
}

/* As the processors' caches do it: who writes has it alone. */
static void own(struct control_line *line, uint32_t flow, bool is_write)
{
	if (line->writer && line->writer != flow) {
		line->changes++;
		line->writer = 0;
	}
	if (is_write)
		line->writer = flow;
}

static void note_line(struct control *c, const struct control_event *event, uint64_t offset,
		      bool is_write)
{
	struct control_line *line = find_line(c, event->object, offset);
	struct control_line_user *user;

	if (!line || is_behind_all(c, line, event->flow))
		return;
	user = find_user(line, event->flow);
	if (!user)
		return;
	*(is_write ? &user->written : &user->read) |= mask_of(event, offset);
	user->clock = c->clocks[event->flow].now[event->flow];
	user->accesses++;
	keep_field(user, event);
	own(line, event->flow, is_write);
}

void lines_note(struct control *c, const struct control_event *event, bool is_write)
{
	uint64_t end = event->offset + event->size,
		 at = event->offset & ~(uint64_t)(CONTROL_LINE - 1);

	for (; event->object && at < end; at += CONTROL_LINE)
		note_line(c, event, at, is_write);
}

static uint32_t between(const struct control_line_user *a, const struct control_line_user *b)
{
	if (!a->flow || !b->flow || a->accesses < OFTEN || b->accesses < OFTEN ||
	    !(a->written | b->written) || a->written & (b->written | b->read) ||
	    b->written & a->read)
		return 0;
	return 2 * (a->accesses < b->accesses ? a->accesses : b->accesses);
}

uint32_t lines_false_sharing(const struct control_line *line)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < CONTROL_LINE_USERS; i++)
		for (uint32_t k = 0; k < i; k++) {
			uint32_t changes = between(&line->users[i], &line->users[k]);

			if (changes > most)
				most = changes;
		}
	return most;
}
