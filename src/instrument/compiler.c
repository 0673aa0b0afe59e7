#include "instrument/compiler.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"

/*
 * Of the last four: gcc expands a memcpy() or memset() of constant size without
 * telling, and fortified ones have another name; the place of an access is a
 * return address; and sources may ask whether the library of ThreadSanitizer
 * is there, which it is not.
 */
#define BOTH                                                                                       \
	"-fsanitize=thread", "-g", "-fno-omit-frame-pointer", "-fno-builtin-memcpy",               \
		"-fno-builtin-memmove", "-fno-builtin-memset", "-U_FORTIFY_SOURCE",                \
		"-U__SANITIZE_THREAD__"

static const char *const gcc_flags[] = {
	BOTH, "--param=tsan-distinguish-volatile=1", "-fno-optimize-sibling-calls", "-Wno-tsan",
	NULL,
};

/* Without the second, the read of x = x + 1 is not told. */
static const char *const clang_flags[] = {
	BOTH,
	"-mllvm",
	"-tsan-distinguish-volatile=1",
	"-mllvm",
	"-tsan-instrument-read-before-write=1",
	"-Wno-unused-command-line-argument",
	NULL,
};

#define WRAP(name) "-Wl,--wrap=" #name

/* clang-format off */
/* Shared libraries find the runtime in the program.  Each has a __wrap_NAME in src/rt. */
static const char *const link_flags[] = {
	WRAP(memcpy), WRAP(memmove), WRAP(memset), WRAP(pthread_mutex_lock),
	WRAP(pthread_mutex_trylock), WRAP(pthread_mutex_timedlock), WRAP(pthread_mutex_clocklock),
	WRAP(pthread_mutex_unlock), WRAP(pthread_rwlock_rdlock), WRAP(pthread_rwlock_wrlock),
	WRAP(pthread_rwlock_unlock), WRAP(pthread_spin_lock), WRAP(pthread_rwlock_tryrdlock),
	WRAP(pthread_rwlock_trywrlock), WRAP(pthread_spin_trylock), WRAP(pthread_spin_unlock),
	WRAP(sem_wait), WRAP(sem_timedwait), WRAP(sem_trywait), WRAP(sem_post),
	WRAP(pthread_cond_wait), WRAP(pthread_cond_timedwait), WRAP(pthread_cond_signal),
	WRAP(pthread_cond_broadcast), WRAP(pthread_barrier_wait), WRAP(fork), WRAP(vfork),
	WRAP(waitpid), WRAP(wait), WRAP(kill), WRAP(_exit), WRAP(_Exit), WRAP(pthread_create),
	WRAP(pthread_join), WRAP(pthread_exit), WRAP(nanosleep), WRAP(clock_nanosleep),
	WRAP(usleep), WRAP(sleep), WRAP(sched_yield), WRAP(clock_gettime), WRAP(gettimeofday),
	WRAP(time), WRAP(read), WRAP(write), WRAP(close), WRAP(poll), WRAP(send), WRAP(recv),
	WRAP(accept), WRAP(semop), WRAP(msgsnd), WRAP(msgrcv), WRAP(mq_send), WRAP(mq_receive),
	WRAP(flock), WRAP(fcntl), WRAP(fcntl64), WRAP(epoll_wait), WRAP(select), WRAP(syscall),
	WRAP(sem_open), WRAP(sem_close), WRAP(open), WRAP(open64), WRAP(openat), WRAP(shm_open),
	WRAP(shm_unlink), WRAP(unlink), WRAP(rename), WRAP(ftruncate), WRAP(ftruncate64),
	WRAP(pthread_rwlock_timedrdlock), WRAP(pthread_rwlock_timedwrlock),
	WRAP(pthread_rwlock_clockrdlock), WRAP(pthread_rwlock_clockwrlock),
	WRAP(pthread_cond_clockwait), WRAP(sem_clockwait), WRAP(pthread_tryjoin_np),
	WRAP(pthread_timedjoin_np), WRAP(pthread_clockjoin_np), WRAP(pthread_cancel),
	WRAP(pthread_once), WRAP(mtx_lock), WRAP(mtx_trylock), WRAP(mtx_timedlock),
	WRAP(mtx_unlock), WRAP(cnd_wait), WRAP(cnd_timedwait), WRAP(cnd_signal),
	WRAP(cnd_broadcast), WRAP(thrd_create), WRAP(thrd_join), WRAP(thrd_exit),
	WRAP(thrd_yield), WRAP(thrd_sleep), WRAP(call_once), WRAP(readv), WRAP(writev),
	WRAP(recvfrom), WRAP(recvmsg), WRAP(sendto), WRAP(sendmsg), WRAP(accept4), WRAP(connect),
	WRAP(ppoll), WRAP(pselect), WRAP(epoll_pwait), WRAP(mq_timedsend), WRAP(mq_timedreceive),
	WRAP(semtimedop), WRAP(sigqueue), WRAP(pthread_kill), WRAP(pause), WRAP(sigsuspend),
	WRAP(sigwait), WRAP(sigwaitinfo), WRAP(sigtimedwait), WRAP(wait3), WRAP(wait4),
	WRAP(waitid), WRAP(__cxa_guard_acquire), WRAP(__cxa_guard_release),
	WRAP(__cxa_guard_abort), WRAP(free), WRAP(realloc), WRAP(alarm),
	NULL,
};
/* clang-format on */

const char *const *compiler_compile_flags(const struct compiler *compiler)
{
	return compiler->is_clang ? clang_flags : gcc_flags;
}

const char *const *compiler_link_flags(void)
{
	return link_flags;
}

/* There is always a NULL behind the last word. */
static int add_word(char ***words, size_t *count, const char *word)
{
	cleanup_free char *copy = mem_strdup(word);

	if (!copy || !mem_append(words, count, sizeof(char *)))
		return -ENOMEM;
	(*words)[*count - 2] = TAKE_PTR(copy);
	return 0;
}

static int split(const char *command, char ***ret_words)
{
	cleanup_free char *copy = mem_strdup(command);
	char *rest = copy, *word;
	size_t count = 0;
	int rc = copy && mem_append(ret_words, &count, sizeof(char *)) ? 0 : -ENOMEM;

	while (!rc && (word = strsep(&rest, " \t")))
		if (*word)
			rc = add_word(ret_words, &count, word);
	if (!rc && count == 1)
		rc = -EINVAL;
	return rc;
}

/* 1, 0; by the name where it tells. */
static int name_tells(char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		const char *name = strrchr(words[i], '/') ? strrchr(words[i], '/') + 1 : words[i];

		if (strstr(name, "clang"))
			return 1;
		if (strstr(name, "gcc") || strstr(name, "g++"))
			return 0;
	}
	return -1;
}

/* g++-12, clang++, c++ */
static bool is_for_cplusplus(char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (words[i][0] != '-' && strstr(words[i], "++"))
			return true;
	return false;
}

/* `cc -dM -E -x c /dev/null` has __clang__, or not. */
static int spawn_question(char *const *words, int out, pid_t *ret_pid)
{
	static const char *const question[] = {"-dM", "-E", "-x", "c", "/dev/null"};
	char **argv = NULL;
	size_t count = 0;
	posix_spawn_file_actions_t actions;
	int rc = 0;

	for (size_t i = 0; !rc; i++) {
		char **slot = mem_append(&argv, &count, sizeof(char *));

		if (!slot)
			rc = -ENOMEM;
		else if (!words[i])
			break;
		else
			*slot = words[i];
	}
	for (size_t i = 0; !rc && i < ARRAY_SIZE(question); i++) {
		argv[count - 1] = (char *)(uintptr_t)question[i];
		rc = mem_append(&argv, &count, sizeof(char *)) ? 0 : -ENOMEM;
	}
	if (!rc) {
		posix_spawn_file_actions_init(&actions);
		posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
		rc = -posix_spawnp(ret_pid, words[0], &actions, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	free(argv);
	return rc;
}

static int ask(char *const *words, bool *ret_is_clang, struct err *err)
{
	cleanup_fclose FILE *answer = tmpfile();
	char line[256];
	pid_t pid;
	int rc, status = 0;

	if (!answer)
		return err_errno(err, -errno, "temporary file");
	fcntl(fileno(answer), F_SETFD, FD_CLOEXEC);
	rc = spawn_question(words, fileno(answer), &pid);
	if (rc)
		return err_errno(err, rc, "%s", words[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* How the child tells where it cannot share our memory, as under valgrind. */
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_errno(err, -ENOENT, "%s", words[0]);
	rewind(answer);
	*ret_is_clang = false;
	while (fgets(line, sizeof(line), answer))
		if (strncmp(line, "#define __clang__", strlen("#define __clang__")) == 0)
			*ret_is_clang = true;
	return 0;
}

int compiler_init(struct compiler *ret_compiler, const char *command, struct err *err)
{
	struct compiler compiler = {0};
	int rc = split(command, &compiler.words), told;

	if (rc == -EINVAL)
		err_set(err, rc, "no compiler is named");
	else if (rc)
		err_errno(err, rc, "compiler");
	if (!rc) {
		told = name_tells(compiler.words);
		compiler.is_clang = told == 1;
		compiler.is_cplusplus = is_for_cplusplus(compiler.words);
		rc = told < 0 ? ask(compiler.words, &compiler.is_clang, err) : 0;
	}
	if (rc)
		compiler_release(&compiler);
	else
		*ret_compiler = compiler;
	return rc;
}

void compiler_release(struct compiler *compiler)
{
	for (size_t i = 0; compiler->words && compiler->words[i]; i++)
		free(compiler->words[i]);
	free(compiler->words);
	compiler->words = NULL;
}

static const char *const places[] = {"", "../lib/ipcfault/"};

char *compiler_file_of(const char *program, const char *name)
{
	const char *slash = strrchr(program, '/');

	for (size_t i = 0; slash && i < ARRAY_SIZE(places); i++) {
		char *path = mem_printf("%.*s/%s%s", (int)(slash - program), program, places[i],
					name);

		if (!path || access(path, R_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

char *compiler_runtime_of(const char *program)
{
	return compiler_file_of(program, "libipcfault_rt.a");
}

char *compiler_shared_runtime(const char *runtime)
{
	const char *end = strrchr(runtime, '.');

	return mem_printf("%.*s_shared%s", end ? (int)(end - runtime) : (int)strlen(runtime),
			  runtime, end ? end : "");
}

char *compiler_program(void)
{
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (len < 0)
		return NULL;
	program[len] = '\0';
	return mem_strdup(program);
}

char *compiler_runtime(void)
{
	cleanup_free char *program = compiler_program();

	return program ? compiler_runtime_of(program) : NULL;
}
