#include "sweep/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/cleanup.h"

uint64_t digest_text(const char *text)
{
	return XXH3_64bits(text, strlen(text));
}

int digest_file(const char *path, uint64_t *ret_digest)
{
	char buffer[16384];
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	XXH3_state_t *state;
	ssize_t n;

	if (fd < 0)
		return -errno;
	state = XXH3_createState();
	if (!state)
		return -ENOMEM;
	XXH3_64bits_reset(state);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		XXH3_64bits_update(state, buffer, (size_t)n);
	if (n == 0)
		*ret_digest = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	return n < 0 ? -errno : 0;
}
