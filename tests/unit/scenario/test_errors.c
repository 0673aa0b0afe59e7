#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "lib.h"
#include "lib/tmpdir.h"

/*
 * tests/errors/NNNN-slug/: in.scn is refused with exactly the messages in
 * `want`.  A new case is a new folder; GOLDEN_UPDATE=1 writes its `want`.
 */

static char *slurp(const char *path, size_t *ret_len)
{
	cleanup_fclose FILE *file = fopen(path, "r");
	char *text = NULL;
	FILE *memory = open_memstream(&text, ret_len);
	int c;

	while (file && (c = getc(file)) != EOF)
		putc(c, memory);
	fclose(memory);
	return text;
}

static void update(const char *path, const char *text)
{
	cleanup_fclose FILE *file = fopen(path, "w");

	cr_assert(ne(ptr, file, NULL), "%s", path);
	fputs(text, file);
}

static void check_case(const char *name)
{
	static const struct scenario_options options = {.check_programs = true,
							.refusal = kernel_model_refusal};
	cleanup_free char *in = mem_printf("%s/errors/%s/in.scn", TESTS, name);
	cleanup_free char *want_path = mem_printf("%s/errors/%s/want", TESTS, name);
	size_t len, want_len;
	cleanup_free char *text = slurp(in, &len);
	cleanup_free char *want = slurp(want_path, &want_len);
	cleanup_free char *got = NULL;
	struct scenario_file file;
	struct err err = ERR_INIT;
	FILE *stream;

	cr_assert(eq(int, scenario_text_read("in.scn", text, len, &options, &file, &err), 0),
		  "%s: %s", name, err.text);
	stream = open_memstream(&got, &len);
	problems_print(&file.problems, false, stream);
	fclose(stream);
	cr_expect(ge(sz, file.problems.count, 1), "%s is not refused", name);
	scenario_file_release(&file);
	if (getenv("GOLDEN_UPDATE"))
		update(want_path, got);
	else
		cr_expect(eq(str, got, want), "%s", name);
}

static int is_case(const struct dirent *entry)
{
	return entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
}

Test(scenario_errors, each_rejected_file_gets_its_messages)
{
	struct dirent **cases;
	int count = scandir(TESTS "/errors", &cases, is_case, alphasort);

	cr_assert(ge(int, count, 60));
	for (int i = 0; i < count; i++) {
		check_case(cases[i]->d_name);
		free(cases[i]);
	}
	free(cases);
}

/* Is there a message about `@word` among those of all cases? */
static bool is_refused_somewhere(struct dirent **cases, int count, const char *word)
{
	cleanup_free char *quoted = mem_printf("`%s", word);
	bool found = false;

	for (int i = 0; i < count && !found; i++) {
		cleanup_free char *path = mem_printf("%s/errors/%s/want", TESTS, cases[i]->d_name);
		size_t len;
		cleanup_free char *want = slurp(path, &len);

		for (const char *at = want; !found && (at = strstr(at, quoted)); at++)
			found = strchr("`:", at[strlen(quoted)]) != NULL;
	}
	return found;
}

Test(scenario_errors, each_action_has_a_rejected_use)
{
	struct dirent **cases;
	int count = scandir(TESTS "/errors", &cases, is_case, alphasort);

	for (int action = 0; action < ACTION_MAX_; action++) {
		const char *name = vocab_name(&action_vocab, action);

		cr_expect(is_refused_somewhere(cases, count, name), "no message about `%s`", name);
	}
	while (count > 0)
		free(cases[--count]);
	free(cases);
}

/* 10 MB that would be a good scenario but for their length. */
static char *ten_megabytes(size_t *ret_len)
{
	size_t len = 10 * 1000 * 1000, head = strlen(SCN_HEAD "about: ");
	char *text = malloc(len + 1);

	memset(text, 'x', len);
	memcpy(text, SCN_HEAD "about: ", head);
	text[len] = '\0';
	*ret_len = len;
	return text;
}

Test(scenario_errors, ten_megabytes_are_too_large)
{
	char *dir = tmpdir_new();
	size_t len;
	cleanup_free char *text = ten_megabytes(&len);
	cleanup_free char *path = tmpdir_write(dir, "large.scn", text);
	struct scenario_file file;
	struct err err = ERR_INIT;

	cr_assert(eq(int, scenario_file_read(path, NULL, &file, &err), 0), "%s", err.text);
	cr_assert(eq(sz, file.problems.count, 1));
	cr_expect(eq(str, file.problems.items[0].text, "larger than 1024 KiB"));
	cr_expect(eq(int, file.problems.items[0].pos.line, 0));
	cr_expect(eq(sz, file.count, 0));
	scenario_file_release(&file);
	tmpdir_free(dir);
}

Test(scenario_errors, what_is_no_file_is_an_error)
{
	static const struct {
		const char *path, *text;
	} rows[] = {
		{"/no/such/file.scn", "/no/such/file.scn: No such file or directory"},
		{"/tmp", "/tmp: Is a directory"},
		{"/dev/zero", "/dev/zero: Invalid argument"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scenario_file file;
		struct err err = ERR_INIT;

		cr_expect(lt(int, scenario_file_read(rows[i].path, NULL, &file, &err), 0), "%s",
			  rows[i].path);
		cr_expect(eq(str, err.text, (char *)rows[i].text));
	}
}

Test(scenario_errors, a_list_of_problems_has_an_end)
{
	char text[8000] = "";
	struct scenario_file file;
	cleanup_free char *printed = NULL;

	for (int i = 0; i < 300; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "k%d: x\n", i);
	file = read_scn(text);
	cr_expect(eq(sz, file.problems.count, PROBLEMS_MAX));
	scenario_file_release(&file);
	printed = problems_of(text, strlen(text), NULL);
	cr_expect(ne(ptr, strstr(printed, "more than 100 problems; the rest is not shown"), NULL));
}

Test(scenario_errors, a_program_that_is_not_there_has_a_neighbour)
{
	static const char text[] = "scenario: x\nmechanism: pipe\n"
				   "processes: {a: {run: [\"${harness}/pipe-writter\"]}}\n";
	char *dir = tmpdir_new();
	struct scenario_options options = {.harness = dir, .check_programs = true};
	cleanup_free char *got = NULL;

	free(tmpdir_write(dir, "pipe-writer", "#!/bin/sh\n"));
	got = problems_of(text, sizeof(text) - 1, &options);
	cr_expect(ne(ptr, strstr(got, "; did you mean `pipe-writer`?"), NULL), "%s", got);
	cr_expect(ne(ptr, strstr(got, "error: no program `pipe-writter` in "), NULL), "%s", got);
	tmpdir_free(dir);
}

Test(scenario_errors, a_program_that_cannot_be_run_is_one)
{
	static const char text[] = "scenario: x\nmechanism: pipe\n"
				   "processes: {a: {run: [\"${harness}/plain\"]}}\n";
	char *dir = tmpdir_new();
	struct scenario_options options = {.harness = dir, .check_programs = true};
	cleanup_free char *got = NULL;

	free(tmpdir_write(dir, "plain", "text\n"));
	got = problems_of(text, sizeof(text) - 1, &options);
	cr_expect(ne(ptr, strstr(got, "cannot be run: Permission denied"), NULL), "%s", got);
	tmpdir_free(dir);
}
