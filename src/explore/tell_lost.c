#include "base/cleanup.h"
#include "base/mem.h"
#include "explore/tell.h"

/* Who has made it so. */
static char *spoiler_text(const struct teller *teller, const struct control_event *event)
{
	cleanup_free char *name = NULL, *text = NULL;

	if (!event->flow)
		return mem_strdup("");
	name = tell_flow(teller, event->flow);
	text = tell_event(teller, event);
	return name && text ? mem_printf("\n%s: %s, whose owner had died, without "
					 "pthread_mutex_consistent()",
					 name, text)
			    : NULL;
}

char *tell_lost(const struct teller *teller)
{
	const struct control *c = teller->outcome->control;
	cleanup_free char *name = tell_flow(teller, c->lost.flow);
	cleanup_free char *text = tell_event(teller, &c->lost);
	cleanup_free char *spoiler = spoiler_text(teller, &c->spoiled);

	return name && text && spoiler ? mem_printf("a robust mutex that nobody can lock any more "
						    "(ENOTRECOVERABLE)%s\n%s: %s",
						    spoiler, name, text)
				       : NULL;
}
