/* picture.c - who did which source line when: one column for each process or thread. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "explore/tell_private.h"

#define ROWS_MAX 24
#define GAP	 4 /* between two columns; more than two are told by name, and so far apart */

struct row {
	const struct control_event *event;
	unsigned number;  /* the turn came by the how manieth forced switch; 0 = by itself */
	uint64_t skipped; /* points of the same flow in front of it that are not shown */
	bool is_decisive; /* beside a forced switch */
	char *text;
};

struct picture {
	const struct teller *teller;
	const struct control *control;
	struct row *rows;
	size_t count;
	bool has_left_out; /* rows in front */
	uint32_t flows[2]; /* those of the rows, where there are no more than two */
	size_t flow_count;
};

/* The @index-th event of the whole run; NULL: it is not kept any more. */
static const struct control_event *event_at(const struct control *c, uint64_t index)
{
	if (index >= c->event_count || index + CONTROL_EVENTS < c->event_count)
		return NULL;
	return &c->events[index % CONTROL_EVENTS];
}

/* The first and the last before another flow goes on are shown. */
static bool is_shown(const struct control *c, uint64_t index)
{
	const struct control_event *event = event_at(c, index), *before, *after;

	before = index ? event_at(c, index - 1) : NULL;
	after = event_at(c, index + 1);
	return event && (event->kind == POINT_STRUCK || !before || !after ||
			 before->flow != event->flow || after->flow != event->flow);
}

/* Which of the forced switches, from 1, has given the turn to @event; *@next is the first left. */
static unsigned number_of(const struct control *c, const struct control_event *event,
			  uint32_t *next)
{
	unsigned number = 0;

	for (; *next < c->switch_count && c->switches[*next].step <= event->step; (*next)++) {
		if (c->switches[*next].flow == event->flow)
			number = *next + 1;
		else if (c->switches[*next].step == event->step)
			break;
	}
	return number;
}

static int add_row(struct picture *p, const struct control_event *event, unsigned number,
		   uint64_t skipped)
{
	struct row *row = mem_append(&p->rows, &p->count, sizeof(*row));

	if (!row)
		return -1;
	*row = (struct row){.event = event, .number = number, .skipped = skipped};
	row->is_decisive = number != 0;
	if (number && p->count > 1)
		row[-1].is_decisive = true;
	return 0;
}

static int collect(struct picture *p)
{
	const struct control *c = p->control;
	uint64_t skipped = 0;
	uint32_t next = 0;
	int rc = 0;

	for (uint64_t i = 0; !rc && i < c->event_count; i++) {
		const struct control_event *event = event_at(c, i);
		unsigned number;

		if (!event)
			continue;
		number = number_of(c, event, &next);
		if (!is_shown(c, i)) {
			skipped++;
			continue;
		}
		/* One takes no more room than to say so. */
		if (skipped == 1) {
			rc = add_row(p, event_at(c, i - 1), 0, 0);
			skipped = 0;
		}
		rc = rc ? rc : add_row(p, event, number, skipped);
		skipped = 0;
	}
	return rc;
}

/* Of a long run the end, and what is beside a forced switch. */
static void leave_out(struct picture *p)
{
	size_t over = p->count > ROWS_MAX ? p->count - ROWS_MAX : 0, kept = 0;

	for (size_t i = 0; i < p->count; i++) {
		if (over && !p->rows[i].is_decisive) {
			over--;
			p->has_left_out = true;
			continue;
		}
		p->rows[kept++] = p->rows[i];
	}
	p->count = kept;
}

/*
 * " = 7" of what was read, " (was 7)" of what was changed: a number; what is large is mostly an
 * address, which is another one each time.
 */
static char *value_text(const struct control_event *event)
{
	int64_t value =
		event->size == sizeof(int32_t) ? (int32_t)event->value : (int64_t)event->value;

	/* Through a null pointer nothing was read. */
	if (!event->object && event->offset < TELL_PAGE)
		return mem_strdup("");
	if (event->size > sizeof(value) || !event->size || value > INT32_MAX || value < INT32_MIN)
		return mem_strdup("");
	if (event->kind == POINT_READ || event->kind == POINT_LOAD)
		return mem_printf(" = %" PRId64, value);
	if (event->kind == POINT_ATOMIC)
		return mem_printf(" (was %" PRId64 ")", value);
	return mem_strdup("");
}

static int write_texts(struct picture *p)
{
	for (size_t i = 0; i < p->count; i++) {
		cleanup_free char *text = tell_event(p->teller, p->rows[i].event);
		cleanup_free char *value = value_text(p->rows[i].event);

		if (text && value)
			p->rows[i].text = mem_printf("%s%s", text, value);
		if (!p->rows[i].text)
			return -1;
	}
	return 0;
}

static void find_flows(struct picture *p)
{
	for (size_t i = 0; i < p->count; i++) {
		uint32_t flow = p->rows[i].event->flow;

		if ((p->flow_count > 0 && p->flows[0] == flow) ||
		    (p->flow_count > 1 && p->flows[1] == flow))
			continue;
		if (p->flow_count < 2)
			p->flows[p->flow_count] = flow;
		p->flow_count++;
	}
}

static int print_name(FILE *out, const struct picture *p, uint32_t flow)
{
	cleanup_free char *name = tell_flow(p->teller, flow);

	return name ? fprintf(out, "%s", name) : -1;
}

/* --- two columns --------------------------------------------------------- */

static int width_of(const struct picture *p)
{
	cleanup_free char *name = tell_flow(p->teller, p->flows[0]);
	size_t width = name ? strlen(name) : 0;

	for (size_t i = 0; i < p->count; i++)
		if (p->rows[i].event->flow == p->flows[0] && strlen(p->rows[i].text) > width)
			width = strlen(p->rows[i].text);
	return (int)width + GAP;
}

/* "------ 1 -->": over the column of who is interrupted, to that of who goes on. */
static void print_arrow(FILE *out, const struct row *row, bool to_right, int width)
{
	int line = width - GAP - 2;

	fputc('\n', out);
	if (!to_right)
		fprintf(out, "<-- %u ", row->number);
	for (int i = to_right ? 0 : 4; i < line; i++)
		fputc('-', out);
	if (to_right)
		fprintf(out, " %u -->", row->number);
}

static void print_columns(FILE *out, const struct picture *p)
{
	int width = width_of(p), used;

	fputc('\n', out);
	used = print_name(out, p, p->flows[0]);
	if (p->flow_count > 1) {
		fprintf(out, "%*s", width - used, "");
		print_name(out, p, p->flows[1]);
	}
	fputs(p->has_left_out ? "\n..." : "", out);
	for (size_t i = 0; i < p->count; i++) {
		const struct row *row = &p->rows[i];
		bool is_right = row->event->flow != p->flows[0];

		if (row->number)
			print_arrow(out, row, is_right, width);
		if (row->skipped)
			fprintf(out, "\n%*s... %" PRIu64 " more", is_right ? width : 0, "",
				row->skipped);
		fprintf(out, "\n%*s%s", is_right ? width : 0, "", row->text);
	}
}

/* --- more of them --------------------------------------------------------- */

static void print_by_name(FILE *out, const struct picture *p)
{
	fputs(p->has_left_out ? "\n..." : "", out);
	for (size_t i = 0; i < p->count; i++) {
		const struct row *row = &p->rows[i];
		int indent = (int)(row->event->flow - 1) * GAP;

		if (row->number)
			fprintf(out, "\n%*s-- %u -->", indent, "", row->number);
		if (row->skipped)
			fprintf(out, "\n%*s... %" PRIu64 " more", indent, "", row->skipped);
		fprintf(out, "\n%*s", indent, "");
		print_name(out, p, row->event->flow);
		fprintf(out, ": %s", row->text);
	}
}

static char *print(const struct picture *p)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (p->flow_count && p->flow_count <= 2)
		print_columns(out, p);
	else
		print_by_name(out, p);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

char *tell_schedule(const struct teller *teller)
{
	struct picture p = {.teller = teller, .control = teller->outcome->control};
	char *text = NULL;

	if (collect(&p) == 0) {
		leave_out(&p);
		if (write_texts(&p) == 0) {
			find_flows(&p);
			text = print(&p);
		}
	}
	for (size_t i = 0; i < p.count; i++)
		free(p.rows[i].text);
	free(p.rows);
	return text;
}
