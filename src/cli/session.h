/*
 * session.h - feeds all reports while the cases run.
 *
 * People see a case when it is done; files get the cases in the order of the
 * selection, so that two runs can be compared.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/cli.h"
#include <stdbool.h>

#include "cli/options.h"
#include "cli/select.h"

struct err;
struct session;

/* Open and begin all reports that @options ask for. */
int session_new(const struct cli_env *env, const struct run_options *options,
		const struct selection *selection, struct session **ret_session, struct err *err);

/* Some report tells more of the cases that pass than how many they are. */
bool session_tells_passes(const struct session *session);

void session_started(struct session *session, const struct run_case *c);

/* Takes the contents of @result. */
void session_done(struct session *session, const struct run_case *c, struct case_result *result);

/* A result of its own, besides the selection: a bug that a sweep has found. */
void session_add(struct session *session, struct case_result *result);

/* Where a sweep stands; @totals must live until the session ends. */
void session_sweep(struct session *session, const struct sweep_totals *totals);

/* All of it took so long, somewhere else. */
void session_took(struct session *session, uint64_t ns);

/*
 * End all reports; returns the exit code of what was done.  What went wrong
 * with a report has been said, and makes it 3 at least.
 */
int session_end(struct session *session, bool interrupted);

/* Async-signal-safe: removes unfinished files. */
void session_abandon(struct session *session);
void session_free(struct session *session);

#endif
