#include "qualifier/insert.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "elf/declarations.h"
#include "lib/fault.h"

struct row {
	char name[16];
	int line, column;
	enum declaration_kind kind;
	char text[160];
	char want[200];
};

/* clang-format off */
static struct row rows[] = {
	{ "stop", 1, 12, DECLARATION_GLOBAL, "static int stop;\n", "static int volatile stop;\n" },
	{ "next", 1, 0, DECLARATION_MEMBER, "struct s { char *next; };", "struct s { char *volatile next; };" },
	{ "h", 1, 0, DECLARATION_GLOBAL, "int (*h)(int);", "int (*volatile h)(int);" },
	{ "a", 1, 0, DECLARATION_GLOBAL, "int a[4] = {1, 2};", "int volatile a[4] = {1, 2};" },
	{ "bit", 1, 0, DECLARATION_MEMBER, "struct s { unsigned bit:1; };", "struct s { unsigned volatile bit:1; };" },
	/* the second of several */
	{ "b", 1, 0, DECLARATION_GLOBAL, "int a, b;", "int a; int volatile b;" },
	{ "b", 1, 0, DECLARATION_GLOBAL, "extern unsigned *a, b[2], c;", "extern unsigned *a; extern unsigned volatile b[2]; extern unsigned c;" },
	{ "a", 1, 0, DECLARATION_GLOBAL, "int a = f(1, 2), b;", "int volatile a = f(1, 2); int b;" },
	{ "a", 1, 0, DECLARATION_LOCAL, "int f(int a, int b);", "int f(int volatile a, int b);" },
	{ "b", 1, 0, DECLARATION_GLOBAL, "enum e { x, y } a, b;", "enum e { x, y } volatile a, b;" },
	{ "b", 1, 0, DECLARATION_GLOBAL, "__typeof__(1) a, b;", "volatile __typeof__(1) a, b;" },
	{ "b", 2, 0, DECLARATION_GLOBAL, "int c;\nstatic int a[] = {1, 2}, b;", "int c;\nstatic int a[] = {1, 2}; static int volatile b;" },
	{ "b", 1, 0, DECLARATION_GLOBAL, "struct { int x; } a, b;", "struct { int x; } volatile a, b;" },
	{ "b", 1, 0, DECLARATION_MEMBER, "struct s { int c; int a, *b; };", "struct s { int c; int a; int *volatile b; };" },
	{ "b", 1, 0, DECLARATION_LOCAL, "void f(void) { for (int a = 0, b = 1;;) ; }", "void f(void) { for (volatile int a = 0, b = 1;;) ; }" },
	{ "b", 1, 0, DECLARATION_LOCAL, "void f(int a, int b) { }", "void f(int a, int volatile b) { }" },
	/* which of several on a line */
	{ "x", 1, 38, DECLARATION_LOCAL, "int f(int x) { return x; } int g(int x) { return x; }", "int f(int x) { return x; } int g(int volatile x) { return x; }" },
	{ "x", 1, 0, DECLARATION_LOCAL, "void f(void) { p->x = 1; h(2, x); int x = 1; }", "void f(void) { p->x = 1; h(2, x); int volatile x = 1; }" },
	{ "stop", 1, 0, DECLARATION_GLOBAL, "/* int stop; */ char *s = \"int stop;\"; int stop; // int stop", "/* int stop; */ char *s = \"int stop;\"; int volatile stop; // int stop" },
	/* not there */
	{ "stop", 2, 0, DECLARATION_LOCAL, "int stop;\nint go;\n", "int stop;\nint go;\n" },
	{ "stop", 1, 0, DECLARATION_LOCAL, "int f(void) { return stop; }", "int f(void) { return stop; }" },
	{ "stop", 1, 0, DECLARATION_LOCAL, "struct stop s; stop(1);", "struct stop s; stop(1);" },
	/* every declaration of a variable, but not another one of the name */
	{ "stop", 2, 0, DECLARATION_GLOBAL, "extern int stop;\nint stop;\nvoid f(int stop);", "extern int volatile stop;\nint volatile stop;\nvoid f(int stop);" },
	{ "stop", 9, 0, DECLARATION_GLOBAL, "extern int stop; static int *p = &stop;", "extern int volatile stop; static int *p = &stop;" },
	{ "stop", 9, 0, DECLARATION_GLOBAL, "static int stop;", "static int stop;" },
	/* other files' lines */
	{ "stop", 3, 0, DECLARATION_MEMBER, "# 3 \"x.h\"\nint stop;\n# 3 \"a.c\" 2\nint stop;\n", "# 3 \"x.h\"\nint stop;\n# 3 \"a.c\" 2\nint volatile stop;\n" },
	{ "stop", 3, 0, DECLARATION_MEMBER, "# 3 \"b/a.c\"\nint stop;\n# 3 \"ba.c\"\nint stop;\n", "# 3 \"b/a.c\"\nint stop;\n# 3 \"ba.c\"\nint stop;\n" },
	{ "stop", 3, 0, DECLARATION_MEMBER, "# 2 \"./a.c\"\n#pragma pack(\\\n1)\nint stop;\n", "# 2 \"./a.c\"\n#pragma pack(\\\n1)\nint stop;\n" },
	{ "stop", 4, 0, DECLARATION_MEMBER, "# 2 \"./a.c\"\n#pragma pack(\\\n1)\nint stop;\n", "# 2 \"./a.c\"\n#pragma pack(\\\n1)\nint volatile stop;\n" },
	{ "stop", 2, 0, DECLARATION_GLOBAL, "static int\n stop\n = 1;", "static int\n volatile stop\n = 1;" },
	/* broken text does no harm */
	{ "stop", 1, 0, DECLARATION_GLOBAL, "}}) int stop; \"never ends", "}}) int volatile stop; \"never ends" },
	{ "stop", 1, 0, DECLARATION_GLOBAL, "stop", "stop" },
	{ "b", 1, 0, DECLARATION_GLOBAL, ", b;", "volatile , b;" },
	/* what it points to */
	{ "*at", 1, 0, DECLARATION_LOCAL, "int f(const int *at);", "int f(const int volatile *at);" },
	{ "*at", 1, 0, DECLARATION_GLOBAL, "static int **at;", "static int *volatile *at;" },
	{ "*at", 1, 0, DECLARATION_LOCAL, "int f(const int at[]);", "int f(const int at[]);" },
};
/* clang-format on */

ParameterizedTestParameters(qualifier_insert, puts_it_in_front_of_the_declared_name)
{
	return cr_make_param_array(struct row, rows, sizeof(rows) / sizeof(rows[0]));
}

ParameterizedTest(struct row *row, qualifier_insert, puts_it_in_front_of_the_declared_name)
{
	const bool is_target = row->name[0] == '*';
	const struct declaration name = {.kind = row->kind,
					 .name = row->name + is_target,
					 .is_target = is_target,
					 .file = "src/a.c",
					 .line = row->line,
					 .column = row->column};
	const struct declaration *names[] = {&name};
	const struct insert_text input = {row->text, "/x/src/a.c"};
	cleanup_free char *text = NULL;
	size_t places = 99;

	cr_assert(eq(int, qualifier_insert(&input, "volatile", names, 1, &text, &places), 0));
	cr_expect(eq(str, text, row->want));
}

static int insert_two(void *arg)
{
	const struct declaration names[] = {
		{.kind = DECLARATION_GLOBAL, .name = "one", .file = "a.c", .line = 1},
		{.kind = DECLARATION_MEMBER, .name = "two", .file = "a.h", .line = 7},
	};
	const struct declaration *both[] = {&names[1], &names[0]};
	const struct insert_text input = {
		"int one; extern int one;\n# 7 \"a.h\"\nstruct s { int two; };\n", "a.c"};
	cleanup_free char *text = NULL;
	size_t places = 0;
	int rc = qualifier_insert(&input, "_Atomic", both, 2, &text, &places);

	(void)arg;
	if (rc)
		return rc;
	cr_expect(eq(sz, places, 3));
	cr_expect(eq(str, text,
		     "int _Atomic one; extern int _Atomic one;\n# 7 \"a.h\"\n"
		     "struct s { int _Atomic two; };\n"));
	return 0;
}

Test(qualifier_insert, several_names_whatever_runs_short)
{
	fault_sweep(insert_two, NULL);
}
