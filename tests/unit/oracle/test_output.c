#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "case.h"
#include "lib/tmpdir.h"

#define OUT(pattern, what)                                                                         \
	{                                                                                          \
		{                                                                                  \
			.out = {.kind = pattern, .text = (char *)(what) }                          \
		}                                                                                  \
	}
#define ERR(pattern, what)                                                                         \
	{                                                                                          \
		{                                                                                  \
			.err = {.kind = pattern, .text = (char *)(what) }                          \
		}                                                                                  \
	}
#define PRINTS(text)                                                                               \
	{                                                                                          \
		{                                                                                  \
			.name = "cat", .started = true, .exited = true, .out = CAPTURED(text)      \
		}                                                                                  \
	}
#define FAILS(text)                                                                                \
	{                                                                                          \
		{                                                                                  \
			.name = "cat", .started = true, .exited = true, .status = 1,               \
			.out = CAPTURED(text)                                                      \
		}                                                                                  \
	}
#define DIES(text, sig, purpose)                                                                   \
	{                                                                                          \
		{                                                                                  \
			.name = "cat", .started = true, .exited = true, .signaled = true,          \
			.status = sig, .killed_on_purpose = purpose, .out = CAPTURED(text)         \
		}                                                                                  \
	}

/* clang-format off */
static const struct judged_case contents[] = {
	{"nothing is asked", .seen = PRINTS("anything")},
	{"contained", OUT(MATCH_CONTAINS, "rec"), .seen = PRINTS("12 records\n")},
	{"not contained", OUT(MATCH_CONTAINS, "files"), .seen = PRINTS("12 records\n"),
	 .want = "wrong-output cat: stdout does not contain 'files' (silent)\n"},
	{"behind a NUL byte", OUT(MATCH_CONTAINS, "records"), .seen = PRINTS("\0 records\n")},
	{"not silent when it has failed", OUT(MATCH_CONTAINS, "files"), .seen = FAILS("12\n"),
	 .want = "wrong-output cat: stdout does not contain 'files'\n"},
	{"matched", OUT(MATCH_REGEX, "^[0-9]+ records$"), .seen = PRINTS("x\n12 records\n")},
	{"not matched", OUT(MATCH_REGEX, "^[0-9]+ records$"), .seen = PRINTS("many records\n"),
	 .want = "wrong-output cat: stdout does not match /^[0-9]+ records$/ (silent)\n"},
	{"a dot is no newline", OUT(MATCH_REGEX, "a.b"), .seen = PRINTS("a\nb"),
	 .want = "wrong-output cat: stdout does not match /a.b/ (silent)\n"},
	{"matched behind a NUL byte", OUT(MATCH_REGEX, "rec[a-z]*s"), .seen = PRINTS("\0 records\n")},
	{"equal", OUT(MATCH_EQUALS, "ok\n"), .seen = PRINTS("ok\n")},
	{"another byte", OUT(MATCH_EQUALS, "a\nbcd\n"), .seen = PRINTS("a\nbXd\n"),
	 .want = "wrong-output cat: stdout differs from what is expected at byte 3 (line 2): 'Xd' "
		 "instead of 'cd' (silent)\n"},
	{"too short", OUT(MATCH_EQUALS, "ok\n"), .seen = PRINTS("ok"),
	 .want = "wrong-output cat: stdout differs from what is expected: ends after 2 of 3 bytes "
		 "(silent)\n"},
	{"too long", OUT(MATCH_EQUALS, "ok\n"), .seen = PRINTS("ok\n\n"),
	 .want = "wrong-output cat: stdout differs from what is expected: 1 bytes more than its 3 "
		 "(silent)\n"},
	{"nothing printed", OUT(MATCH_EQUALS, "ok"), .seen = PRINTS(""),
	 .want = "wrong-output cat: stdout differs from what is expected: ends after 0 of 2 bytes "
		 "(silent)\n"},
	{"stderr", ERR(MATCH_CONTAINS, "gone"),
	 .seen = {{.name = "cat", .started = true, .exited = true, .err = CAPTURED("bye\n")}},
	 .want = "wrong-output cat: stderr does not contain 'gone' (silent)\n"},
	{"not captured", OUT(MATCH_CONTAINS, "x"),
	 .seen = {{.name = "cat", .started = true, .exited = true}}},
	{"never started", OUT(MATCH_CONTAINS, "x"), .seen = {{.name = "cat"}}},
	{"the end was cut off", OUT(MATCH_CONTAINS, "x"), .seen = PRINTS("y"),
	 .found = {{.kind = FINDING_SPIN, .text = "spins"}}},
};

/* A death that is a finding itself brings no second one; one that was to be does not excuse. */
static const struct judged_case dead[] = {
	{"crashed", OUT(MATCH_CONTAINS, "bye"), .seen = DIES("hello", SIGSEGV, false)},
	{"killed by the scenario", OUT(MATCH_CONTAINS, "bye"), .seen = DIES("hello", SIGTERM, true),
	 .want = "wrong-output cat: stdout does not contain 'bye'\n"},
	{"killed as expected, and it says so",
	 {{.exit = EXIT_KILLED, .signal = SIGTERM, .out = {.kind = MATCH_CONTAINS, .text = (char *)"bye"}}},
	 .seen = DIES("bye\n", SIGTERM, false)},
	{"killed as expected, without a word",
	 {{.exit = EXIT_KILLED, .signal = SIGTERM, .out = {.kind = MATCH_CONTAINS, .text = (char *)"bye"}}},
	 .seen = DIES("", SIGTERM, false),
	 .want = "wrong-output cat: stdout does not contain 'bye'\n"},
};

static const struct judged_case same[] = {
	{"the same", .same_output = true, .has_fault_free = true, .seen = PRINTS("a\n"),
	 .fault_free = PRINTS("a\n")},
	{"another", .same_output = true, .has_fault_free = true, .seen = PRINTS("a\n"),
	 .fault_free = PRINTS("a\nb\n"),
	 .want = "wrong-output cat: stdout differs from the fault-free run: ends after 2 of 4 "
		 "bytes (silent)\n"},
	{"asked for of one process", OUT(MATCH_FAULT_FREE, NULL), .has_fault_free = true,
	 .seen = PRINTS("b\n"), .fault_free = PRINTS("a\n"),
	 .want = "wrong-output cat: stdout differs from the fault-free run at byte 0 (line 1): 'b' "
		 "instead of 'a' (silent)\n"},
	{"killed by the scenario: it cannot be the same", .same_output = true,
	 .has_fault_free = true, .seen = DIES("a\n", SIGKILL, true), .fault_free = PRINTS("a\nb\n")},
};
/* clang-format on */

Test(oracle_output, contents)
{
	cases_check(contents, ARRAY_SIZE(contents), judge_output);
}

Test(oracle_output, of_the_dead)
{
	cases_check(dead, ARRAY_SIZE(dead), judge_output);
}

Test(oracle_output, same_as_without_faults)
{
	cases_check(same, ARRAY_SIZE(same), judge_output);
}

#define FILE_IS(name, pattern, what)                                                               \
	{                                                                                          \
		{                                                                                  \
			.path = (char *)"${tmp}/" name, .content = {                               \
				.kind = pattern,                                                   \
				.text = (char *)(what)                                             \
			}                                                                          \
		}                                                                                  \
	}

/* clang-format off */
static const struct judged_case files[] = {
	{"there", .files_expected = FILE_IS("ok", MATCH_NONE, NULL)},
	{"missing", .files_expected = FILE_IS("no", MATCH_NONE, NULL),
	 .want = "wrong-output: file TMP/no No such file or directory (silent)\n"},
	{"with the right content", .files_expected = FILE_IS("ok", MATCH_EQUALS, "hello\n")},
	{"with another content", .files_expected = FILE_IS("ok", MATCH_CONTAINS, "bye"),
	 .want = "wrong-output: file TMP/ok does not contain 'bye' (silent)\n"},
	{"not silent when somebody has failed", .files_expected = FILE_IS("ok", MATCH_CONTAINS, "bye"),
	 .seen = FAILS(""), .want = "wrong-output: file TMP/ok does not contain 'bye'\n"},
	{"as another file", .files_expected = FILE_IS("ok", MATCH_FILE, "${tmp}/same")},
	{"not as another file", .files_expected = FILE_IS("ok", MATCH_FILE, "${tmp}/other"),
	 .want = "wrong-output: file TMP/ok differs from TMP/other: 1 bytes more than its 5 "
		 "(silent)\n"},
	{"absent", .files_expected = {{.path = (char *)"${tmp}/no", .absent = true}}},
	{"not absent", .files_expected = {{.path = (char *)"${tmp}/ok", .absent = true}},
	 .want = "wrong-output: file TMP/ok exists (silent)\n"},
	{"a FIFO: nobody waits for a writer", .files_expected = FILE_IS("fifo", MATCH_EQUALS, "x"),
	 .want = "wrong-output: file TMP/fifo is no regular file (silent)\n"},
	{"a folder", .files_expected = FILE_IS("dir", MATCH_EQUALS, "x"),
	 .want = "wrong-output: file TMP/dir is no regular file (silent)\n"},
	{"a folder that has to be there", .files_expected = FILE_IS("dir", MATCH_NONE, NULL)},
};
/* clang-format on */

/* TMP in the wanted text stands for the folder. */
static char *with_folder(const char *want, const char *folder)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (const char *p = want ? want : ""; *p; p++) {
		if (strncmp(p, "TMP", 3) == 0) {
			fputs(folder, file);
			p += 2;
		} else {
			fputc(*p, file);
		}
	}
	fclose(file);
	return text;
}

Test(oracle_output, files)
{
	char *folder = tmpdir_new(), path[512];

	free(tmpdir_write(folder, "ok", "hello\n"));
	free(tmpdir_write(folder, "same", "hello\n"));
	free(tmpdir_write(folder, "other", "hello"));
	snprintf(path, sizeof(path), "%s/fifo", folder);
	cr_assert(eq(int, mkfifo(path, 0600), 0));
	snprintf(path, sizeof(path), "%s/dir", folder);
	cr_assert(eq(int, mkdir(path, 0700), 0));
	case_tmp = folder;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct judged_case c = files[i];
		char *want = with_folder(c.want, folder);

		c.want = want;
		case_check(&c, judge_files);
		free(want);
	}
	tmpdir_free(folder);
}
