#include "sys/names.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

Test(sys_names, every_error_name_is_the_libcs_and_comes_back)
{
	size_t count;
	const char *const *words = errno_words(&count);

	cr_assert(gt(sz, count, 130));
	for (size_t i = 0; i < count; i++) {
		int number = errno_from_name(words[i]);

		cr_expect(gt(int, number, 0), "%s", words[i]);
		cr_expect(eq(int, errno_from_name(errno_name(number)), number), "%s", words[i]);
	}
	for (int number = 1; number < 200; number++) {
		const char *libc = strerrorname_np(number);

		if (libc)
			cr_expect(eq(int, errno_from_name(libc), number), "%s", libc);
		else
			cr_expect(eq(ptr, (void *)errno_name(number), NULL), "%d", number);
	}
}

Test(sys_names, second_names_of_errors_are_read_and_never_shown)
{
	cr_expect(eq(int, errno_from_name("EWOULDBLOCK"), EAGAIN));
	cr_expect(eq(str, (char *)errno_name(EAGAIN), "EAGAIN"));
	cr_expect(eq(str, (char *)errno_name(EOPNOTSUPP), "EOPNOTSUPP"));
	cr_expect(eq(str, (char *)errno_name(EDEADLK), "EDEADLK"));
}

Test(sys_names, what_no_program_can_see_is_no_error)
{
	cr_expect(eq(int, errno_from_name("ERESTARTSYS"), 0));
	cr_expect(eq(int, errno_from_name("eintr"), 0));
	cr_expect(eq(int, errno_from_name("EINTR "), 0));
	cr_expect(eq(int, errno_from_name(""), 0));
	cr_expect(eq(ptr, (void *)errno_name(0), NULL));
	cr_expect(eq(ptr, (void *)errno_name(512), NULL));
	cr_expect(eq(ptr, (void *)errno_name(-4), NULL));
}

Test(sys_names, every_signal_has_a_name_that_comes_back)
{
	for (int number = 1; number <= SIGRTMAX; number++) {
		const char *name = signal_name(number);

		cr_assert(ne(ptr, (void *)name, NULL), "%d", number);
		if (number < 32 || number >= SIGRTMIN)
			cr_expect(eq(int, signal_from_name(name), number), "%s", name);
		if (number < 32 && number != SIGIO) /* glibc: SIGPOLL */
			cr_expect(eq(str, (char *)name + 3, (char *)sigabbrev_np(number)));
	}
	cr_expect(eq(ptr, (void *)signal_name(0), NULL));
	cr_expect(eq(ptr, (void *)signal_name(SIGRTMAX + 1), NULL));
	cr_expect(eq(str, (char *)signal_name(32), "SIG32"));
}

Test(sys_names, real_time_signals_count_from_both_ends)
{
	cr_expect(eq(int, signal_from_name("SIGRTMIN"), SIGRTMIN));
	cr_expect(eq(int, signal_from_name("SIGRTMIN+3"), SIGRTMIN + 3));
	cr_expect(eq(int, signal_from_name("SIGRTMAX-2"), SIGRTMAX - 2));
	cr_expect(eq(int, signal_from_name("SIGRTMAX"), SIGRTMAX));
	cr_expect(eq(str, (char *)signal_name(SIGRTMAX), "SIGRTMIN+30"));
}

Test(sys_names, wrong_signal_names_are_unknown)
{
	static const char *const wrong[] = {
		"USR1",	       "sigusr1",     "SIG",	     "",
		"SIGRTMIN+",   "SIGRTMIN-1",  "SIGRTMIN+31", "SIGRTMAX+1",
		"SIGRTMAX-31", "SIGRTMIN+1x", "SIGRTMIN+-1", "SIGRTMINX",
		"10",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect(eq(int, signal_from_name(wrong[i]), 0), "'%s'", wrong[i]);
	cr_expect(eq(int, signal_from_name("SIGIOT"), SIGABRT));
	cr_expect(eq(int, signal_from_name("SIGCLD"), SIGCHLD));
}

Test(sys_names, default_actions_are_those_of_signal_7)
{
	cr_expect(eq(int, (int)signal_default_action(SIGCHLD), SIGNAL_IGNORE));
	cr_expect(eq(int, (int)signal_default_action(SIGURG), SIGNAL_IGNORE));
	cr_expect(eq(int, (int)signal_default_action(SIGWINCH), SIGNAL_IGNORE));
	cr_expect(eq(int, (int)signal_default_action(SIGCONT), SIGNAL_CONTINUE));
	cr_expect(eq(int, (int)signal_default_action(SIGTSTP), SIGNAL_STOP));
	cr_expect(eq(int, (int)signal_default_action(SIGSEGV), SIGNAL_CORE));
	cr_expect(eq(int, (int)signal_default_action(SIGPIPE), SIGNAL_TERMINATE));
	cr_expect(eq(int, (int)signal_default_action(SIGRTMIN + 1), SIGNAL_TERMINATE));
}

Test(sys_names, open_flags_are_written_as_in_a_program)
{
	static const struct {
		int flags;
		const char *text;
	} cases[] = {
		{O_RDONLY, "O_RDONLY"},
		{O_WRONLY | O_NONBLOCK, "O_WRONLY|O_NONBLOCK"},
		{O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, "O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC"},
		{O_WRONLY | O_SYNC, "O_WRONLY|O_SYNC"},
		{O_RDONLY | O_DIRECTORY, "O_RDONLY|O_DIRECTORY"},
		{O_RDWR | O_TMPFILE, "O_RDWR|O_TMPFILE"},
		{O_RDONLY | 0x8, "O_RDONLY|0x8"},
	};
	char text[128], cut[12];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_flags_format(cases[i].flags, text, sizeof(text));
		cr_expect(eq(str, text, (char *)cases[i].text));
	}
	open_flags_format(O_WRONLY | O_CREAT | O_TRUNC, cut, sizeof(cut));
	cr_expect(eq(str, cut, "O_WRONLY|O_"));
}
