/*
 * What C programs call the calls.  The kernel's name is one choice of several
 * that a libc can make behind a function: measured on glibc 2.36 and musl
 * 1.2, read in their sources for aarch64.
 */
#include "sys/syscalls.h"

#include <string.h>

#include "base/util.h"

#define MEMBERS_MAX 6
#define WORDS_MAX   640

/*
 * A member with "?" in front stands in only on machines that have no call of
 * the word's own name: aarch64 has no pause, its libc calls ppoll, but on
 * x86-64 a ppoll is no pause.
 */
/* clang-format off */
static const struct alias {
	const char *word;
	const char *members[MEMBERS_MAX];
} aliases[] = {
	{ "_exit",           { "exit_group" } },
	{ "accept",          { "accept", "accept4" } },
	{ "access",          { "access", "faccessat", "faccessat2" } },
	{ "alarm",           { "alarm", "?setitimer" } },
	{ "chmod",           { "chmod", "fchmodat", "fchmodat2" } },
	{ "chown",           { "chown", "fchownat" } },
	{ "creat",           { "creat", "open", "openat" } },
	{ "dup2",            { "dup2", "dup3" } },
	{ "epoll_create",    { "epoll_create", "epoll_create1" } },
	{ "epoll_wait",      { "epoll_wait", "epoll_pwait" } },
	{ "eventfd",         { "eventfd", "eventfd2" } },
	{ "execl",           { "execve" } },
	{ "execlp",          { "execve" } },
	{ "execv",           { "execve" } },
	{ "execvp",          { "execve" } },
	{ "exit",            { "exit", "exit_group" } },
	{ "fexecve",         { "execve", "execveat" } },
	{ "fork",            { "fork", "vfork", "clone", "clone3" } },
	{ "fstat",           { "fstat", "newfstatat" } },
	{ "getrlimit",       { "getrlimit", "prlimit64" } },
	{ "inotify_init",    { "inotify_init", "inotify_init1" } },
	{ "link",            { "link", "linkat" } },
	{ "lockf",           { "fcntl" } },
	{ "lstat",           { "lstat", "newfstatat" } },
	{ "mkdir",           { "mkdir", "mkdirat" } },
	{ "mkfifo",          { "mknod", "mknodat" } },
	{ "mknod",           { "mknod", "mknodat" } },
	{ "mq_getattr",      { "mq_getsetattr" } },
	{ "mq_receive",      { "mq_timedreceive" } },
	{ "mq_send",         { "mq_timedsend" } },
	{ "mq_setattr",      { "mq_getsetattr" } },
	{ "nanosleep",       { "nanosleep", "clock_nanosleep" } },
	{ "open",            { "open", "openat" } },
	{ "pause",           { "pause", "?ppoll" } },
	{ "pipe",            { "pipe", "pipe2" } },
	{ "poll",            { "poll", "ppoll" } },
	{ "posix_fallocate", { "fallocate" } },
	{ "posix_spawn",     { "vfork", "clone", "clone3" } },
	{ "pread",           { "pread64" } },
	{ "pselect",         { "pselect6" } },
	{ "pthread_create",  { "clone", "clone3" } },
	{ "pthread_kill",    { "tgkill", "tkill" } },
	{ "pthread_sigmask", { "rt_sigprocmask" } },
	{ "pwrite",          { "pwrite64" } },
	{ "raise",           { "tgkill", "tkill" } },
	{ "readdir",         { "getdents", "getdents64" } },
	{ "readlink",        { "readlink", "readlinkat" } },
	{ "recv",            { "recvfrom" } },
	{ "rename",          { "rename", "renameat", "renameat2" } },
	{ "rmdir",           { "rmdir", "?unlinkat" } },
	{ "select",          { "select", "pselect6" } },
	{ "semop",           { "semop", "semtimedop" } },
	{ "send",            { "sendto" } },
	{ "setrlimit",       { "setrlimit", "prlimit64" } },
	{ "shm_open",        { "open", "openat" } },
	{ "shm_unlink",      { "unlink", "unlinkat" } },
	{ "sigaction",       { "rt_sigaction" } },
	{ "signal",          { "rt_sigaction" } },
	{ "signalfd",        { "signalfd", "signalfd4" } },
	{ "sigprocmask",     { "rt_sigprocmask" } },
	{ "sigqueue",        { "rt_sigqueueinfo" } },
	{ "sigsuspend",      { "rt_sigsuspend" } },
	{ "sigtimedwait",    { "rt_sigtimedwait" } },
	{ "sigwait",         { "rt_sigtimedwait" } },
	{ "sigwaitinfo",     { "rt_sigtimedwait" } },
	{ "sleep",           { "nanosleep", "clock_nanosleep" } },
	{ "stat",            { "stat", "newfstatat", "statx" } },
	{ "symlink",         { "symlink", "symlinkat" } },
	{ "unlink",          { "unlink", "unlinkat" } },
	{ "usleep",          { "nanosleep", "clock_nanosleep" } },
	{ "vfork",           { "vfork", "?clone" } },
	{ "wait",            { "wait4" } },
	{ "wait3",           { "wait4" } },
	{ "waitpid",         { "wait4" } },
};
/* clang-format on */

static const struct alias *alias_find(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (strcmp(aliases[i].word, word) == 0)
			return &aliases[i];
	return NULL;
}

static bool is_native(const char *name)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(name));

	return row && row->nr[ARCH_NATIVE] != SYSCALL_NONE;
}

static bool alias_means(const struct alias *alias, const char *name)
{
	for (size_t i = 0; i < MEMBERS_MAX && alias->members[i]; i++) {
		const char *member = alias->members[i];

		if (member[0] == '?') {
			if (strcmp(member + 1, name) == 0)
				return !is_native(alias->word);
		} else if (strcmp(member, name) == 0) {
			return true;
		}
	}
	return false;
}

static bool word_means(const char *word, const struct alias *alias, unsigned family,
		       const struct syscall_row *row)
{
	if (family)
		return (row->families & family) != 0;
	if (alias)
		return alias_means(alias, row->name);
	return strcmp(row->name, word) == 0;
}

size_t syscall_ids_from_word(const char *word, int *ids, size_t max)
{
	unsigned family = call_family_from_name(word);
	const struct alias *alias = alias_find(word);
	size_t found = 0;

	for (int id = 0; (size_t)id < syscall_count(); id++) {
		if (!word_means(word, alias, family, syscall_get(id)))
			continue;
		if (found < max)
			ids[found] = id;
		found++;
	}
	return found;
}

static size_t words_add(const char **words, size_t used, const char *word)
{
	words[used] = word;
	return used + 1;
}

const char *const *syscall_words(size_t *ret_count)
{
	static const char *words[WORDS_MAX];
	size_t used = 0;

	for (unsigned bit = 1; call_family_name(bit); bit <<= 1)
		used = words_add(words, used, call_family_name(bit));
	for (int id = 0; syscall_get(id); id++)
		used = words_add(words, used, syscall_get(id)->name);
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (syscall_from_name(aliases[i].word) == SYSCALL_NONE)
			used = words_add(words, used, aliases[i].word);
	*ret_count = used;
	return words;
}
