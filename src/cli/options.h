/*
 * options.h - the options of `ipcfault run`, as plain data.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/shard.h"
#include "model/words.h"
#include "report/report.h"

struct err;

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER, COLOR_MAX_ };
extern const struct vocab color_vocab;

/* Words given on the command line; they belong to argv. */
struct words {
	const char **items;
	size_t count;
};

struct run_options {
	struct words files, filters, tags, variants;
	bool role_given;
	enum role role;
	unsigned jobs; /* 0 = as many as there are processors */
	bool seed_given;
	uint64_t seed;
	unsigned repeat;     /* 0 = as the scenario says */
	uint64_t timeout_ns; /* 0 = the scenario's deadline */
	struct shard shard;
	bool fail_fast, keep, gdb;
	int verbosity; /* -1, 0, 1, ... */
	enum color_when color;
	struct report_request {
		enum report_kind kind;
		const char *file; /* NULL = standard output */
	} * reports;
	size_t report_count;
};

/*
 * Parse @argv (argv[0] is a name) into *@ret_options, which the caller
 * releases; on failure it is untouched.
 */
int run_options_parse(int argc, char **argv, struct run_options *ret_options, struct err *err);
void run_options_release(struct run_options *run);

#endif
