/* The command: what compilers do, also with shared libraries, make and errors. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/needs.h"
#include "lib/tmpdir.h"
#include "programs.h"

TestSuite(rt_cc, .init = programs_begin, .fini = programs_end);

static char out[4000];

Test(rt_cc, exit_status_and_words_are_the_compilers)
{
	free(tmpdir_write(programs_dir, "bad.c", "int main(void) { return nothing; }\n"));
	cr_expect(eq(int,
		     programs_sh(out, sizeof(out), "%s cc %s/bad.c -o %s/bad 2>&1",
				 programs_ipcfault(), programs_dir, programs_dir),
		     1));
	cr_expect(strstr(out, "nothing") != NULL, "%s", out);
	cr_expect(eq(int,
		     programs_sh(out, sizeof(out), "%s cc --cc=no-such-gcc -c x.c 2>&1",
				 programs_ipcfault()),
		     3));
	cr_expect(strstr(out, "no-such-gcc: No such file") != NULL, "%s", out);
}

Test(rt_cc, leaves_nothing_in_the_folder_for_temporary_files)
{
	free(tmpdir_write(programs_dir, "a.c", "int main(void) { return 0; }\n"));
	cr_expect(eq(int,
		     programs_sh(out, sizeof(out),
				 "cd %s && mkdir t && TMPDIR=$PWD/t %s cc a.c -o a && ./a && ls t",
				 programs_dir, programs_ipcfault()),
		     0));
	cr_expect(eq(str, out, ""));
}

/* `make CC=...` puts it into the environment of the command itself. */
Test(rt_cc, serves_make)
{
	needs_program("make");
	free(tmpdir_write(programs_dir, "a.c", "int b(void);\nint main(void) { return b(); }\n"));
	free(tmpdir_write(programs_dir, "b.c", "int b(void) { return 9; }\n"));
	cr_expect(eq(int,
		     programs_sh(out, sizeof(out),
				 "cd %s && printf 'a: a.o b.o\\n' >Makefile && "
				 "make -s CC='%s cc' 2>&1 && nm a | grep -q __tsan_read4 && ./a",
				 programs_dir, programs_ipcfault()),
		     9),
		  "%s", out);
}

Test(rt_cc, compiler_of_the_environment)
{
	free(tmpdir_write(programs_dir, "a.c", "#ifdef __clang__\nclang\n#endif\n"));
	cr_expect(eq(int,
		     programs_sh(out, sizeof(out), "CC=clang %s cc -E %s/a.c | grep -x clang",
				 programs_ipcfault(), programs_dir),
		     0));
}

Test(rt_cc, accesses_of_a_shared_library_are_counted)
{
	char *user, flags[500];
	struct counts counts;
	int status;

	cr_assert(eq(int,
		     programs_sh(out, sizeof(out),
				 "%s cc -O2 -fPIC -shared " TESTS
				 "/specimens/library.c -o %s/liblibrary.so 2>&1",
				 programs_ipcfault(), programs_dir),
		     0),
		  "%s", out);
	snprintf(flags, sizeof(flags), "-O2 -L%s -llibrary -Wl,-rpath,%s", programs_dir,
		 programs_dir);
	user = programs_compile("library_user", "gcc", flags);
	counts = programs_count(user, 0, &status);
	cr_expect(eq(int, status, 0));
	cr_assert(eq(sz, counts.count, 2));
	cr_expect(strstr(counts.items[0].module, "/liblibrary.so") != NULL);
	cr_expect(eq(u64, counts.items[0].offset, 8));
	cr_expect(counts.items[1].is_write);
	counts_release(&counts);
	free(user);
}

Test(rt_cc, cplusplus)
{
	needs_program("g++");
	free(tmpdir_write(programs_dir, "a.cc",
			  "#include <atomic>\n#include <string>\nstruct a { virtual int f(); };\n"
			  "int a::f() { return std::string(\"abc\").size(); }\n"
			  "std::atomic<int> n;\nint main() { a x; n += x.f(); return n; }\n"));
	cr_expect(eq(int,
		     programs_sh(out, sizeof(out),
				 "cd %s && %s cc --cc g++ -O1 a.cc -o a && ./a; [ $? = 3 ] && "
				 "%s cc --cc g++ -O1 -flto a.cc -o b && ./b",
				 programs_dir, programs_ipcfault(), programs_ipcfault()),
		     3));
}

Test(rt_cc, handler_that_jumped_away_runs_no_more)
{
	char *program = programs_compile("jump", "gcc", "-O0");
	int status;
	struct counts counts = programs_count(program, SEGMENT_GLOBALS, &status);

	cr_expect(eq(int, status, 0));
	cr_assert(eq(sz, counts.count, 2)); /* `word`, of either */
	cr_expect(counts.items[1].is_in_handler && counts.items[0].is_write);
	cr_expect(eq(u64, counts.items[0].offset, counts.items[1].offset));
	counts_release(&counts);
	free(program);
}

/* What build: command takes for ${cc}: a build may ask it, wants its rules, and to hear it. */
Test(rt_cc, with_a_cache_it_is_the_compiler_still)
{
	free(tmpdir_write(programs_dir, "a.c", "int main(void) { int unused; return 7; }\n"));
	cr_expect(eq(int,
		     programs_sh(out, sizeof(out),
				 "cd %s && cc='%s cc --plain --cc=gcc --cache=%s/kept' && "
				 "[ $($cc -dumpmachine) = $(gcc -dumpmachine) ] && "
				 "$cc -MMD -c -o a.o a.c && grep -q a.c a.d && "
				 "$cc -Wall -c -o a.o a.c 2>/dev/null && "
				 "$cc -Wall -c -o a.o a.c 2>&1 | grep -q unused && "
				 "$cc a.o -o a && ! nm a | grep -q __tsan && ./a",
				 programs_dir, programs_ipcfault(), programs_dir),
		     7),
		  "%s", out);
}
