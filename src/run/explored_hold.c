#include "run/explored_hold.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "explore/tell.h"

#define STATUS_SIZE 4096

/* --- the decisive point -------------------------------------------------- */

struct decisive {
	uint32_t flow;
	uint64_t point; /* the how manieth that this flow comes to */
};

static uint64_t first_kept(const struct control *c)
{
	return c->event_count > CONTROL_EVENTS ? c->event_count - CONTROL_EVENTS : 0;
}

static const struct control_event *event_at(const struct control *c, uint64_t index)
{
	return &c->events[index % CONTROL_EVENTS];
}

/* Of @flow behind event @index: those that are not kept any more are not counted. */
static uint64_t points_until(const struct control *c, uint32_t flow, uint64_t index)
{
	uint64_t points = 0;

	for (uint64_t i = 0; i <= index; i++)
		points += event_at(c, i)->flow == flow && event_at(c, i)->kind != POINT_STRUCK;
	return points;
}

/* The last event of who had the turn until @last; UINT64_MAX: nobody was interrupted by it. */
static uint64_t before_switch(const struct control *c, const struct control_switch *last)
{
	for (uint64_t i = 1; i < c->event_count; i++)
		if (event_at(c, i)->step >= last->step && event_at(c, i)->flow == last->flow)
			return event_at(c, i - 1)->flow == last->flow ? UINT64_MAX : i - 1;
	return UINT64_MAX;
}

/* By the last switch that has interrupted somebody who had more to do. */
static bool find_interrupted(const struct control *c, struct decisive *ret)
{
	for (uint32_t k = c->switch_count; k; k--) {
		uint64_t index = before_switch(c, &c->switches[k - 1]), points;
		uint32_t flow;

		if (index == UINT64_MAX)
			continue;
		flow = event_at(c, index)->flow;
		points = points_until(c, flow, index);
		if (points >= c->flows[flow].steps)
			continue;
		*ret = (struct decisive){flow, points + 1};
		return true;
	}
	return false;
}

static int find_decisive(const struct control *c, const struct trail *trail, struct decisive *ret,
			 struct err *err)
{
	if (trail->is_unmodified)
		return err_set(err, -ENOTSUP, "--gdb needs programs of `ipcfault cc`");
	if (trail->strike_flow) {
		*ret = (struct decisive){trail->strike_flow, trail->strike_step};
		return 0;
	}
	if (!c->event_count || first_kept(c))
		return err_set(err, -E2BIG, "--gdb: the run is too long to stop in");
	if (find_interrupted(c, ret))
		return 0;
	ret->flow = event_at(c, c->event_count - 1)->flow;
	ret->point = points_until(c, ret->flow, c->event_count - 1);
	return 0;
}

/* What it was; where it was ended in front of it, what it was about to do. */
static const struct control_event *event_of(const struct control *c, const struct decisive *moment)
{
	uint64_t points = 0;

	for (uint64_t i = 0; i < c->event_count; i++)
		if (event_at(c, i)->flow == moment->flow && ++points == moment->point)
			return event_at(c, i);
	return &c->flows[moment->flow].next;
}

/* --- what to attach to ---------------------------------------------------- */

/* The last number of the line "NSpid:"; 0 = there is none. */
static int own_number(int proc_fd, const char *pid)
{
	char path[NAME_MAX + 16], text[STATUS_SIZE], *line, *end;
	cleanup_close int fd = -1;
	ssize_t size;

	snprintf(path, sizeof(path), "%s/status", pid);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	text[size > 0 ? size : 0] = '\0';
	line = strstr(text, "\nNSpid:");
	end = line ? strchr(line + 1, '\n') : NULL;
	if (!end)
		return 0;
	*end = '\0';
	line = strrchr(line + 1, '\t');
	return line ? (int)strtol(line, NULL, 10) : 0;
}

static bool read_namespace(int proc_fd, const char *pid, char *ret, size_t size)
{
	char path[NAME_MAX + 16];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/ns/pid", pid);
	len = readlinkat(proc_fd, path, ret, size - 1);
	ret[len > 0 ? len : 0] = '\0';
	return len > 0;
}

/* The number by which others know process @pid of the sandbox; 0 = not found. */
static int outer_number(int outer_fd, int pid)
{
	cleanup_close int own_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char own[64], other[64], name[16];
	cleanup_closedir DIR *dir = NULL;
	const struct dirent *entry;
	int fd = openat(outer_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	snprintf(name, sizeof(name), "%d", pid);
	if (fd < 0 || own_fd < 0 || !read_namespace(own_fd, name, own, sizeof(own)) ||
	    !(dir = fdopendir(fd))) {
		if (fd >= 0 && !dir)
			close(fd);
		return 0;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    own_number(outer_fd, entry->d_name) == pid &&
		    read_namespace(outer_fd, entry->d_name, other, sizeof(other)) &&
		    strcmp(own, other) == 0)
			return (int)strtol(entry->d_name, NULL, 10);
	return 0;
}

/* --- the run -------------------------------------------------------------- */

struct holding {
	struct explored *e;
	uint32_t flow;
	const char *next; /* what it is about to do */
};

static bool is_alive(const struct control_flow *flow)
{
	return flow->pid && !flow->is_gone && flow->state != FLOW_ENDED && flow->state != FLOW_DEAD;
}

static bool is_told(const struct control *c, uint32_t index)
{
	for (uint32_t i = 1; i < index; i++)
		if (is_alive(&c->flows[i]) && c->flows[i].pid == c->flows[index].pid)
			return true;
	return false;
}

/* gdb would pass on the SIGSTOP that holds the first. */
static void print_attach(const struct teller *teller, int outer_fd, uint32_t index, bool is_held)
{
	const struct control *c = teller->outcome->control;
	cleanup_free char *name = tell_flow(teller, index);
	int pid = outer_number(outer_fd, c->flows[index].pid);

	if (pid)
		fprintf(stderr, "    gdb -p %d%s  # %s\n", pid,
			is_held ? " -ex 'handle SIGSTOP nostop noprint nopass'" : "",
			name ? name : "?");
}

/* It is stopped; the others, who can do nothing without the turn, are held by that. */
static void print_held(void *ctx, const struct session_outcome *outcome)
{
	struct holding *h = ctx;
	const struct control *c = outcome->control;
	const struct teller teller = {outcome, h->e->job->worker->images, explored_role_name, h->e};
	cleanup_free char *name = tell_flow(&teller, h->flow);
	int outer_fd = h->e->job->worker->outer_proc_fd;

	fprintf(stderr,
		"\n%s is stopped in front of\n\n    %s\n\nand the others wait for their turn."
		"  Look at them with\n\n",
		name ? name : "?", h->next);
	print_attach(&teller, outer_fd, h->flow, true);
	for (uint32_t i = 1; i <= c->flows_used; i++)
		if (is_alive(&c->flows[i]) && c->flows[i].pid != c->flows[h->flow].pid &&
		    !is_told(c, i))
			print_attach(&teller, outer_fd, i, false);
	fprintf(stderr,
		"\n`continue` in the first lets the run go on by its schedule; `kill` there "
		"ends it.\n");
}

int explored_hold(struct explored *e, const struct trail *trail,
		  const struct session_outcome *outcome, struct err *err)
{
	const struct teller teller = {outcome, e->job->worker->images, explored_role_name, e};
	struct session_request request = explored_request(trail, trail->switches, trail->count);
	cleanup_free char *next = NULL;
	struct holding h = {.e = e};
	struct decisive moment = {0};
	int rc = find_decisive(outcome->control, trail, &moment, err);

	if (rc)
		return rc;
	next = tell_event(&teller, event_of(outcome->control, &moment));
	h.next = next ? next : "?";
	h.flow = moment.flow;
	request.strike_flow = moment.flow;
	request.strike_step = moment.point;
	request.strike_signal = SIGSTOP;
	return session_hold(e->session, &request, print_held, &h, err);
}
