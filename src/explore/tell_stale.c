#include <inttypes.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "explore/tell.h"

/* Who has stored what is there now. */
static char *writer_text(const struct teller *teller, const struct control_event *event)
{
	cleanup_free char *name = NULL, *text = NULL;

	if (!event->flow)
		return mem_strdup("");
	name = tell_flow(teller, event->flow);
	text = tell_event(teller, event);
	return name && text ? mem_printf("\n%s: %s", name, text) : NULL;
}

char *tell_stale(const struct teller *teller)
{
	const struct stale_read *stale = &teller->outcome->stale;
	cleanup_free char *name = tell_flow(teller, stale->read.flow);
	cleanup_free char *read = tell_event(teller, &stale->read);
	cleanup_free char *writer = writer_text(teller, &stale->written);

	if (!name || !read || !writer)
		return NULL;
	return mem_printf("loops over a value that it has read once and does not look at again: "
			  "%" PRIu64 " is there now, not %" PRIu64 "; the compiler keeps it in a "
			  "register, as the field is neither volatile nor atomic\n%s: %s%s",
			  stale->now, stale->read.value, name, read, writer);
}
