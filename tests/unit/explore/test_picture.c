/* The picture of a schedule, without source lines: that needs a program. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "elf/image.h"
#include "explore/tell.h"

static const char *role_name(void *ctx, uint32_t role)
{
	(void)ctx;
	return role == 1 ? "one" : role == 2 ? "two" : "three";
}

struct step {
	uint32_t flow;
	enum point_kind kind;
	uint64_t value;
};

/* What is told of @steps with the switches "STEP:FLOW" at @switches; the caller's. */
static char *told(const struct step *steps, size_t count, const struct control_switch *switches,
		  uint32_t switch_count)
{
	struct control *c = mem_zalloc(sizeof(*c));
	struct segment *segment = mem_zalloc(sizeof(*segment));
	const struct session_outcome outcome = {.control = c, .segment = segment};
	struct image_set *images = image_set_new();
	const struct teller teller = {&outcome, images, role_name, NULL};
	char *text;

	c->flows_used = 3;
	for (uint32_t i = 1; i <= 3; i++)
		c->flows[i].role = i;
	for (size_t i = 0; i < count; i++)
		c->events[c->event_count++] =
			(struct control_event){.flow = steps[i].flow,
					       .kind = (uint16_t)steps[i].kind,
					       .size = steps[i].kind == POINT_FENCE ? 0 : 4,
					       .offset = 1 << 20,
					       .value = steps[i].value,
					       .step = i + 1};
	c->switch_count = switch_count;
	if (switch_count)
		memcpy(c->switches, switches, switch_count * sizeof(*switches));
	text = tell_schedule(&teller);
	image_set_free(images);
	free(segment);
	free(c);
	return text;
}

Test(explore_picture, has_a_column_for_each_of_two_and_the_switches_between)
{
	static const struct step steps[] = {
		{1, POINT_READ, 7},   {1, POINT_FENCE, 0},  {2, POINT_LOAD, 7},
		{2, POINT_FENCE, 0},  {2, POINT_FENCE, 0},  {2, POINT_STORE, 0},
		{1, POINT_ATOMIC, 8}, {2, POINT_THREAD, 0},
	};
	static const struct control_switch switches[] = {{2, 2, 0}, {7, 2, 0}};
	cleanup_free char *text = told(steps, ARRAY_SIZE(steps), switches, 2);

	cr_expect(eq(str, text,
		     "\n"
		     "one                                               two\n"
		     "? reads memory of its own = 7\n"
		     "? fence\n"
		     "-------------------------------------------- 1 -->\n"
		     "                                                  ? atomically reads memory "
		     "of its own = 7\n"
		     "                                                  ... 2 more\n"
		     "                                                  ? atomically writes memory "
		     "of its own\n"
		     "? atomically changes memory of its own (was 8)\n"
		     "-------------------------------------------- 2 -->\n"
		     "                                                  ? starts a thread memory "
		     "of its own"));
}

Test(explore_picture, names_more_than_two)
{
	static const struct step steps[] = {
		{1, POINT_FENCE, 0}, {2, POINT_FENCE, 0}, {3, POINT_FENCE, 0}, {1, POINT_FENCE, 0}};
	static const struct control_switch switches[] = {{1, 3, 0}, {3, 3, 0}};
	cleanup_free char *text = told(steps, ARRAY_SIZE(steps), switches, 2);

	cr_expect(eq(str, text,
		     "\n"
		     "one: ? fence\n"
		     "    two: ? fence\n"
		     "        -- 2 -->\n"
		     "        three: ? fence\n"
		     "one: ? fence"));
}

Test(explore_picture, leaves_out_the_beginning_of_a_long_run_but_no_switch)
{
	struct step steps[60];
	static const struct control_switch switches[] = {{2, 2, 0}};
	cleanup_free char *text = NULL;
	size_t lines = 0;

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		steps[i] = (struct step){1 + (uint32_t)(i % 2), POINT_LOAD, i};
	text = told(steps, ARRAY_SIZE(steps), switches, 1);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	cr_expect(eq(sz, lines, 1 + 1 + 1 + 24), "%s", text);
	cr_expect(ne(ptr, strstr(text, "\n..."), NULL), "%s", text);
	cr_expect(ne(ptr, strstr(text, " 1 -->"), NULL), "%s", text);
	cr_expect(ne(ptr, strstr(text, " = 0\n"), NULL), "%s", text);
	cr_expect(eq(ptr, strstr(text, " = 3\n"), NULL), "%s", text);
	cr_expect(ne(ptr, strstr(text, " = 59"), NULL), "%s", text);
}

Test(explore_picture, shows_small_numbers_with_their_sign_and_no_addresses)
{
	static const struct step steps[] = {{1, POINT_READ, UINT32_MAX}, {1, POINT_READ, 5}};
	cleanup_free char *text = told(steps, 2, NULL, 0);

	cr_expect(eq(str, text,
		     "\none\n? reads memory of its own = -1\n? reads memory of its own = 5"));
}
