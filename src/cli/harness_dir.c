#include "cli/harness_dir.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"

static const char *const places[] = {"harness", "../libexec/ipcfault/harness",
				     "../libexec/ipcfault"};

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *harness_dir_of(const char *program)
{
	const char *slash = strrchr(program, '/');

	for (size_t i = 0; slash && i < ARRAY_SIZE(places); i++) {
		cleanup_free char *path =
			mem_printf("%.*s/%s", (int)(slash - program), program, places[i]);
		char *real;

		if (!path || !is_folder(path))
			continue;
		real = realpath(path, NULL);
		return real ? real : TAKE_PTR(path);
	}
	return NULL;
}

char *harness_dir_find(const struct cli_env *env)
{
	const char *wanted = env->getenv("IPCFAULT_HARNESS");
	char program[PATH_MAX];
	ssize_t len;

	if (wanted && *wanted)
		return mem_strdup(wanted);
	len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (len < 0)
		return NULL;
	program[len] = '\0';
	return harness_dir_of(program);
}
