#include "fake_tracer.h"
#include "sys/names.h"
#include "sys/syscalls.h"

static const char *name_of(const struct call_view *call)
{
	const struct syscall_row *row = syscall_get(call->id);

	return row ? row->name : "unknown call";
}

static void on_created(void *ctx, struct process *p)
{
	(void)ctx;
	fake_note("  created %d, child %u of %d", p->tgid, p->child_no,
		  p->parent ? p->parent->tgid : 0);
}

static void on_started(void *ctx, struct tracee *t)
{
	(void)ctx;
	fake_note("  started %d", t->tid);
}

static void on_entry(void *ctx, struct tracee *t)
{
	(void)ctx;
	fake_note("  entry %s(%d)%s", name_of(&t->call), (int)t->call.args[0],
		  t->call.resumed ? " again" : "");
}

static void on_blocked(void *ctx, struct tracee *t)
{
	(void)ctx;
	fake_note("  blocked %s(%d)", name_of(&t->call), (int)t->call.args[0]);
}

static void on_exit_of(void *ctx, struct tracee *t, int64_t result)
{
	(void)ctx;
	fake_note("  exit %s(%d) = %lld", name_of(&t->call), (int)t->call.args[0],
		  (long long)result);
}

static void on_delivery(void *ctx, struct tracee *t, int signal, const siginfo_t *info,
			bool interrupted)
{
	(void)ctx;
	(void)t;
	(void)info;
	fake_note("  delivery %s%s", signal_name(signal), interrupted ? ", interrupts" : "");
}

static void on_handler(void *ctx, struct tracee *t, int signal)
{
	(void)ctx;
	fake_note("  handler of %s, depth %u", signal_name(signal), t->handler_depth);
}

static void on_left(void *ctx, struct tracee *t)
{
	(void)ctx;
	fake_note("  handler left, depth %u", t->handler_depth);
}

static void on_group(void *ctx, struct process *p, int signal)
{
	(void)ctx;
	fake_note("  %d %s", p->tgid, signal ? signal_name(signal) : "goes on");
}

static void on_ended(void *ctx, struct process *p)
{
	(void)ctx;
	if (p->signaled)
		fake_note("  end of %d: %s", p->tgid, signal_name(p->status));
	else
		fake_note("  end of %d: %d", p->tgid, p->status);
}

struct engine_ops fake_ops;

const struct engine_ops fake_telling_ops = {
	.process_created = on_created,
	.started = on_started,
	.call_entry = on_entry,
	.call_blocked = on_blocked,
	.call_exit = on_exit_of,
	.signal_delivery = on_delivery,
	.handler_entered = on_handler,
	.handler_left = on_left,
	.group_stop = on_group,
	.process_ended = on_ended,
};
