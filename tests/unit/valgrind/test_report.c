/* Reports as valgrind 3.19 writes them, whole and not. */
#include "valgrind/report.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "lib/tmpdir.h"
#include "valgrind/tool.h"

static struct valgrind_error *errors;
static size_t count;

static void read_text(const char *text)
{
	char *dir = tmpdir_new(), *path = tmpdir_write(dir, "report.xml", text);
	struct err err = ERR_INIT;

	cr_assert(eq(int, valgrind_read_report(path, &errors, &count, &err), 0), "%s", err.text);
	free(path);
	tmpdir_free(dir);
}

static void release(void)
{
	valgrind_errors_release(errors, count);
}

TestSuite(valgrind_report, .fini = release);

static const char head[] = "<?xml version=\"1.0\"?>\n\n<valgrindoutput>\n\n"
			   "<protocolversion>4</protocolversion>\n<tool>helgrind</tool>\n";

static const char race[] =
	"<error>\n  <unique>0x2</unique>\n  <tid>4</tid>\n  <kind>Race</kind>\n"
	"  <xwhat>\n    <text>Possible data race during read of size 4 by thread #4</text>\n"
	"    <hthreadid>4</hthreadid>\n  </xwhat>\n"
	"  <stack>\n    <frame>\n      <ip>0x1091A9</ip>\n      <obj>/tmp/a</obj>\n"
	"      <fn>two&lt;int&gt;</fn>\n      <dir>/tmp</dir>\n      <file>a.c</file>\n"
	"      <line>6</line>\n    </frame>\n    <frame>\n      <ip>0x48C</ip>\n"
	"      <obj>/lib/libc.so.6</obj>\n    </frame>\n  </stack>\n"
	"  <xauxwhat>\n    <text>This conflicts with a previous write by thread #3</text>\n"
	"  </xauxwhat>\n  <stack>\n    <frame>\n      <ip>0x109</ip>\n      <obj>/tmp/a</obj>\n"
	"      <fn>one</fn>\n      <file>a.c</file>\n      <line>5</line>\n    </frame>\n"
	"    <frame>\n      <ip>0x77</ip>\n      <obj>/tmp/a</obj>\n    </frame>\n  </stack>\n"
	"  <auxwhat>Location is a global variable</auxwhat>\n</error>\n";

Test(valgrind_report, nothing_was_found)
{
	read_text(head);
	cr_expect(eq(sz, count, 0));
}

Test(valgrind_report, an_empty_file_has_no_errors)
{
	read_text("");
	cr_expect(eq(sz, count, 0));
}

/* Its own stack is a stack; that of the other side is part of the text. */
Test(valgrind_report, both_sides_of_a_race)
{
	char text[4096];

	snprintf(text, sizeof(text), "%s%s</valgrindoutput>\n", head, race);
	read_text(text);
	cr_assert(eq(sz, count, 1));
	cr_expect(eq(str, errors[0].kind, (char *)"Race"));
	cr_expect(eq(str, errors[0].text,
		     (char *)"Possible data race during read of size 4 by thread #4\n"
			     "This conflicts with a previous write by thread #3\n"
			     "  at one (a.c:5)\n  at 0x77 in /tmp/a\n"
			     "Location is a global variable"));
	cr_assert(eq(sz, errors[0].stack.count, 2));
	cr_expect(eq(str, errors[0].stack.frames[0].function, (char *)"two<int>"));
	cr_expect(eq(str, errors[0].stack.frames[0].file, (char *)"a.c"));
	cr_expect(eq(int, errors[0].stack.frames[0].line, 6));
	cr_expect(eq(ptr, errors[0].stack.frames[1].function, NULL));
	cr_expect(eq(str, errors[0].stack.frames[1].module, (char *)"/lib/libc.so.6"));
}

/* Killed in the middle of its second error. */
Test(valgrind_report, what_is_whole_is_read)
{
	char text[4096];

	snprintf(text, sizeof(text), "%s%s%.100s", head, race, race);
	read_text(text);
	cr_expect(eq(sz, count, 1));
}

/* A child that was forked writes a document of its own into the parent's. */
Test(valgrind_report, documents_in_each_other)
{
	char text[8192];

	snprintf(text, sizeof(text), "%s%s%s%s</valgrindoutput>\n%s</valgrindoutput>\n", head, race,
		 head, race, race);
	read_text(text);
	cr_expect(eq(sz, count, 3));
}

Test(valgrind_report, an_error_that_cannot_be_read_is_one)
{
	read_text("<error><kind>Ra</error>\n");
	cr_assert(eq(sz, count, 1));
	cr_expect(eq(str, errors[0].kind, (char *)"Unreadable"));
	cr_expect(eq(str, errors[0].text, (char *)"<error><kind>Ra</error>"));
}

Test(valgrind_report, no_file)
{
	struct err err = ERR_INIT;

	cr_expect(eq(int, valgrind_read_report("/nonexistent/report", &errors, &count, &err),
		     -ENOENT));
}

Test(valgrind_report, which_word_is_which_finding)
{
	cr_expect(eq(int, (int)valgrind_finding("Race"), (int)FINDING_RACE));
	cr_expect(eq(int, (int)valgrind_finding("ConflictingAccess"), (int)FINDING_RACE));
	cr_expect(eq(int, (int)valgrind_finding("InvalidWrite"), (int)FINDING_MEMORY_ERROR));
	cr_expect(eq(int, (int)valgrind_finding("LockOrder"), (int)FINDING_MEMORY_ERROR));
	cr_expect(eq(int, (int)valgrind_finding("Leak_DefinitelyLost"), (int)FINDING_LEAK));
	cr_expect(valgrind_is_lost("Leak_IndirectlyLost"));
}
