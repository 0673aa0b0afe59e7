#include "cli/reproduce.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "cli/options.h"
#include "model/scenario.h"

struct quoted_row {
	char word[40], quoted[60];
};

static const struct quoted_row quoted_rows[] = {
	{"plain-1.scn", "plain-1.scn"},
	{"", "''"},
	{"two words", "'two words'"},
	{"it's", "'it'\\''s'"},
	{"$HOME `x` \"q\" \\ *", "'$HOME `x` \"q\" \\ *'"},
	{"a\nb", "$'a\\012b'"},
	{"\033'\\", "$'\\033\\'\\\\'"},
	{"-rf", "-rf"},
	{"gr\xc3\xbcn", "'gr\xc3\xbcn'"},
};

/* And bash reads back what was meant. */
static void check_quoted_row(const struct quoted_row *row)
{
	char *quoted = shell_quoted(row->word), command[256], back[256] = "";
	FILE *shell;

	cr_expect(eq(str, quoted, row->quoted));
	snprintf(command, sizeof(command), "exec bash -c \"$(cat <<'END'\nprintf %%s %s\nEND\n)\"",
		 quoted);
	shell = popen(command, "r");
	cr_assert(ne(ptr, shell, NULL));
	back[fread(back, 1, sizeof(back) - 1, shell)] = '\0';
	pclose(shell);
	if (row->word[0] != '-')
		cr_expect(eq(str, back, row->word), "%s", quoted);
	free(quoted);
}

Test(cli_reproduce, quotes_for_the_shell)
{
	for (size_t i = 0; i < ARRAY_SIZE(quoted_rows); i++)
		check_quoted_row(&quoted_rows[i]);
}

Test(cli_reproduce, names_what_the_case_needs)
{
	struct matrix_value values[] = {{"signal", "SIGUSR1"}, {"restart", "yes"}};
	struct scenario plain = {.file = "a.scn", .title = "a title"};
	struct scenario full = {.file = "-b.scn",
				.title = "it's",
				.matrix = values,
				.matrix_count = 2,
				.repeat = 5,
				.control.present = true};
	struct run_options options = {.timeout_ns = 1500 * NS_PER_MS}, none = {0};
	struct run_case first = {&plain, ROLE_SUBJECT, 0};
	struct run_case second = {&full, ROLE_CONTROL, UINT64_MAX};
	char *line = reproduce_line(&first, &none, NULL);

	cr_expect(eq(str, line, "ipcfault run a.scn --filter 'a title' --seed 0"));
	free(line);
	line = reproduce_line(&second, &options, NULL);
	cr_expect(
		eq(str, line,
		   "ipcfault run ./-b.scn --filter 'it'\\''s' --case 'signal=SIGUSR1 restart=yes' "
		   "--role control --seed 18446744073709551615 --repeat 1 --timeout 1500000us"));
	free(line);
}
