/* What is shared, by whatever name it is mapped. */
#include <fcntl.h>
#include <sys/stat.h>

#include "rt/raw.h"
#include "rt/rt.h"

uint32_t rt_object(const struct segment_object *object)
{
	const struct rt_table table = {
		rt_segment->objects,
		&rt_segment->objects_used,
		SEGMENT_OBJECTS,
		sizeof(struct segment_object),
		offsetof(struct segment_object, next),
		offsetof(struct segment_object, next),
	};

	return rt_table_get(&table, &rt_segment->objects_head, object);
}

/* "/proc/self/fd/7"; @path has room for it. */
static void fd_link(int fd, char *path)
{
	char digits[12];
	size_t len = sizeof("/proc/self/fd/") - 1, count = 0;

	rt_copy(path, "/proc/self/fd/", len);
	do
		digits[count++] = (char)('0' + fd % 10);
	while (fd /= 10);
	while (count)
		path[len++] = digits[--count];
	path[len] = '\0';
}

uint32_t rt_object_of_file(int fd)
{
	struct segment_object object;
	char link[32];
	struct stat st;

	if (fd < 0 || raw3(SYS_fstat, fd, (long)&st, 0))
		return 0;
	rt_clear(&object, sizeof(object));
	object.kind = SEGMENT_FILE;
	object.dev = st.st_dev;
	object.id = st.st_ino;
	fd_link(fd, link);
	raw6(SYS_readlinkat, AT_FDCWD, (long)link, (long)object.path, SEGMENT_PATH - 1, 0, 0);
	return rt_object(&object);
}

uint32_t rt_object_anonymous(void)
{
	struct segment_object object;

	rt_clear(&object, sizeof(object));
	object.kind = SEGMENT_ANONYMOUS;
	object.id = (uint64_t)rt_process() << 32 | rt_next_anonymous();
	return rt_object(&object);
}

uint32_t rt_object_sysv(int id)
{
	struct segment_object object;

	rt_clear(&object, sizeof(object));
	object.kind = SEGMENT_SYSV;
	object.id = (uint64_t)id;
	return rt_object(&object);
}
