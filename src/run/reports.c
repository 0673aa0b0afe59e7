#include "run/reports.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "valgrind/report.h"
#include "valgrind/tool.h"

#define ERRORS_TOLD 8 /* of one report: one wrong pointer makes many */

static bool is_used(const struct execution *x)
{
	for (size_t i = 0; i < x->scenario->process_count; i++)
		if (x->specs[i]->under != UNDER_NONE)
			return true;
	return false;
}

/* "Valgrind: debuginfo reader: ...": its own failure, and nothing of the program's. */
static int check_log(const char *path, struct err *err)
{
	cleanup_fclose FILE *file = fopen(path, "re");
	char line[512];

	while (file && fgets(line, sizeof(line), file)) {
		const char *text = strncmp(line, "==", 2) == 0 ? strstr(line + 2, "== ") : NULL;

		if (!text || strncasecmp(text + 3, "valgrind: ", 10) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		return err_set(err, -ENOTSUP, "valgrind cannot run the program: %s", text + 13);
	}
	return 0;
}

static int add_lost(struct observed *seen, const char *process, struct valgrind_error *e)
{
	struct observed_lost *lost = mem_append(&seen->lost, &seen->lost_count, sizeof(*lost));

	if (!lost)
		return -ENOMEM;
	*lost = (struct observed_lost){.process = mem_strdup(process),
				       .bytes = e->bytes,
				       .blocks = e->blocks,
				       .stack = e->stack};
	e->stack = (struct stack){NULL, 0};
	return lost->process ? 0 : -ENOMEM;
}

static int add_error(struct observed *seen, const char *process, struct valgrind_error *e)
{
	int rc;

	if (valgrind_is_lost(e->kind))
		return add_lost(seen, process, e);
	rc = observed_add(seen, valgrind_finding(e->kind), process, "%s", e->text);
	if (!rc) {
		seen->findings[seen->finding_count - 1].stack = e->stack;
		e->stack = (struct stack){NULL, 0};
	}
	return rc;
}

static int add_report(struct execution *x, const char *process, const char *path, struct err *err)
{
	struct valgrind_error *errors;
	unsigned told = 0;
	size_t count;
	int rc = valgrind_read_report(path, &errors, &count, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < count && !rc; i++)
		if (valgrind_is_lost(errors[i].kind) || told++ < ERRORS_TOLD)
			rc = add_error(x->seen, process, &errors[i]);
	valgrind_errors_release(errors, count);
	return rc ? err_errno(err, rc, "run") : 0;
}

/* ".valgrind.NAME.PID.xml" or ….log, as the command line in subjects.c asks for. */
static int read_file(struct execution *x, const char *name, struct err *err)
{
	cleanup_free char *path = mem_printf("%s/%s", x->tmp, name);
	cleanup_free char *process = mem_strdup(name + strlen(".valgrind."));
	char *dot;

	if (!path || !process)
		return err_errno(err, -ENOMEM, "run");
	if (strcmp(strrchr(path, '.'), ".log") == 0)
		return check_log(path, err);
	for (int i = 0; i < 2; i++)
		if ((dot = strrchr(process, '.')))
			*dot = '\0';
	return add_report(x, process, path, err);
}

static int is_report(const struct dirent *entry)
{
	return strncmp(entry->d_name, ".valgrind.", 10) == 0;
}

int reports_collect(struct execution *x, struct err *err)
{
	struct dirent **names = NULL;
	int count = is_used(x) ? scandir(x->tmp, &names, is_report, alphasort) : 0;
	int rc = count < 0 ? err_errno(err, -errno, "reports of valgrind in %s", x->tmp) : 0;

	for (int i = 0; i < count; i++) {
		rc = rc ? rc : read_file(x, names[i]->d_name, err);
		free(names[i]);
	}
	free(names);
	return rc;
}
