#include "explore/stale.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"

#define LAST 64 /* events of the flow that are looked at, at most */

/* Little-endian, as all that Linux runs the runtime on. */
static bool read_now(int proc_fd, int pid, const struct control_event *read, uint64_t *ret)
{
	cleanup_close int fd = -1;
	char path[32];

	snprintf(path, sizeof(path), "%d/mem", pid);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	*ret = 0;
	return fd >= 0 && pread(fd, ret, read->size, (off_t)read->address) == (ssize_t)read->size;
}

static bool is_same_word(const struct control_event *a, const struct control_event *b)
{
	return a->object == b->object && a->offset < b->offset + b->size &&
	       b->offset < a->offset + a->size;
}

static const struct control_event *event_at(const struct control *c, uint64_t index)
{
	return &c->events[index % CONTROL_EVENTS];
}

static bool is_store(const struct control_event *event)
{
	return event->kind == POINT_WRITE || event->kind == POINT_STORE ||
	       event->kind == POINT_ATOMIC;
}

/* What others have stored there since event @index. */
static void find_writer(const struct control *c, uint64_t index, struct stale_read *ret)
{
	ret->written.flow = 0;
	for (uint64_t i = index + 1; i < c->event_count; i++)
		if (is_store(event_at(c, i)) && event_at(c, i)->flow != ret->read.flow &&
		    is_same_word(event_at(c, i), &ret->read))
			ret->written = *event_at(c, i);
}

/* It has stored there itself behind event @index: what it goes on with is not what it read. */
static bool has_stored(const struct control *c, uint64_t index)
{
	for (uint64_t i = index + 1; i < c->event_count; i++)
		if (event_at(c, i)->flow == event_at(c, index)->flow &&
		    event_at(c, i)->kind != POINT_READ && event_at(c, i)->kind != POINT_LOAD &&
		    is_same_word(event_at(c, i), event_at(c, index)))
			return true;
	return false;
}

bool stale_find(const struct control *c, uint32_t flow, int proc_fd, struct stale_read *ret)
{
	uint64_t oldest = c->event_count > CONTROL_EVENTS ? c->event_count - CONTROL_EVENTS : 0;
	unsigned looked = 0;

	for (uint64_t i = c->event_count; i > oldest && looked < LAST; i--) {
		const struct control_event *event = event_at(c, i - 1);

		if (event->flow != flow)
			continue;
		looked++;
		if (event->kind != POINT_READ || !event->object || !event->size ||
		    event->size > sizeof(event->value) || has_stored(c, i - 1) ||
		    !read_now(proc_fd, c->flows[flow].pid, event, &ret->now) ||
		    ret->now == event->value)
			continue;
		ret->read = *event;
		find_writer(c, i - 1, ret);
		return true;
	}
	return false;
}
