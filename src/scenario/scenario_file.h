/*
 * scenario_file.h - reads *.scn files: the language of ipcfault-scenario(5).
 *
 * All problems of a file are found in one go; whoever has problems == 0 may
 * run every scenario of the result.
 */
#ifndef SCENARIO_SCENARIO_FILE_H
#define SCENARIO_SCENARIO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "model/scenario.h"
#include "scenario/problem.h"

struct err;

#define SCENARIO_FILE_MAX  (1024 * 1024) /* bytes */
#define SCENARIO_CASES_MAX 1000		 /* combinations of one matrix */

/*
 * Why Linux can never do @action at @trigger, as a static text, or NULL when
 * it can (as far as that is known before the run).
 */
typedef const char *kernel_refusal_fn(const struct action_spec *action,
				      const struct trigger_spec *trigger);

struct scenario_options {
	const char *harness;	    /* value of ${harness}; NULL: not known */
	bool check_programs;	    /* complain about programs that are not there */
	kernel_refusal_fn *refusal; /* for `model: kernel`; NULL: not checked */
};

/* What a file came to; scenario_file_release() frees all that is still in it. */
struct scenario_file {
	struct scenario **scenarios; /* in file order, without those that have problems */
	size_t count;
	struct problems problems; /* sorted by place */
};

/*
 * Read the file at @path.  Returns 0 also when there are problems in it; a
 * negative errno when it cannot be read at all, or memory is short.  @ret_file
 * is filled in only on success.  @options may be NULL.
 */
int scenario_file_read(const char *path, const struct scenario_options *options,
		       struct scenario_file *ret_file, struct err *err);

/* The same from memory; @path is the name in the messages, ${dir} is its folder. */
int scenario_text_read(const char *path, const char *text, size_t len,
		       const struct scenario_options *options, struct scenario_file *ret_file,
		       struct err *err);

void scenario_file_release(struct scenario_file *file);

/*
 * The refusals of `model: kernel` that need no run, from the table of
 * sys/kernel_model.h: what none of the trigger's calls can do.
 */
const char *kernel_model_refusal(const struct action_spec *action,
				 const struct trigger_spec *trigger);

/*
 * The same of the object that the fault strikes: a pipe cannot be reset.
 * *@ret_name: the name of the object, where the reason is not NULL.
 */
const char *kernel_object_refusal(const struct scenario *s, const struct fault_spec *fault,
				  const char **ret_name);

/*
 * Write the JSON Schema (draft 07) of a scenario document: what this version
 * accepts, for editors.  0, -ENOMEM or -EIO.
 */
int scenario_print_schema(FILE *to);

#endif
