#include "report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"

static const char *name_of(const struct output *output)
{
	return output->path ? output->path : "standard output";
}

static int open_straight(struct output *output, struct err *err)
{
	output->file = fopen(output->path, "we");
	return output->file ? 0 : err_errno(err, -errno, "%s", output->path);
}

/* A name in the same folder: only there rename(2) is possible and atomic. */
static char *temporary_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash - path) + 1 : 0;

	return mem_printf("%.*s.%s.%ld.tmp", folder, path, path + folder, (long)getpid());
}

/* Without a name until it is complete, where the file system can: open(2), O_TMPFILE. */
static int open_nameless(const char *path)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *folder =
		slash ? mem_printf("%.*s", (int)(slash - path) + 1, path) : mem_strdup(".");

	if (!folder || fault_point("O_TMPFILE"))
		return -1;
	return open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
}

static int open_beside(struct output *output, const struct stat *old, struct err *err)
{
	int fd;

	output->temporary = temporary_name(output->path);
	if (!output->temporary)
		return err_errno(err, -ENOMEM, "%s", output->path);
	fd = open_nameless(output->path);
	output->is_nameless = fd >= 0;
	if (fd < 0)
		fd = open(output->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			  0666);
	if (fd < 0) {
		int code = -errno;

		free(TAKE_PTR(output->temporary));
		return err_errno(err, code, "%s", output->path);
	}
	if (old && fchmod(fd, old->st_mode & 07777) < 0)
		return close(fd), err_errno(err, -errno, "%s", output->path);
	output->file = fdopen(fd, "w");
	return output->file ? 0 : (close(fd), err_errno(err, -ENOMEM, "%s", output->path));
}

int output_open(const char *path, FILE *standard, struct output *ret_output, struct err *err)
{
	struct output output = {0};
	struct stat old;
	bool there;
	int r;

	if (!path || strcmp(path, "-") == 0) {
		*ret_output = (struct output){.file = standard};
		return 0;
	}
	there = stat(path, &old) == 0;
	output.path = there ? realpath(path, NULL) : mem_strdup(path);
	if (!output.path)
		return err_errno(err, -errno, "%s", path);
	r = there && !S_ISREG(old.st_mode) ? open_straight(&output, err)
					   : open_beside(&output, there ? &old : NULL, err);
	if (r < 0) {
		output_release(&output);
		return r;
	}
	*ret_output = output;
	return 0;
}

int output_check(struct output *output, struct err *err)
{
	if (!ferror(output->file))
		errno = 0; /* else it may still say why a write failed */
	if (fflush(output->file) == 0 && !ferror(output->file))
		return 0;
	return err_errno(err, errno ? -errno : -EIO, "cannot write %s", name_of(output));
}

/* linkat(2) replaces nothing, so the name is a temporary one where something is replaced. */
static int give_name(struct output *output)
{
	char fd[32];

	snprintf(fd, sizeof(fd), "/proc/self/fd/%d", fileno(output->file));
	if (linkat(AT_FDCWD, fd, AT_FDCWD, output->path, AT_SYMLINK_FOLLOW) == 0) {
		free(TAKE_PTR(output->temporary));
		return 0;
	}
	if (errno != EEXIST)
		return -errno;
	unlink(output->temporary);
	if (linkat(AT_FDCWD, fd, AT_FDCWD, output->temporary, AT_SYMLINK_FOLLOW))
		return -errno;
	output->is_nameless = false;
	return 0;
}

int output_commit(struct output *output, struct err *err)
{
	int r = output_check(output, err);
	FILE *file = output->file;

	if (r < 0 || !output->path)
		return r;
	if (output->is_nameless)
		r = give_name(output);
	if (r < 0)
		return err_errno(err, r, "cannot write %s", output->path);
	output->file = NULL;
	if (fclose(file) != 0)
		return err_errno(err, -errno, "cannot write %s", output->path);
	if (output->temporary && rename(output->temporary, output->path) < 0)
		return err_errno(err, -errno, "cannot write %s", output->path);
	free(TAKE_PTR(output->temporary)); /* a signal handler may look at it */
	return 0;
}

void output_release(struct output *output)
{
	if (output->file && output->path)
		fclose(output->file);
	if (output->temporary && !output->is_nameless)
		unlink(output->temporary);
	free(output->temporary);
	free(output->path);
	memset(output, 0, sizeof(*output));
}
