/*
 * qemu-exec.c - programs that run under qemu-user start others under it too.
 *
 * Criterion runs each test by executing its own program again, which the
 * kernel refuses for a foreign machine unless binfmt_misc is set up (that
 * takes root, and changes the machine).  Preloaded into the emulated program
 * this puts $QEMU in front, with $QEMU_LD_PREFIX as its root.  LD_PRELOAD
 * itself goes into an option, as qemu's own loader cannot load us.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARGS_MAX 60
#define ENV_MAX 500

int execve(const char *path, char *const argv[], char *const envp[])
{
	const char *qemu = getenv("QEMU"), *args[ARGS_MAX + 8], *env[ENV_MAX + 1];
	char preload[4096] = "LD_PRELOAD=";
	int n = 0, e = 0;

	if (!qemu)
		return (int)syscall(SYS_execve, path, argv, envp);
	for (int i = 0; envp[i] && e < ENV_MAX; i++) {
		if (strncmp(envp[i], "LD_PRELOAD=", 11) == 0)
			snprintf(preload, sizeof(preload), "%s", envp[i]);
		else
			env[e++] = envp[i];
	}
	env[e] = NULL;
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
