/* The two segments of the harness, by the descriptors that it has left open. */
#include <sys/mman.h>
#include <sys/stat.h>

#include "rt/flow.h"
#include "rt/raw.h"

/* The program may have closed it, and opened something else. */
static void *map(int fd, size_t size)
{
	struct stat st;
	long got;

	if (fd < 0 || raw3(SYS_fstat, fd, (long)&st, 0) || !S_ISREG(st.st_mode) ||
	    st.st_size != (off_t)size)
		return NULL;
	got = raw6(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return raw_failed(got) ? NULL : (void *)got;
}

struct segment *rt_map_segment(int fd)
{
	struct segment *segment = map(fd, sizeof(*segment));

	if (!segment || (segment->magic == SEGMENT_MAGIC && segment->version == SEGMENT_VERSION))
		return segment;
	raw3(SYS_munmap, (long)segment, sizeof(*segment), 0);
	return NULL;
}

struct control *rt_map_control(int fd)
{
	struct control *control = map(fd, sizeof(*control));

	if (!control || (control->magic == CONTROL_MAGIC && control->version == CONTROL_VERSION))
		return control;
	raw3(SYS_munmap, (long)control, sizeof(*control), 0);
	return NULL;
}
