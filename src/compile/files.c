/* Files and folders of the cache. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/compile_private.h"

int compile_read_file(const char *path, char **ret_text)
{
	cleanup_close int fd = fault_point("open") ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	cleanup_free char *text = NULL;
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0 || fstat(fd, &st))
		return errno ? -errno : -EIO;
	text = mem_zalloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	for (; n > 0 && len < (size_t)st.st_size; len += (size_t)n) {
		n = read(fd, text + len, (size_t)st.st_size - len);
		if (n < 0)
			return -errno;
	}
	*ret_text = TAKE_PTR(text);
	return 0;
}

int write_text(const char *path, const char *text, struct err *err)
{
	FILE *file = fault_point("fopen") ? NULL : fopen(path, "we");
	int rc = file ? 0 : -errno;

	if (file && fputs(text, file) < 0)
		rc = -EIO;
	if (file && fclose(file))
		rc = -EIO;
	return rc ? err_errno(err, rc, "%s", path) : 0;
}

/* Numbers of processes are not enough: each sandbox has its own. */
char *fresh_path(const char *path)
{
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
		number = (uint64_t)getpid();
	return mem_printf("%s.%016" PRIx64, path, number);
}

int write_text_at_once(const char *path, const char *text, struct err *err)
{
	cleanup_free char *fresh = fresh_path(path);
	int rc = fresh ? write_text(fresh, text, err) : err_errno(err, -ENOMEM, "%s", path);

	if (!rc && rename(fresh, path))
		rc = err_errno(err, -errno, "%s", path);
	return rc;
}

static int copy_to(int from, const char *path)
{
	cleanup_close int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	ssize_t n = 1;

	while (to >= 0 && n > 0)
		n = sendfile(to, from, NULL, 1 << 30);
	return to < 0 || n < 0 ? -errno : 0;
}

int copy_file(const char *from, const char *to)
{
	cleanup_close int fd = open(from, O_RDONLY | O_CLOEXEC);
	cleanup_free char *fresh = fresh_path(to);
	int rc = fd < 0 ? -errno : fresh ? copy_to(fd, fresh) : -ENOMEM;

	if (!rc && rename(fresh, to))
		rc = -errno;
	if (rc && fd >= 0 && fresh)
		unlink(fresh);
	return rc;
}

void touch(const char *path)
{
	utimensat(AT_FDCWD, path, NULL, 0);
}

int compile_make_folder(const char *folder)
{
	cleanup_free char *copy = mem_strdup(folder);

	if (!copy)
		return -ENOMEM;
	for (char *slash = copy; slash; *slash = '/') {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(copy, 0777) && errno != EEXIST)
			return -errno;
		if (!slash)
			break;
	}
	return 0;
}

int make_folders(const char *path, struct err *err)
{
	int rc = compile_make_folder(path);

	return rc ? err_errno(err, rc, "folder %s", path) : 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void remove_folder(const char *path)
{
	nftw(path, remove_entry, 16, FTW_PHYS | FTW_DEPTH);
}
