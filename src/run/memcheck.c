#include "run/memcheck.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define ERROR_MAX 1500

static bool uses_memcheck(const struct execution *x)
{
	for (size_t i = 0; i < x->scenario->process_count; i++)
		if (x->specs[i]->under == UNDER_MEMCHECK)
			return true;
	return false;
}

/* The first error of a log, without the "==PID== " in front of each line. */
static int first_error(const char *path, char *text, size_t size)
{
	cleanup_fclose FILE *file = fopen(path, "re");
	char line[512];
	size_t used = 0;

	if (!file)
		return -errno;
	text[0] = '\0';
	while (fgets(line, sizeof(line), file)) {
		char *rest = strstr(line + 2, "== ");

		if (strncmp(line, "==", 2) != 0 || !rest || rest[3] == '\n') {
			if (used)
				break;
			continue;
		}
		used += (size_t)snprintf(text + used, size - used, "%s", rest + 3);
		if (used >= size)
			break;
	}
	return 0;
}

/* "Valgrind: debuginfo reader: ...": its own failure, and nothing of the program's. */
static bool is_own_failure(const char *text)
{
	return strncasecmp(text, "valgrind: ", 10) == 0;
}

static int add_error(struct execution *x, char *text, struct err *err)
{
	if (is_own_failure(text)) {
		text[strcspn(text, "\n")] = '\0';
		return err_set(err, -ENOTSUP, "valgrind cannot run the program: %s", text + 10);
	}
	return observed_add(x->seen, FINDING_MEMORY_ERROR, NULL, "%s", text);
}

/* The process whose log it is: the number in the name is its own idea of its pid. */
int memcheck_collect(struct execution *x, struct err *err)
{
	cleanup_closedir DIR *dir = uses_memcheck(x) ? opendir(x->tmp) : NULL;
	struct dirent *entry;
	int rc = 0;

	while (dir && !rc && (entry = readdir(dir))) {
		char text[ERROR_MAX] = "";
		cleanup_free char *path = NULL;

		if (strncmp(entry->d_name, ".valgrind.", 10) != 0)
			continue;
		path = mem_printf("%s/%s", x->tmp, entry->d_name);
		if (!path)
			return -ENOMEM;
		rc = first_error(path, text, sizeof(text));
		if (rc)
			err_errno(err, rc, "log of valgrind %s", path);
		else if (*text)
			rc = add_error(x, text, err);
	}
	return rc;
}
