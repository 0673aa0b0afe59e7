#include "scenario/file_text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"

static int read_all(int fd, char *text, size_t room, size_t *ret_len)
{
	size_t len = 0;

	while (len < room) {
		ssize_t n = read(fd, text + len, room - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

/* Only regular files: a FIFO could block for ever. */
static int open_file(const char *path, off_t *ret_size)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	*ret_size = st.st_size;
	return TAKE_FD(fd);
}

int file_text_read(const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	off_t size = 0;
	cleanup_close int fd = open_file(path, &size);
	size_t room = (size_t)size <= max ? (size_t)size + 1 : max + 1;
	cleanup_free char *text = NULL;
	int r;

	if (fd < 0)
		return fd;
	text = mem_zalloc(room + 1);
	if (!text)
		return -ENOMEM;
	r = read_all(fd, text, room, ret_len);
	if (r < 0)
		return r;
	*ret_text = TAKE_PTR(text);
	return 0;
}
