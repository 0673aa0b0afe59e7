/*
 * session.h - programs of `ipcfault cc` that run by turns, again and again.
 *
 *	session_open(launches, count, NULL, &session, err);
 *	for (each schedule) {
 *		session_run(session, &request, &outcome, err);
 *		... look at the outcome, at what was printed; tidy up ...
 *	}
 *	session_close(session);
 *
 * Each program is started once and stops in front of its constructors; each
 * run has copies.  Everything is on one processor: the caller's.
 */
#ifndef EXPLORE_SESSION_H
#define EXPLORE_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "explore/stale.h"
#include "rt/segment.h"
#include "schedule/control.h"

struct emulator;
struct err;
struct launch;
struct session;

struct session_request {
	enum control_strategy strategy;
	uint64_t seed;
	uint32_t depth;			       /* pct */
	uint64_t length;		       /* points that are expected */
	const struct control_switch *switches; /* replay */
	size_t switch_count;
	uint32_t strike_flow; /* gets strike_signal in front of its strike_step-th point; 0 = nobody
			       */
	uint64_t strike_step;
	int strike_signal;
	enum control_memory memory;
	const struct control_field *fields; /* taken as atomics */
	uint32_t field_count;		    /* …or CONTROL_ALL_FIELDS */
	uint64_t memory_seed;		    /* when stores become visible */
};

/* The end of a run.  All is valid until the next one. */
struct session_outcome {
	enum control_end end;
	const struct control *control;
	const struct segment *segment; /* names objects and modules */
	const int *status;	       /* of wait4(2), of each program */
	uint64_t duration_ns;
	struct stale_read stale; /* CONTROL_STUCK: why, if read.flow is not 0 */
};

/*
 * Start the programs (filter and place of @launches are not used).  -ENOEXEC:
 * one of them is not compiled by `ipcfault cc`; -ETIMEDOUT, -EIO.
 * With @emulator they may be any: each run starts them by it, so @launches stay
 * as long as the session, and @emulator too.
 */
int session_open(const struct launch *launches, size_t count, const struct emulator *emulator,
		 struct session **ret_session, struct err *err);

/* From now on c->lines are counted. */
void session_count_lines(struct session *session);

/*
 * -ETIMEDOUT: something of the run does not go away; the session cannot be used any more.
 * -ENOEXEC: the emulator cannot run a program.
 */
int session_run(struct session *session, const struct session_request *request,
		struct session_outcome *ret_outcome, struct err *err);

/*
 * The same for a person who looks: strike_signal is SIGSTOP, @held is called
 * when it has stopped the process, and nothing is ever taken for stuck.
 */
typedef void session_held_fn(void *ctx, const struct session_outcome *outcome);
int session_hold(struct session *session, const struct session_request *request,
		 session_held_fn *held, void *ctx, struct err *err);

void session_close(struct session *session);

#endif
