#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "explore/tell.h"
#include "schedule/lines.h"

static char *fields_text(const struct teller *teller, const struct control_line_user *user)
{
	char *text = mem_strdup("");

	for (uint32_t i = 0; text && i < user->field_count; i++) {
		cleanup_free char *before = text, *name = tell_field(teller, &user->fields[i]);

		text = !name ? NULL
		       : strstr(before, name)
			       ? mem_strdup(before)
			       : mem_printf("%s%s%s", before, *before ? ", " : "", name);
	}
	return text;
}

static char *user_text(const struct teller *teller, const struct control_line_user *user)
{
	cleanup_free char *name = tell_flow(teller, user->flow);
	cleanup_free char *fields = fields_text(teller, user);

	if (!name || !fields)
		return NULL;
	return mem_printf("\n%s: %s %s, %u times", name, user->written ? "writes" : "reads", fields,
			  user->accesses);
}

static char *users_text(const struct teller *teller, const struct control_line *line)
{
	char *text = mem_strdup("");

	for (uint32_t i = 0; text && i < CONTROL_LINE_USERS && line->users[i].flow; i++) {
		cleanup_free char *before = text, *user = user_text(teller, &line->users[i]);

		text = user ? mem_printf("%s%s", before, user) : NULL;
	}
	return text;
}

char *tell_line(const struct teller *teller, const struct control_line *line)
{
	cleanup_free char *users = users_text(teller, line);

	return users ? mem_printf("data that have nothing to do with each other are on one cache "
				  "line, bytes %" PRIu64 " to %" PRIu64
				  ": it goes to and fro up to %u times, %u in this schedule%s",
				  line->offset, line->offset + CONTROL_LINE - 1,
				  lines_false_sharing(line), line->changes, users)
		     : NULL;
}
