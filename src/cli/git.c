#include "cli/git.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "compile/command.h"

static int read_output(int fd, char **ret_text, size_t *ret_len)
{
	struct stat st;
	char *text;

	if (fstat(fd, &st))
		return -EIO;
	text = mem_zalloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	if (pread(fd, text, (size_t)st.st_size, 0) != st.st_size) {
		free(text);
		return -EIO;
	}
	*ret_text = text;
	*ret_len = (size_t)st.st_size;
	return 0;
}

/* What it prints, of any length; what it complains of is the error. */
static int git(const char *const *argv, const char *cwd, char **ret_text, size_t *ret_len,
	       struct err *err)
{
	cleanup_close int out = memfd_create("git", MFD_CLOEXEC);
	cleanup_free char *said = NULL;
	char path[64];
	struct command command = {.argv = argv, .cwd = cwd, .output = path};
	int rc;

	if (out < 0)
		return err_errno(err, -errno, "git");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", out);
	rc = command_run(&command, &said, err);
	if (rc == -ENOEXEC) {
		said[strcspn(said, "\n")] = '\0';
		return err_set(err, -EINVAL, "git: %s", said);
	}
	if (rc)
		return rc;
	rc = read_output(out, ret_text, ret_len);
	return rc ? err_errno(err, rc, "git") : 0;
}

static int find_top(char **ret_top, struct err *err)
{
	static const char *const argv[] = {"git", "rev-parse", "--show-toplevel", NULL};
	size_t len = 0;
	int rc = git(argv, NULL, ret_top, &len, err);

	if (!rc && len)
		(*ret_top)[len - 1] = '\0';
	return rc;
}

static int find_commit(const char *rev, char **ret_commit, struct err *err)
{
	cleanup_free char *text = mem_printf("%s^{commit}", rev);
	const char *const argv[] = {"git", "rev-parse", "--verify", "--end-of-options", text, NULL};
	size_t len;
	int rc = text ? git(argv, NULL, ret_commit, &len, err) : err_errno(err, -ENOMEM, "git");

	if (!rc)
		(*ret_commit)[strcspn(*ret_commit, "\n")] = '\0';
	return rc;
}

/* Names that end with a NUL each. */
static int split(struct git_changes *changes, size_t len)
{
	for (size_t at = 0; at < len; at += strlen(changes->text + at) + 1) {
		char **slot = mem_append(&changes->files, &changes->count, sizeof(*slot));

		if (!slot)
			return -ENOMEM;
		*slot = changes->text + at;
	}
	return 0;
}

static int list(const char *commit, struct git_changes *changes, struct err *err)
{
	const char *const differ[] = {"git", "diff", "--name-only", "--no-relative",
				      "-z",  commit, "--",	    NULL};
	static const char *const others[] = {"git", "ls-files", "--others", "--exclude-standard",
					     "-z",  NULL};
	cleanup_free char *first = NULL, *second = NULL;
	size_t first_len = 0, second_len = 0;
	int rc = git(differ, changes->top, &first, &first_len, err);

	if (!rc)
		rc = git(others, changes->top, &second, &second_len, err);
	if (rc)
		return rc;
	changes->text = mem_zalloc(first_len + second_len + 1);
	if (!changes->text)
		return err_errno(err, -ENOMEM, "git");
	memcpy(changes->text, first, first_len);
	memcpy(changes->text + first_len, second, second_len);
	rc = split(changes, first_len + second_len);
	return rc ? err_errno(err, rc, "git") : 0;
}

int git_changes_since(const char *rev, struct git_changes *ret_changes, struct err *err)
{
	struct git_changes changes = {.top = NULL};
	cleanup_free char *commit = NULL;
	int rc = find_top(&changes.top, err);

	if (!rc)
		rc = find_commit(rev, &commit, err);
	if (!rc)
		rc = list(commit, &changes, err);
	if (rc) {
		git_changes_release(&changes);
		return err_wrap(err, rc, "--since %s", rev);
	}
	*ret_changes = changes;
	return 0;
}

void git_changes_release(struct git_changes *changes)
{
	free(changes->top);
	free(changes->text);
	free(changes->files);
	*changes = (struct git_changes){.top = NULL};
}
