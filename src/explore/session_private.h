/* session_private.h - between session.c and anew.c. */
#ifndef EXPLORE_SESSION_PRIVATE_H
#define EXPLORE_SESSION_PRIVATE_H

#include <sys/types.h>

#include "engine/launch.h"
#include "explore/session.h"

struct emulator;

struct session {
	size_t count;
	pid_t servers[CONTROL_ROLES];
	int control_fd, segment_fd, proc_fd;
	struct control *control;
	struct segment *segment;
	/* Of the servers, known to every run. */
	uint32_t objects_used, objects_head;
	int status[CONTROL_ROLES];
	uint32_t let_go; /* the flow that comes to no point, and that the others go on without */
	struct stale_read stale;
	bool was_stale;
	session_held_fn *held; /* session_hold(): until it was called */
	void *held_ctx;
	bool is_patient;

	/* Without servers: how each run starts the programs.  Then servers[] are those of the run.
	 */
	struct launch *launches;
	const char *names[CONTROL_ROLES]; /* the programs' own */
};

/* --- programs that each run starts anew (anew.c) --------------------------- */

/* How @emulator starts them. */
int anew_prepare(struct session *session, const struct emulator *emulator,
		 const struct launch *launches, struct err *err);
void anew_release(struct session *session);

/* All programs of a run that is prepared. */
int anew_start(struct session *session, struct err *err);

/* Those that have ended: told to the run.  -ENOEXEC: one could not be run. */
int anew_reap(struct session *session, struct err *err);

#endif
