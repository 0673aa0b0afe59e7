#include "fake_tracer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/filter.h"
#include "engine/internal.h"
#include "lib/tmpdir.h"
#include "sys/names.h"
#include "sys/syscalls.h"

#define REPORTS_MAX 64
#define THREADS_MAX 16
#define MEMORY_SIZE 0x10000

enum life { LIFE_NONE, LIFE_RUNS, LIFE_STOPPED, LIFE_KILLED, LIFE_GONE };

struct thread {
	pid_t tid;
	enum life life;
	bool interrupted; /* PTRACE_INTERRUPT is to be answered */
	const struct fake_report *stop;
	struct arch_regs regs;
	uint64_t mask;
};

struct fake fake;

static struct {
	const struct fake_report *reports;
	bool taken[REPORTS_MAX];
	struct thread threads[THREADS_MAX];
	unsigned char memory[MEMORY_SIZE];
	char *proc;
	FILE *trace;
	char *text;
	size_t text_size;
	unsigned die_at;
} kernel;

void fake_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(kernel.trace, fmt, ap);
	va_end(ap);
	fputc('\n', kernel.trace);
}

/* Threads are made when they are first heard of. */
static struct thread *thread_of(pid_t tid)
{
	for (size_t i = 0; i < THREADS_MAX; i++) {
		struct thread *t = &kernel.threads[i];

		if (t->tid == tid)
			return t;
		if (!t->tid) {
			*t = (struct thread){.tid = tid, .life = LIFE_RUNS};
			return t;
		}
	}
	cr_fatal("too many threads");
	return NULL;
}

static long number_of(const char *call)
{
	const struct syscall_row *row = syscall_get(syscall_from_name(call));

	cr_assert(ne(ptr, (void *)row, NULL), "%s", call);
	return row->nr[ARCH_NATIVE];
}

static bool is_end(int status)
{
	return WIFEXITED(status) || WIFSIGNALED(status);
}

static void set_regs_of(struct thread *t, const struct fake_report *r)
{
	bool is_entry = r->status == FAKE_SECCOMP || (r->status == FAKE_SYSCALL && !r->at_exit);

	memset(&t->regs, 0, sizeof(t->regs));
	arch_native->set_ip(&t->regs, r->ip ? r->ip : FAKE_IP);
#if defined(__x86_64__)
	t->regs.x86_64.rsp = r->sp ? r->sp : FAKE_STACK;
#else
	t->regs.aarch64.sp = r->sp ? r->sp : FAKE_STACK;
#endif
	arch_native->set_nr(&t->regs, r->call ? number_of(r->call) : -1);
	for (unsigned i = 0; i < 6; i++)
		arch_native->set_arg(&t->regs, i, r->args[i]);
	arch_native->set_result(&t->regs, is_entry ? -ENOSYS : r->result);
}

static const char *kind_of(const struct fake_report *r, char *buf, size_t size)
{
	struct stop stop = stop_classify(r->status);

	switch (stop.kind) {
	case STOP_EXITED:
		snprintf(buf, size, "exited %d", stop.value);
		break;
	case STOP_KILLED:
	case STOP_SIGNAL:
	case STOP_GROUP:
		snprintf(buf, size, "%s %s", stop_name(stop.kind), signal_name(stop.value));
		break;
	case STOP_SYSCALL:
		snprintf(buf, size, "syscall-%s %s", r->at_exit ? "exit" : "entry",
			 r->call ? r->call : "");
		break;
	case STOP_SECCOMP:
		snprintf(buf, size, "seccomp %s", r->restarts ? "restart_syscall" : r->call);
		break;
	default:
		snprintf(buf, size, "%s", stop_name(stop.kind));
		break;
	}
	return buf;
}

static pid_t take(struct thread *t, const struct fake_report *r, int *ret_status)
{
	char buf[64];

	fake_note("%d %s", t->tid, kind_of(r, buf, sizeof(buf)));
	t->stop = r;
	t->interrupted = false; /* kernel/signal.c, ptrace_stop(): any trap clears it */
	t->life = is_end(r->status) ? LIFE_GONE : LIFE_STOPPED;
	if (!is_end(r->status))
		set_regs_of(t, r);
	if (r->before)
		r->before();
	*ret_status = r->status;
	return t->tid;
}

static pid_t answer_interrupt(struct thread *t, int *ret_status)
{
	static const struct fake_report attached = {.status = FAKE_ATTACHED};
	struct arch_regs regs = t->regs;

	take(t, &attached, ret_status);
	t->regs = regs;
	return t->tid;
}

static pid_t report_death(struct thread *t, int *ret_status)
{
	static const struct fake_report killed = {.status = FAKE_KILLED(SIGKILL)};

	return take(t, &killed, ret_status);
}

/* The next report of the script that is for @tid, or for anybody. */
static const struct fake_report *next_of(pid_t tid)
{
	for (size_t i = 0; kernel.reports[i].tid; i++)
		if (!kernel.taken[i] && (tid < 0 || kernel.reports[i].tid == tid) &&
		    thread_of(kernel.reports[i].tid)->life < LIFE_KILLED)
			return &kernel.reports[i];
	return NULL;
}

static pid_t wait_for_one(pid_t tid, int *ret_status)
{
	struct thread *t = thread_of(tid);
	const struct fake_report *r = next_of(tid);

	if (t->life == LIFE_KILLED)
		return report_death(t, ret_status);
	if (t->life == LIFE_GONE)
		return -ECHILD;
	cr_assert(eq(int, t->life, LIFE_RUNS), "waits for %d, which is stopped", tid);
	if (t->interrupted && !(r && r->queued))
		return answer_interrupt(t, ret_status);
	cr_assert(ne(ptr, (void *)r, NULL), "waits for %d for ever", tid);
	kernel.taken[r - kernel.reports] = true;
	return take(t, r, ret_status);
}

static pid_t fake_wait(pid_t tid, int flags, int *ret_status)
{
	static bool had_a_look;
	const struct fake_report *r;

	if (tid > 0)
		return wait_for_one(tid, ret_status);
	/* Who does not wait finds nothing at first: time to look at those who sleep. */
	had_a_look = flags & WNOHANG && !had_a_look;
	if (had_a_look)
		return 0;
	for (size_t i = 0; i < THREADS_MAX && kernel.threads[i].tid; i++)
		if (kernel.threads[i].life == LIFE_KILLED)
			return report_death(&kernel.threads[i], ret_status);
	for (size_t i = 0; i < THREADS_MAX && kernel.threads[i].tid; i++)
		if (kernel.threads[i].interrupted && kernel.threads[i].life == LIFE_RUNS)
			return answer_interrupt(&kernel.threads[i], ret_status);
	r = next_of(-1);
	if (!r)
		return -ECHILD;
	cr_assert(is_end(r->status) || thread_of(r->tid)->life == LIFE_RUNS,
		  "%d was not let go before its report no. %zu", r->tid, r - kernel.reports + 1);
	kernel.taken[r - kernel.reports] = true;
	return take(thread_of(r->tid), r, ret_status);
}

/* Every request passes here: is the thread there to obey? */
static struct thread *obedient(pid_t tid)
{
	struct thread *t = thread_of(tid);

	if (++fake.requests == kernel.die_at) {
		fake_note("  %d is killed", tid);
		t->life = LIFE_KILLED;
	}
	return t->life == LIFE_KILLED || t->life == LIFE_GONE ? NULL : t;
}

static const struct {
	int request;
	const char *name;
} resumes[] = {
	{PTRACE_CONT, "CONT"},
	{PTRACE_SYSCALL, "SYSCALL"},
	{PTRACE_SINGLESTEP, "STEP"},
	{PTRACE_LISTEN, "LISTEN"},
};

static int resume(struct thread *t, int request, int signal)
{
	for (size_t i = 0; i < sizeof(resumes) / sizeof(resumes[0]); i++) {
		if (resumes[i].request != request)
			continue;
		cr_assert(eq(int, t->life, LIFE_STOPPED), "%s of %d, which runs", resumes[i].name,
			  t->tid);
		fake_note("  %s %d%s%s", resumes[i].name, t->tid, signal ? " " : "",
			  signal ? signal_name(signal) : "");
		t->life = LIFE_RUNS;
		return 0;
	}
	cr_fatal("request %#x", request);
	return -EIO;
}

static void fill_syscall_info(const struct thread *t, struct ptrace_syscall_info *info)
{
	const struct fake_report *r = t->stop;

	*info = (struct ptrace_syscall_info){
		.arch = r->foreign ? AUDIT_ARCH_I386 : arch_native->audit,
		.instruction_pointer = r->ip ? r->ip : FAKE_IP,
		.stack_pointer = r->sp ? r->sp : FAKE_STACK,
	};
	if (r->status == FAKE_SECCOMP) {
		info->op = PTRACE_SYSCALL_INFO_SECCOMP;
		info->seccomp.nr =
			(uint64_t)(r->restarts ? SYS_restart_syscall : number_of(r->call));
		info->seccomp.ret_data = r->tag ? r->tag : FILTER_TAG_CALL;
		memcpy(info->seccomp.args, r->args, sizeof(r->args));
	} else if (r->status == FAKE_SYSCALL && r->at_exit) {
		info->op = PTRACE_SYSCALL_INFO_EXIT;
		info->exit.rval = r->result;
	} else if (r->status == FAKE_SYSCALL) {
		info->op = PTRACE_SYSCALL_INFO_ENTRY;
		info->entry.nr = (uint64_t)number_of(r->call);
		memcpy(info->entry.args, r->args, sizeof(r->args));
	}
}

static void *at(uint64_t addr, size_t size)
{
	if (addr < FAKE_MEMORY || addr + size > FAKE_MEMORY + MEMORY_SIZE)
		return NULL;
	return kernel.memory + (addr - FAKE_MEMORY);
}

static int poke(uint64_t addr, uintptr_t word)
{
	if (!at(addr, sizeof(word)))
		return -EIO;
	memcpy(at(addr, sizeof(word)), &word, sizeof(word));
	return 0;
}

static int fake_request(int request, pid_t tid, uintptr_t addr, uintptr_t data)
{
	struct thread *t = obedient(tid);

	if (!t)
		return -ESRCH;
	switch (request) {
	case PTRACE_POKEDATA:
		return poke(addr, data);
	case PTRACE_GET_SYSCALL_INFO:
		fill_syscall_info(t, (struct ptrace_syscall_info *)data);
		return 0;
	case PTRACE_GETEVENTMSG:
		*(unsigned long *)data = t->stop->message;
		return 0;
	case PTRACE_GETSIGINFO:
		*(siginfo_t *)data =
			(siginfo_t){.si_signo = WSTOPSIG(t->stop->status), .si_code = SI_TKILL};
		return 0;
	case PTRACE_GETSIGMASK:
		*(uint64_t *)data = t->mask;
		return 0;
	case PTRACE_SETSIGMASK:
		t->mask = *(uint64_t *)data;
		return 0;
	case PTRACE_INTERRUPT:
		fake_note("  INTERRUPT %d", tid);
		t->interrupted = true;
		return 0;
	default:
		return resume(t, request, (int)data);
	}
}

static int fake_get_regs(pid_t tid, struct arch_regs *ret_regs)
{
	struct thread *t = obedient(tid);

	if (!t)
		return -ESRCH;
	cr_assert(eq(int, t->life, LIFE_STOPPED), "registers of %d, which runs", tid);
	*ret_regs = t->regs;
	return 0;
}

static void note_change(const char *what, int64_t before, int64_t after)
{
	if (before != after)
		fprintf(kernel.trace, " %s=%lld", what, (long long)after);
}

static int fake_set_regs(pid_t tid, const struct arch_regs *regs)
{
	struct thread *t = obedient(tid);

	if (!t)
		return -ESRCH;
	cr_assert(eq(int, t->life, LIFE_STOPPED), "registers of %d, which runs", tid);
	fprintf(kernel.trace, "  SETREGS %d", tid);
	note_change("nr", arch_native->nr(&t->regs), arch_native->nr(regs));
	note_change("result", arch_native->result(&t->regs), arch_native->result(regs));
	if (arch_native->ip(&t->regs) != arch_native->ip(regs))
		fprintf(kernel.trace, " ip%+lld",
			(long long)(arch_native->ip(regs) - arch_native->ip(&t->regs)));
	for (unsigned i = 0; i < 6; i++) {
		char name[] = {'a', 'r', 'g', (char)('0' + i), '\0'};

		note_change(name, (int64_t)arch_native->arg(&t->regs, i),
			    (int64_t)arch_native->arg(regs, i));
	}
	fputc('\n', kernel.trace);
	t->regs = *regs;
	return 0;
}

static ssize_t fake_read(pid_t tid, uint64_t addr, void *data, size_t size)
{
	if (!obedient(tid))
		return -ESRCH;
	if (!at(addr, size))
		return -EFAULT;
	memcpy(data, at(addr, size), size);
	return (ssize_t)size;
}

static ssize_t fake_write(pid_t tid, uint64_t addr, const void *data, size_t size)
{
	if (!obedient(tid))
		return -ESRCH;
	if (!at(addr, size))
		return -EFAULT;
	memcpy(at(addr, size), data, size);
	return (ssize_t)size;
}

static int fake_kill(pid_t pid, int signal)
{
	struct thread *t = thread_of(pid);

	fake_note("  kill %d %s", pid, signal_name(signal));
	if (t->life == LIFE_GONE)
		return -ESRCH;
	if (signal == SIGKILL)
		t->life = LIFE_KILLED;
	return 0;
}

static const struct tracer_ops fake_tracer_ops = {
	.wait = fake_wait,
	.request = fake_request,
	.get_regs = fake_get_regs,
	.set_regs = fake_set_regs,
	.read = fake_read,
	.write = fake_write,
	.kill = fake_kill,
};

void fake_poke(uint64_t addr, const void *data, size_t size)
{
	memcpy(at(addr, size), data, size);
}

void fake_peek(uint64_t addr, void *data, size_t size)
{
	memcpy(data, at(addr, size), size);
}

void fake_die_at(unsigned n)
{
	kernel.die_at = n;
}

/* A file of the fake /proc. */
static void write_proc(pid_t tid, const char *name, const void *data, size_t size)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%d", tid);
	mkdirat(fake.proc_fd, path, 0777);
	snprintf(path, sizeof(path), "%d/task", tid);
	mkdirat(fake.proc_fd, path, 0777);
	snprintf(path, sizeof(path), "%d/task/%d", tid, tid);
	mkdirat(fake.proc_fd, path, 0777);
	snprintf(path, sizeof(path), "%d/%s", tid, name);
	fd = openat(fake.proc_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	cr_assert(ge(int, fd, 0), "%s: %s", path, strerror(errno));
	cr_assert(eq(long, write(fd, data, size), (long)size));
	close(fd);
}

void fake_signals(pid_t tid, uint64_t caught, uint64_t ignored)
{
	fake_thread(tid, tid, caught, ignored);
}

void fake_thread(pid_t tid, pid_t tgid, uint64_t caught, uint64_t ignored)
{
	char text[512];
	int size =
		snprintf(text, sizeof(text),
			 "Name:\tx\nState:\tt (tracing stop)\nTgid:\t%d\nPid:\t%d\nPPid:\t1\n"
			 "TracerPid:\t1\nNSpid:\t%d\nThreads:\t1\nSigPnd:\t0\nShdPnd:\t0\n"
			 "SigBlk:\t0\nSigIgn:\t%016llx\nSigCgt:\t%016llx\n",
			 tgid, tid, tid, (unsigned long long)ignored, (unsigned long long)caught);

	write_proc(tid, "status", text, (size_t)size);
}

void fake_state(pid_t tid, char state, const char *call)
{
	char text[256], name[32];
	int size =
		snprintf(text, sizeof(text),
			 "%d (x) %c 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0\n", tid, state);

	snprintf(name, sizeof(name), "task/%d/stat", tid);
	write_proc(tid, name, text, (size_t)size);
	size = call ? snprintf(text, sizeof(text), "%ld 0x3 0x0 0x0 0x0 0x0 0x0 0x0 0x0\n",
			       number_of(call))
		    : snprintf(text, sizeof(text), "running\n");
	write_proc(tid, "syscall", text, (size_t)size);
}

void fake_program(pid_t pid, uint64_t entry, uint64_t loader)
{
	const Elf64_auxv_t auxv[] = {{AT_ENTRY, {entry}}, {AT_BASE, {loader}}, {AT_NULL, {0}}};

	write_proc(pid, "auxv", auxv, sizeof(auxv));
}

void fake_begin(const struct fake_report *reports)
{
	struct engine_options options = {.cpu = -1};
	struct err err = ERR_INIT;

	memset(&kernel, 0, sizeof(kernel));
	memset(&fake, 0, sizeof(fake));
	kernel.reports = reports;
	kernel.proc = tmpdir_new();
	fake.proc_fd = options.proc_fd = open(kernel.proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	kernel.trace = open_memstream(&kernel.text, &kernel.text_size);
	fake_ops = fake_telling_ops;
	tracer = &fake_tracer_ops;
	cr_assert(eq(int, engine_init(&fake.engine, &options, &fake_ops, NULL, &err), 0), "%s",
		  err.text);
}

struct process *fake_process(pid_t pid)
{
	struct process *p = process_new(&fake.engine, pid, NULL);
	struct tracee *t = tracee_new(&fake.engine, pid, p);

	cr_assert(ne(ptr, t, NULL));
	p->started = p->execed = true;
	t->state = TRACEE_RUNNING;
	thread_of(pid)->life = LIFE_RUNS;
	fake_signals(pid, 0, 0);
	fake_state(pid, 'R', NULL);
	return p;
}

int fake_run(void)
{
	struct err err = ERR_INIT;
	int rc = engine_run(&fake.engine, &err);

	if (rc)
		fake_note("failed: %s", err.text);
	return rc;
}

void fake_end(const char *want)
{
	fflush(kernel.trace);
	if (want)
		cr_expect(eq(str, kernel.text, (char *)want));
	for (size_t i = 0; i < THREADS_MAX && kernel.threads[i].tid; i++)
		if (kernel.threads[i].life != LIFE_GONE)
			kernel.threads[i].life = LIFE_KILLED;
	engine_kill_all(&fake.engine);
	cr_expect(eq(uint, fake.engine.live_processes, 0), "processes are left");
	engine_release(&fake.engine);
	tracer = &tracer_native;
	close(fake.proc_fd);
	tmpdir_free(kernel.proc);
	fclose(kernel.trace);
	free(kernel.text);
}
