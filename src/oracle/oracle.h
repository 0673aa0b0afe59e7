/*
 * oracle.h - did the program survive?  One table of oracles; each looks at
 * what the execution showed and adds findings.
 */
#ifndef ORACLE_ORACLE_H
#define ORACLE_ORACLE_H

#include "base/err.h"
#include "oracle/observed.h"

struct judgement {
	const struct scenario *scenario;
	const struct observed *seen;
	const struct observed *fault_free;	 /* NULL: there was no such run */
	const struct observed *fault_free_again; /* another one, with `survives`; NULL */
	const char *tmp;			 /* ${tmp} of the run, still there */
	/* Turns ${harness}, ${tmp}, ${dir} and channels in a text into what they stand for. */
	char *(*expand)(void *ctx, const char *text);
	void *ctx;
	struct findings findings;
};

/*
 * The files that the scenario expects, while they are there: before anything
 * else is run in ${tmp}.  0 or -ENOMEM, -EIO with the reason.
 */
int oracle_judge_files(struct judgement *j, struct err *err);

/* All other oracles; then what the scenario allows is dropped from the findings. */
int oracle_judge(struct judgement *j, struct err *err);

/*
 * Would a fault-free run change the judgement?  The leaks are only leaks when
 * the same program without faults does not leave the same.
 */
bool oracle_needs_fault_free(const struct scenario *scenario, const struct observed *seen);

/* What might have leaked cannot be told without a fault-free run: take it as nothing. */
void oracle_forget_leaks(struct observed *seen);

/* Whether the @process-th process printed the same in two runs without faults. */
bool survive_is_steady(const struct observed *first, const struct observed *again, size_t process);

/* Is MATCH_CONTAINS or MATCH_REGEX true of @text?  1, 0, or -ENOMEM, -EINVAL (no expression). */
int match_occurs(const struct match *match, const char *text, size_t size);

/* Does @text (with @size bytes) satisfy @match?  *@ret_why: what is wrong; owned by the caller. */
int match_check(const struct judgement *j, const struct match *match, const char *text, size_t size,
		const struct output *fault_free, char **ret_why, struct err *err);

#endif
