/*
 * recorded.h - the schedules that scenarios bring with them: `schedule:`.
 */
#ifndef CLI_RECORDED_H
#define CLI_RECORDED_H

struct err;
struct recorded;
struct run_options;
struct selection;

/*
 * The cases of @selection that are not explored and whose scenario has a
 * schedule are run by it; *@ret_recorded must outlive their run.  -EINVAL: one
 * of them is no schedule, or @options ask for what cannot be done to it.
 */
int recorded_attach(struct selection *selection, const struct run_options *options,
		    struct recorded **ret_recorded, struct err *err);

/* NULL is allowed. */
void recorded_free(struct recorded *recorded);

#endif
