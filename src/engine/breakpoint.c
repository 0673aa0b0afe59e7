#include "engine/breakpoint.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "base/util.h"
#include "elf/insn.h"
#include "engine/internal.h"

#define SCRATCH_OFFSET 16 /* from the entry point; remote.c may use what is before it */
#define STEP_LIMIT_NS  (1000 * NS_PER_MS)

struct breakpoint *breakpoint_find(const struct process *p, uint64_t addr)
{
	struct breakpoint *bp;

	HASH_FIND(hh, p->breakpoints, &addr, sizeof(addr), bp);
	return bp;
}

static int insert(struct engine *e, struct tracee *t, struct breakpoint *bp)
{
	unsigned length = arch_native->breakpoint_length;
	int rc = tracee_read(t, bp->addr, bp->saved, length);

	if (!rc)
		rc = tracee_patch(e, t, bp->addr, arch_native->breakpoint, length);
	bp->inserted = rc == 0;
	return rc;
}

static int lift(struct engine *e, struct tracee *t, struct breakpoint *bp)
{
	bp->inserted = false;
	return tracee_patch(e, t, bp->addr, bp->saved, arch_native->breakpoint_length);
}

int breakpoint_set(struct engine *e, struct tracee *t, uint64_t addr, void *user,
		   struct breakpoint **ret_bp, struct err *err)
{
	struct breakpoint *bp = breakpoint_find(t->process, addr);
	int rc;

	if (!bp) {
		bp = mem_zalloc(sizeof(*bp));
		if (!bp)
			return err_errno(err, -ENOMEM, "breakpoint");
		bp->addr = addr;
		bp->user = user;
		rc = insert(e, t, bp);
		if (rc) {
			free(bp);
			return err_errno(err, rc, "breakpoint at %#lx", (unsigned long)addr);
		}
		HASH_ADD(hh, t->process->breakpoints, addr, sizeof(bp->addr), bp);
	}
	bp->users++;
	if (ret_bp)
		*ret_bp = bp;
	return 0;
}

int breakpoint_clear(struct engine *e, struct tracee *t, uint64_t addr)
{
	struct breakpoint *bp = breakpoint_find(t->process, addr);
	int rc = 0;

	if (!bp || --bp->users)
		return 0;
	if (bp->inserted)
		rc = lift(e, t, bp);
	HASH_DELETE(hh, t->process->breakpoints, bp);
	free(bp);
	return rc;
}

int breakpoints_inherit(struct process *child, const struct process *parent)
{
	struct breakpoint *bp, *tmp, *copy;

	HASH_ITER(hh, parent->breakpoints, bp, tmp) {
		copy = mem_zalloc(sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		*copy = *bp;
		HASH_ADD(hh, child->breakpoints, addr, sizeof(copy->addr), copy);
	}
	return 0;
}

void breakpoints_forget(struct process *p)
{
	struct breakpoint *bp = p->breakpoints, *next;

	HASH_CLEAR(hh, p->breakpoints);
	for (; bp; bp = next) {
		next = bp->hh.next;
		free(bp);
	}
}

/* What an instruction itself can cause: held back, the kernel would take its handler away. */
#define OWN_SIGNALS                                                                                \
	(1u << (SIGSEGV - 1) | 1u << (SIGBUS - 1) | 1u << (SIGFPE - 1) | 1u << (SIGILL - 1) |      \
	 1u << (SIGTRAP - 1))

/* With all signals held back, so that none comes in between. */
int single_step(struct engine *e, struct tracee *t)
{
	bool was_stopped = false;
	uint64_t before;
	int status, rc = tracee_set_mask(t, ~(uint64_t)OWN_SIGNALS, &before);

	do {
		if (!rc)
			rc = tracer->request(PTRACE_SINGLESTEP, t->tid, 0, 0);
		if (!rc)
			rc = engine_wait_for(e, t, STEP_LIMIT_NS, &status);
		if (rc)
			return rc;
		was_stopped |= is_stop_signal(status);
		/* An interrupt that came late, or what cannot be held back: not yet done. */
	} while (stop_classify(status).kind == STOP_ATTACHED || is_stop_signal(status));
	if (stop_classify(status).kind != STOP_TRAP) {
		if (WIFSTOPPED(status))
			tracee_set_mask(t, before, NULL);
		tracee_defer(e, t, status);
		return -ESRCH;
	}
	if (was_stopped)
		rc = tracer->kill(t->process->tgid, SIGSTOP);
	return rc ? rc : tracee_set_mask(t, before, NULL);
}

/*
 * What most functions begin with is done here instead of stepped over, so the
 * breakpoint stays in for the other threads: push %reg and endbr64.
 */
static bool emulate(struct engine *e, struct tracee *t, const struct breakpoint *bp)
{
#if defined(__x86_64__)
	struct x86_64_regs *r;
	unsigned char insn[4];
	struct arch_regs *regs;

	if (tracee_get_regs(t, &regs) || tracee_read(t, bp->addr, insn, sizeof(insn)))
		return false;
	insn[0] = bp->saved[0];
	r = &regs->x86_64;
	uint64_t *const numbered[] = {&r->rax, &r->rcx, &r->rdx, &r->rbx, &r->rsp, &r->rbp,
				      &r->rsi, &r->rdi, &r->r8,	 &r->r9,  &r->r10, &r->r11,
				      &r->r12, &r->r13, &r->r14, &r->r15};
	bool high = insn[0] == 0x41;
	unsigned opcode = high ? insn[1] : insn[0];

	if (memcmp(insn, "\xf3\x0f\x1e\xfa", 4) == 0) { /* endbr64 */
		r->rip = bp->addr + 4;
	} else if ((opcode & 0xf8) == 0x50) { /* push */
		uint64_t value = *numbered[(opcode & 7) + (high ? 8 : 0)];

		if (tracee_write(e, t, r->rsp - 8, &value, sizeof(value)))
			return false;
		r->rsp -= 8;
		r->rip = bp->addr + (high ? 2 : 1);
	} else {
		return false;
	}
	tracee_dirty_regs(t);
	return true;
#else
	(void)e;
	(void)t;
	(void)bp;
	return false;
#endif
}

/*
 * Execute a copy of the instruction elsewhere, so that the breakpoint stays:
 * at the program's entry point, whose code never runs a second time.
 */
static int step_out_of_line(struct engine *e, struct tracee *t, const struct breakpoint *bp)
{
	uint64_t scratch = t->process->entry + SCRATCH_OFFSET;
	unsigned char code[INSN_MAX], copy[INSN_MAX];
	struct arch_regs *regs;
	struct insn insn = {0};
	int rc;

	if (!e->decoder)
		e->decoder = insn_decoder_new(arch_native->id);
	if (!e->decoder || !t->process->entry)
		return -ENOTSUP;
	rc = tracee_read(t, bp->addr, code, sizeof(code));
	memcpy(code, bp->saved, arch_native->breakpoint_length);
	if (!rc)
		rc = insn_decode(e->decoder, code, sizeof(code), bp->addr, &insn);
	if (!rc && (!insn.movable || insn.links))
		rc = -ENOTSUP;
	if (!rc)
		rc = insn_copy(&insn, code, bp->addr, scratch, copy);
	if (!rc)
		rc = tracee_write(e, t, scratch, copy, insn.length);
	if (!rc)
		rc = tracee_get_regs(t, &regs);
	if (rc)
		return rc;
	arch_native->set_ip(regs, scratch);
	tracee_dirty_regs(t);
	rc = tracee_flush_regs(t);
	if (!rc)
		rc = single_step(e, t);
	if (!rc)
		rc = tracee_get_regs(t, &regs);
	if (rc)
		return rc == -ENOTSUP ? -EIO : rc;
	arch_native->set_ip(regs, insn_pc_after(&insn, bp->addr, scratch, arch_native->ip(regs)));
	tracee_dirty_regs(t);
	return 0;
}

/* The breakpoint is out for one instruction: nobody else may run then. */
static int step_in_place(struct engine *e, struct tracee *t, struct breakpoint *bp)
{
	bool alone = t->process->threads_live == 1, freeze = !alone && !e->frozen_for;
	int rc = tracee_flush_regs(t);

	if (freeze)
		freeze_others(e, t);
	if (!rc)
		rc = lift(e, t, bp);
	if (!rc)
		rc = single_step(e, t);
	if (!rc)
		rc = insert(e, t, bp);
	if (freeze)
		thaw(e);
	return rc;
}

int breakpoint_step_over(struct engine *e, struct tracee *t)
{
	struct breakpoint *bp = breakpoint_find(t->process, t->at_breakpoint);
	int rc;

	t->at_breakpoint = 0;
	if (!bp || !bp->inserted || emulate(e, t, bp))
		return 0;
	rc = t->process->threads_live > 1 ? step_out_of_line(e, t, bp) : -ENOTSUP;
	if (rc == -ENOTSUP || rc == -EINVAL || rc == -ERANGE)
		rc = step_in_place(e, t, bp);
	return rc;
}

static int at_loader_entry(struct engine *e, struct tracee *t, struct breakpoint *bp)
{
	int rc = breakpoint_clear(e, t, bp->addr);

	if (rc)
		return rc;
	t->process->started = true;
	if (e->ops->started)
		e->ops->started(e->ctx, t);
	return t->state == TRACEE_HELD ? 0 : tracee_resume(e, t, 0);
}

/* The trap after an instruction, or after a call, and not the one of a breakpoint. */
static bool is_step(const struct tracee *t)
{
	siginfo_t info;

	return t->stepping &&
	       tracer->request(PTRACE_GETSIGINFO, t->tid, 0, (uintptr_t)&info) == 0 &&
	       (info.si_code == TRAP_TRACE || info.si_code == TRAP_BRKPT);
}

static int on_step(struct engine *e, struct tracee *t)
{
	if (e->ops->stepped)
		e->ops->stepped(e->ctx, t);
	return t->state == TRACEE_HELD ? 0 : tracee_resume(e, t, 0);
}

int on_trap(struct engine *e, struct tracee *t)
{
	struct breakpoint *bp = NULL;
	struct arch_regs *regs;
	uint64_t addr;
	int rc;

	if (is_step(t))
		return on_step(e, t);
	rc = tracee_get_regs(t, &regs);
	if (rc)
		return rc;
	addr = arch_native->ip(regs) - arch_native->breakpoint_pc_offset;
	if (t->process)
		bp = breakpoint_find(t->process, addr);
	if (!bp) /* the program's own SIGTRAP */
		return on_signal_stop(e, t, SIGTRAP);
	arch_native->set_ip(regs, addr);
	tracee_dirty_regs(t);
	if (bp->loader_entry)
		return at_loader_entry(e, t, bp);
	handlers_prune(t, arch_native->sp(regs));
	t->at_breakpoint = addr;
	if (e->ops->breakpoint_hit)
		e->ops->breakpoint_hit(e->ctx, t, bp);
	return t->state == TRACEE_HELD ? 0 : tracee_resume(e, t, 0);
}
