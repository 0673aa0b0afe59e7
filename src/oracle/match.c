#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "oracle/oracle.h"

#define SHOWN_MAX 60

static int shown_length(const char *text)
{
	size_t len = strcspn(text, "\n");

	return (int)(len < SHOWN_MAX ? len : SHOWN_MAX);
}

/* The first difference, for a reader: offset and what stands there. */
static char *describe_difference(const char *what, const char *have, size_t have_size,
				 const char *want, size_t want_size)
{
	size_t at = 0, line = 1;

	while (at < have_size && at < want_size && have[at] == want[at])
		line += have[at++] == '\n';
	if (at == have_size)
		return mem_printf("differs from %s: ends after %zu of %zu bytes", what, have_size,
				  want_size);
	if (at == want_size)
		return mem_printf("differs from %s: %zu bytes more than its %zu", what,
				  have_size - want_size, want_size);
	return mem_printf("differs from %s at byte %zu (line %zu): '%.*s' instead of '%.*s'", what,
			  at, line, shown_length(have + at), have + at, shown_length(want + at),
			  want + at);
}

static int compare(const char *what, const char *have, size_t have_size, const char *want,
		   size_t want_size, char **ret_why)
{
	if (have_size == want_size && memcmp(have, want, have_size) == 0)
		return 0;
	*ret_why = describe_difference(what, have, have_size, want, want_size);
	return *ret_why ? 0 : -ENOMEM;
}

static int regex_occurs(const char *pattern, const char *text, size_t size)
{
	regmatch_t whole = {0, (regoff_t)size}; /* REG_STARTEND: a NUL byte is no end */
	regex_t regex;
	int rc = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);

	if (rc)
		return rc == REG_ESPACE ? -ENOMEM : -EINVAL;
	rc = regexec(&regex, text, 1, &whole, REG_STARTEND);
	regfree(&regex);
	return rc == REG_ESPACE ? -ENOMEM : rc == 0;
}

int match_occurs(const struct match *match, const char *text, size_t size)
{
	if (match->kind == MATCH_REGEX)
		return regex_occurs(match->text, text, size);
	return memmem(text, size, match->text, strlen(match->text)) != NULL;
}

static int check_occurs(const struct match *match, const char *text, size_t size, char **ret_why,
			struct err *err)
{
	bool is_regex = match->kind == MATCH_REGEX;
	int rc = match_occurs(match, text, size);

	if (rc < 0)
		return err_errno(err, rc, "expression /%s/", match->text);
	if (rc > 0)
		return 0;
	*ret_why =
		mem_printf(is_regex ? "does not match /%s/" : "does not contain '%s'", match->text);
	return *ret_why ? 0 : -ENOMEM;
}

static int match_file(const struct judgement *j, const struct match *match, const char *text,
		      size_t size, char **ret_why, struct err *err)
{
	cleanup_free char *path = j->expand(j->ctx, match->text);
	cleanup_free char *want = NULL;
	cleanup_fclose FILE *file = path ? fopen(path, "re") : NULL;
	struct stat st;

	if (!path)
		return -ENOMEM;
	if (!file || fstat(fileno(file), &st))
		return err_errno(err, -errno, "expected output '%s'", path);
	want = mem_zalloc((size_t)st.st_size + 1);
	if (!want)
		return -ENOMEM;
	if (fread(want, 1, (size_t)st.st_size, file) != (size_t)st.st_size)
		return err_set(err, -EIO, "cannot read '%s'", path);
	return compare(path, text, size, want, (size_t)st.st_size, ret_why);
}

int match_check(const struct judgement *j, const struct match *match, const char *text, size_t size,
		const struct output *fault_free, char **ret_why, struct err *err)
{
	switch (match->kind) {
	case MATCH_CONTAINS:
	case MATCH_REGEX:
		return check_occurs(match, text, size, ret_why, err);
	case MATCH_EQUALS:
		return compare("what is expected", text, size, match->text, strlen(match->text),
			       ret_why);
	case MATCH_FILE:
		return match_file(j, match, text, size, ret_why, err);
	case MATCH_FAULT_FREE:
		if (!fault_free || !fault_free->data)
			return err_set(err, -EINVAL, "there is no fault-free output");
		return compare("the fault-free run", text, size, fault_free->data, fault_free->size,
			       ret_why);
	default:
		return 0;
	}
}
