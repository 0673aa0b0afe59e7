#include "cli/reproduce.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "cli/options.h"
#include "cli/select.h"
#include "model/scenario.h"
#include "run/explored.h"
#include "sys/names.h"

static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=./:,@%";

	return *word && word[strspn(word, plain)] == '\0';
}

static bool has_control(const char *word)
{
	for (; *word; word++)
		if ((unsigned char)*word < 0x20 || *word == 0x7f)
			return true;
	return false;
}

/* $'...' for what could not be pasted into a terminal. */
static void print_dollar_quoted(FILE *out, const char *word)
{
	fputs("$'", out);
	for (; *word; word++) {
		unsigned char c = (unsigned char)*word;

		if (c < 0x20 || c == 0x7f)
			fprintf(out, "\\%03o", c);
		else
			fprintf(out, c == '\'' || c == '\\' ? "\\%c" : "%c", c);
	}
	putc('\'', out);
}

static void print_quoted(FILE *out, const char *word)
{
	putc('\'', out);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", out);
		else
			putc(*word, out);
	}
	putc('\'', out);
}

static void print_word(FILE *out, const char *word)
{
	if (is_plain(word))
		fputs(word, out);
	else if (has_control(word))
		print_dollar_quoted(out, word);
	else
		print_quoted(out, word);
}

char *shell_quoted(const char *word)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	print_word(out, word);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static int print_variant(FILE *out, const struct scenario *scenario)
{
	cleanup_free char *variant = scenario_variant(scenario);

	if (!variant)
		return -1;
	if (!*variant)
		return 0;
	fputs(" --case ", out);
	print_word(out, variant);
	return 0;
}

static void print_within(FILE *out, const struct explore_options *explore)
{
	fprintf(out, "--signal %s --of ", signal_name(explore->signal));
	print_word(out, explore->strike);
	for (size_t i = 0; i < explore->within.count; i++) {
		fputs(" --within ", out);
		print_word(out, explore->within.items[i]);
	}
	putc(' ', out);
}

/* Of a command the title is the whole of it, ready for a shell. */
static void print_exploration(FILE *out, const struct run_case *c, const char *schedule)
{
	fputs(c->explore->is_recorded ? "ipcfault replay " : "ipcfault explore ", out);
	if (c->explore->is_unmodified && !c->explore->is_recorded && !schedule)
		fputs("--unmodified ", out);
	if (schedule && !c->explore->is_recorded)
		fprintf(out, "--schedule %s ", schedule);
	if (c->explore->within.count)
		print_within(out, c->explore);
	if (!c->scenario->file[0])
		fprintf(out, "-- %s", c->scenario->title);
}

static int print_line(FILE *out, const struct run_case *c, const struct run_options *options,
		      const char *schedule)
{
	const struct scenario *scenario = c->scenario;

	if (c->explore)
		print_exploration(out, c, schedule);
	else
		fputs("ipcfault run ", out);
	if (!scenario->file[0])
		return 0;
	if (scenario->file[0] == '-')
		fputs("./", out);
	print_word(out, scenario->file);
	fputs(" --filter ", out);
	print_word(out, scenario->title);
	if (print_variant(out, scenario) < 0)
		return -1;
	if (scenario->control.present)
		fprintf(out, " --role %s", vocab_name(&role_vocab, (int)c->role));
	fprintf(out, " --seed %" PRIu64, c->seed);
	if (scenario->repeat > 1)
		fputs(" --repeat 1", out);
	if (options->timeout_ns)
		fprintf(out, " --timeout %" PRIu64 "us", options->timeout_ns / 1000);
	return 0;
}

char *reproduce_line(const struct run_case *c, const struct run_options *options,
		     const char *schedule)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int r;

	if (!out)
		return NULL;
	r = print_line(out, c, options, schedule);
	if (fclose(out) == 0 && r == 0)
		return text;
	free(text);
	return NULL;
}
