/*
 * reader.h - what all parts of the scenario reader share: the scenario that is
 * being filled, the names it may refer to, and the common readers of values.
 *
 * One reader reads one document with one combination of its matrix.  Problems
 * are recorded, not returned: a reading function that returns bool says
 * whether there is a value to go on with.  When memory is short `oom` is set
 * and everything that follows is of no account.
 */
#ifndef SCENARIO_READER_H
#define SCENARIO_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/scenario.h"
#include "scenario/node.h"
#include "scenario/scenario_file.h"
#include "scenario/schema.h"

/* A variable, or the value that the matrix gives a name in this combination. */
struct binding {
	const char *name; /* belongs to the tree */
	char *value;
};

/* Against aliases of aliases, and texts that double: shared by all documents of a file. */
struct budget {
	size_t nodes; /* values that may still be visited */
	size_t bytes; /* of text that may still be made */
	bool exhausted;
};

struct reader {
	struct source *source;
	const struct scenario_options *options;
	struct budget *budget;
	struct scenario *scenario;
	const struct node *root;
	size_t combinations; /* of its matrix; 0 = the matrix is wrong */
	struct binding *bindings;
	size_t binding_count;
	size_t complaints; /* recorded, also those that were known already */
	bool oom;
};

/* Problems. */
void complain_at(struct reader *reader, struct pos pos, const char *suggestion, const char *fmt,
		 ...) __attribute__((format(printf, 4, 5)));
#define complain(reader, node, ...) complain_at(reader, (node)->pos, NULL, __VA_ARGS__)

/* "`25x`: expected a duration …". */
void complain_value(struct reader *reader, const struct node *node, const char *text,
		    const char *needed);

/* "expected a list, not a text". */
void complain_type(struct reader *reader, const struct node *node, const char *needed);

/* To go on is of no use: memory is short, the budget spent, or the list of problems full. */
bool is_enough(const struct reader *reader);

/* A name that only the run knows, such as `tmp`. */
bool is_run_name(const char *name);

/* Types. */
bool need_text(struct reader *reader, const struct node *node, const char *needed);
bool need_list(struct reader *reader, const struct node *node);
bool need_map(struct reader *reader, const struct node *node);

/* One visited value less; false when the file is too large to go on. */
bool spend_node(struct reader *reader, const struct node *node);

/*
 * The text of @node with variables put in; free() it.  NULL: not a text, or a
 * problem with a variable.  @needed describes the value ("a duration").
 */
char *take_text(struct reader *reader, const struct node *node, const char *needed);

/* The value of @node in @vocab, or -1; a word for later is a problem, too. */
int take_word(struct reader *reader, const struct node *node, const struct vocab *vocab);

/* Numbers; false = problem recorded. */
bool take_unsigned(struct reader *reader, const struct node *node, uint64_t min, uint64_t max,
		   uint64_t *ret);
bool take_errno(struct reader *reader, const struct node *node, int *ret);
bool take_signal(struct reader *reader, const struct node *node, int *ret);

/*
 * Names of this scenario.  Each find_ returns an index or INDEX_NONE, each
 * take_ complains with the nearest name when there is none.
 */
int find_channel(const struct reader *reader, const char *name);
int find_process(const struct reader *reader, const char *name, size_t len);
int take_channel(struct reader *reader, const struct node *node);
int take_process(struct reader *reader, const struct node *node);
int take_fault(struct reader *reader, const struct node *node);
bool take_selector(struct reader *reader, const struct node *node, struct selector *ret);
const char *nearest_channel(struct reader *reader, const char *text);
const char *nearest_process(struct reader *reader, const char *text);

/* Append to an array of the model; NULL and oom when memory is short. */
void *add_item(struct reader *reader, void *array, size_t *count, size_t size);

/* @text into @slot, whose old text goes. */
void set_text(char **slot, char *text);

/* Common readers of schema rows; the type of the target is in front. */
key_reader read_text;	  /* char *: one that is not empty */
key_reader read_strings;  /* struct strings: a list, or one text */
key_reader read_argv;	  /* struct strings: a list; one text = sh -c */
key_reader read_duration; /* uint64_t, above 0 */
key_reader read_size;	  /* uint64_t, above 0 */
key_reader read_bool;	  /* bool */
key_reader read_true;	  /* bool: only `true` makes sense */
key_reader read_match;	  /* struct match */
key_reader read_ignored;  /* nothing: was read before */

/* Types of values that several tables use. */
extern const struct value_type type_text, type_name, type_texts, type_command, type_bool, type_true,
	type_count, type_number, type_duration, type_size, type_match, type_errno, type_signal,
	type_selector, type_any, type_limits, type_findings;

/* Parts of the scenario; each in the file of that name. */
bool bind_variables(struct reader *reader, size_t combination); /* matrix.c */
size_t matrix_combinations(struct reader *reader);
void read_matrix_values(struct reader *reader);
size_t build_combinations(const struct reader *reader); /* build.c: at least 1 */
void bind_build(struct reader *reader, size_t combination);
const char *lookup_binding(const struct reader *reader, const char *name, size_t len);
void collect_channels(struct reader *reader); /* names.c: before the variables */
void collect_names(struct reader *reader);    /* processes and faults: after them */
key_reader read_stdio, read_fds;	      /* of a process */
key_reader read_nth, read_every, read_chance;
key_reader read_channels, read_processes, read_faults, read_expect, read_control, read_build;
key_reader read_control_build;			  /* after `build` */
key_reader read_schedule;
void default_expectations(struct reader *reader); /* expect.c */
/* Findings, one or a list. */
void take_findings(struct reader *reader, const struct node *value, bool kinds[FINDING_MAX_]);
void check_programs(struct reader *reader); /* programs.c */
void check_cycles(struct reader *reader);   /* cycles.c */
/* `do` against `at`; @at and @action are the nodes of the two. */
void check_fault(struct reader *reader, const struct node *at, const struct node *action,
		 struct fault_spec *fault);
/* A process from its mapping; and a control's changes of a process that was read already. */
void read_process(struct reader *reader, const struct node *key, const struct node *value,
		  struct process_spec *process);
void read_replacement(struct reader *reader, const struct node *key, const struct node *value,
		      struct process_spec *process);
bool read_limit_pair(struct reader *reader, const struct node *key, const struct node *value,
		     struct limit_spec *ret);

#endif
