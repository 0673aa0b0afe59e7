/*
 * qemu-exec.c - programs that run under qemu-user start others under it too.
 *
 * Criterion runs each test by executing its own program again, which the
 * kernel refuses for a foreign machine unless binfmt_misc is set up (that
 * takes root, and changes the machine).  Preloaded into the emulated program
 * this puts $QEMU in front of programs of that machine, with $QEMU_LD_PREFIX
 * as their root.  LD_PRELOAD itself goes into an option, as neither qemu nor
 * this machine's own programs can load us.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARGS_MAX 60
#define ENV_MAX 500

static bool is_foreign(const char *path)
{
	Elf64_Ehdr header = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool whole = fd >= 0 && read(fd, &header, sizeof(header)) == sizeof(header);

	if (fd >= 0)
		close(fd);
	return whole && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
	       header.e_machine == EM_AARCH64;
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	const char *qemu = getenv("QEMU"), *args[ARGS_MAX + 8], *env[ENV_MAX + 1];
	char preload[4096] = "LD_PRELOAD=";
	int n = 0, e = 0;

	for (int i = 0; envp && envp[i] && e < ENV_MAX; i++) {
		if (strncmp(envp[i], "LD_PRELOAD=", 11) == 0)
			snprintf(preload, sizeof(preload), "%s", envp[i]);
		else
			env[e++] = envp[i];
	}
	env[e] = NULL;
	if (!qemu || !is_foreign(path))
		return (int)syscall(SYS_execve, path, argv, env);
	args[n++] = qemu;
	args[n++] = "-E";
	args[n++] = preload;
	args[n++] = "-0";
	args[n++] = argv[0];
	args[n++] = path;
	for (int i = 1; argv[i] && i < ARGS_MAX; i++)
		args[n++] = argv[i];
	args[n] = NULL;
	return (int)syscall(SYS_execve, qemu, args, env);
}
