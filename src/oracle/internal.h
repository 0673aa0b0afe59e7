/*
 * internal.h - the oracles, one function each.
 */
#ifndef ORACLE_INTERNAL_H
#define ORACLE_INTERNAL_H

#include "oracle/oracle.h"

int judge_exit(struct judgement *j, struct err *err);	  /* exit.c */
int judge_survival(struct judgement *j, struct err *err); /* survive.c */
int judge_output(struct judgement *j, struct err *err);	  /* output.c */
int judge_files(struct judgement *j, struct err *err);	  /* output.c */
int judge_time(struct judgement *j, struct err *err);	  /* time.c */
int judge_recovery(struct judgement *j, struct err *err); /* time.c */
int judge_leaks(struct judgement *j, struct err *err);	  /* leak.c */

/* exit.c */
bool is_crash(int signal);
enum finding_kind kind_of_death(int signal);

/*
 * start.c: it is to be there until the end, and ended instead, with a word of
 * it, before it was ready for anybody.
 */
bool fails_to_start(const struct judgement *j, const struct observed_process *p);

/* survive.c: some process failed as it does not without faults, so that a user knows of it. */
bool somebody_tells(const struct judgement *j);

/* observed.c: as if none had been left. */
void observed_forget_objects(struct observed *seen);
void observed_forget_lost(struct observed *seen);

/* The run ended because it had to be ended: what is missing then is no finding of its own. */
bool was_cut_off(const struct judgement *j);

/* The process of the fault-free run that plays the same part; NULL. */
const struct observed_process *fault_free_of(const struct judgement *j,
					     const struct observed_process *p);

#endif
