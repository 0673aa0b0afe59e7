#include "elf/unwind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "elf/callsite.h"
#include "elf/cfi.h"
#include "elf/dwarf_eval.h"
#include "elf/process_map.h"
#include "model/result.h"
#include "sys/procfs.h"

/* The stack is read in pieces of this size: one or two for most stacks. */
#define WINDOW_SIZE 8192
/* How far up a return address is looked for where no table tells. */
#define SCAN_BYTES 4096
/* A frame pointer further away than this is none. */
#define FRAME_MAX (UINT64_C(1) << 20)

_Static_assert(CFI_REG_COUNT <= UNWIND_REG_MAX, "every register has a place");

struct unwinder {
	pid_t tid;
	const struct process_map *map;
	struct unwind_regs regs;
	uint64_t window_start;
	size_t window_size;
	unsigned char window[WINDOW_SIZE];
};

static void set_reg(struct unwind_regs *regs, unsigned number, uint64_t value)
{
	regs->value[number] = value;
	regs->known |= UINT64_C(1) << number;
}

static bool get_reg(const struct unwind_regs *regs, unsigned number, uint64_t *ret)
{
	if (number >= CFI_REG_COUNT || !(regs->known >> number & 1))
		return false;
	*ret = regs->value[number];
	return true;
}

#if defined(__x86_64__)
void unwind_regs_from_user(const struct user_regs_struct *user, struct unwind_regs *ret_regs)
{
	const uint64_t values[CFI_REG_COUNT] = {
		user->rax, user->rdx, user->rcx, user->rbx, user->rsi, user->rdi,
		user->rbp, user->rsp, user->r8,	 user->r9,  user->r10, user->r11,
		user->r12, user->r13, user->r14, user->r15, user->rip,
	};

	ret_regs->known = 0;
	for (unsigned i = 0; i < CFI_REG_COUNT; i++)
		set_reg(ret_regs, i, values[i]);
}

static uint64_t code_address(uint64_t word)
{
	return word;
}
#elif defined(__aarch64__)
void unwind_regs_from_user(const struct user_regs_struct *user, struct unwind_regs *ret_regs)
{
	ret_regs->known = 0;
	for (unsigned i = 0; i < 31; i++)
		set_reg(ret_regs, i, user->regs[i]);
	set_reg(ret_regs, CFI_REG_SP, user->sp);
	set_reg(ret_regs, CFI_REG_PC, user->pc);
}

/* Without the signature that pointer authentication puts into the upper bits. */
static uint64_t code_address(uint64_t word)
{
	return word & ((UINT64_C(1) << 48) - 1);
}
#endif

void unwind_regs_from_sp_pc(uint64_t sp, uint64_t pc, struct unwind_regs *ret_regs)
{
	ret_regs->known = 0;
	set_reg(ret_regs, CFI_REG_SP, sp);
	set_reg(ret_regs, CFI_REG_PC, pc);
}

static bool fill_window(struct unwinder *u, uint64_t address, size_t need)
{
	struct iovec local = {u->window, sizeof(u->window)};
	struct iovec remote = {(void *)address, sizeof(u->window)}; /* NOLINT(*-int-to-ptr) */
	ssize_t n = process_vm_readv(u->tid, &local, 1, &remote, 1, 0);

	u->window_start = address;
	u->window_size = n > 0 ? (size_t)n : 0;
	return u->window_size >= need;
}

static bool read_memory(void *data, uint64_t address, unsigned size, uint64_t *ret)
{
	struct unwinder *u = data;
	uint64_t at = address - u->window_start;

	if (at >= u->window_size || size > u->window_size - at) {
		if (!fill_window(u, address, size))
			return false;
		at = 0;
	}
	*ret = 0;
	memcpy(ret, u->window + at, size); /* little endian on both machines */
	return true;
}

static bool get_register(void *data, unsigned number, uint64_t *ret)
{
	return get_reg(&((struct unwinder *)data)->regs, number, ret);
}

static bool compute_cfa(struct unwinder *u, const struct cfi_rule *rule, uint64_t *ret_cfa)
{
	const struct dwarf_context context = {u, get_register, read_memory, 0, false};
	uint64_t base;

	if (rule->cfa_ops)
		return dwarf_eval(&context, rule->cfa_ops, rule->cfa_op_count, ret_cfa) !=
		       DWARF_FAILED;
	if (!get_reg(&u->regs, (unsigned)rule->cfa_reg, &base))
		return false;
	*ret_cfa = base + (uint64_t)rule->cfa_offset;
	return true;
}

static bool restore_expression(struct unwinder *u, const struct cfi_register *reg, uint64_t cfa,
			       uint64_t *ret)
{
	const struct dwarf_context context = {u, get_register, read_memory, cfa, true};
	uint64_t value;

	switch (dwarf_eval(&context, reg->ops, reg->op_count, &value)) {
	case DWARF_VALUE:
		*ret = value;
		return true;
	case DWARF_ADDRESS:
		return read_memory(u, value, 8, ret);
	default:
		return false;
	}
}

static bool restore(struct unwinder *u, const struct cfi_register *reg, unsigned number,
		    uint64_t cfa, uint64_t *ret)
{
	switch (reg->form) {
	case CFI_SAME:
		return get_reg(&u->regs, number, ret);
	case CFI_AT_CFA:
		return read_memory(u, cfa + (uint64_t)reg->offset, 8, ret);
	case CFI_CFA_PLUS:
		*ret = cfa + (uint64_t)reg->offset;
		return true;
	case CFI_EXPRESSION:
		return restore_expression(u, reg, cfa, ret);
	default:
		return false;
	}
}

/* The registers of the caller; false at the outermost frame. */
static bool apply_rule(struct unwinder *u, const struct cfi_rule *rule, uint64_t cfa)
{
	struct unwind_regs caller = {.known = 0};
	uint64_t value;

	for (unsigned i = 0; i < CFI_REG_COUNT; i++) {
		if (restore(u, &rule->regs[i], i, cfa, &value))
			set_reg(&caller, i, value);
	}
	if (rule->regs[CFI_REG_SP].form <= CFI_SAME)
		set_reg(&caller, CFI_REG_SP, cfa);
	if (!get_reg(&caller, (unsigned)rule->return_reg, &value))
		return false;
	set_reg(&caller, CFI_REG_PC, code_address(value));
	u->regs = caller;
	return true;
}

/*
 * The place on the stack, from the stack pointer on, of the return address
 * into the caller of @pc: the first whose call leads to it, else, unless
 * @strict, the first after any call through a pointer.
 */
static bool scan(struct unwinder *u, uint64_t pc, bool strict, uint64_t *ret_at)
{
	uint64_t sp, word, fallback = 0;

	if (!get_reg(&u->regs, CFI_REG_SP, &sp) || sp % 8 != 0)
		return false;
	for (uint64_t at = sp; at < sp + SCAN_BYTES && read_memory(u, at, 8, &word); at += 8) {
		enum callsite_kind kind = callsite_before(u->map, code_address(word), pc);

		if (kind == CALLSITE_LEADS_HERE) {
			*ret_at = at;
			return true;
		}
		if (kind == CALLSITE_UNKNOWN && !fallback)
			fallback = at;
	}
	*ret_at = fallback;
	return fallback && !strict;
}

/* The caller whose return address stands at @at, nothing else being known of it. */
static bool apply_return(struct unwinder *u, uint64_t at)
{
	struct unwind_regs caller = {.known = 0};
	uint64_t word, fp;

	if (!read_memory(u, at, 8, &word))
		return false;
	set_reg(&caller, CFI_REG_PC, code_address(word));
	set_reg(&caller, CFI_REG_SP, at + 8);
#if defined(__aarch64__)
	if (read_memory(u, at - 8, 8, &fp)) /* a frame record: fp, lr */
		set_reg(&caller, CFI_REG_FP, fp);
#else
	/* a function that uses no frame pointer has it still, most often */
	if (get_reg(&u->regs, CFI_REG_FP, &fp) && fp > at)
		set_reg(&caller, CFI_REG_FP, fp);
#endif
	u->regs = caller;
	return true;
}

/* The frame record that the frame pointer leads to, if it is one. */
static bool follow_frame_pointer(struct unwinder *u)
{
	struct unwind_regs caller = {.known = 0};
	uint64_t sp, fp, next, word;

	if (!get_reg(&u->regs, CFI_REG_SP, &sp) || !get_reg(&u->regs, CFI_REG_FP, &fp) || fp < sp ||
	    fp - sp > FRAME_MAX || fp % 8 != 0 || !read_memory(u, fp, 8, &next) ||
	    !read_memory(u, fp + 8, 8, &word) ||
	    callsite_before(u->map, code_address(word), 0) == CALLSITE_NONE)
		return false;
	set_reg(&caller, CFI_REG_PC, code_address(word));
	set_reg(&caller, CFI_REG_FP, next);
	set_reg(&caller, CFI_REG_SP, fp + 16);
	u->regs = caller;
	return true;
}

#if defined(__x86_64__)
/*
 * musl's return from a handler has no unwind information.  The kernel put a
 * struct ucontext where the stack pointer is then; arch/x86/include/uapi/asm/
 * sigcontext.h has the order of the registers in it.
 */
static bool apply_signal_frame(struct unwinder *u, uint64_t pc)
{
	static const unsigned char sigreturn[] = {0x48, 0xc7, 0xc0, 15, 0, 0, 0, 0x0f, 0x05};
	static const unsigned char saved[] = {8, 9, 10, 11, 12, 13, 14, 15, 5,
					      4, 6, 3,	1,  0,	2,  7,	16};
	const struct module *module = process_map_module(u->map, pc);
	struct unwind_regs caller = {.known = 0};
	unsigned char code[sizeof(sigreturn)];
	uint64_t sp, value;

	if (!module || !image_read(module->image, pc - module->bias, code, sizeof(code)) ||
	    memcmp(code, sigreturn, sizeof(code)) != 0 || !get_reg(&u->regs, CFI_REG_SP, &sp))
		return false;
	for (unsigned i = 0; i < ARRAY_SIZE(saved); i++) {
		if (!read_memory(u, sp + 40 + 8 * UINT64_C(1) * i, 8, &value))
			return false;
		set_reg(&caller, saved[i], value);
	}
	u->regs = caller;
	return true;
}
#else
/* The vdso returns from handlers, and has unwind information. */
static bool apply_signal_frame(struct unwinder *u, uint64_t pc)
{
	(void)u, (void)pc;
	return false;
}
#endif

static bool guess(struct unwinder *u, uint64_t pc)
{
	uint64_t at = 0;

	if (scan(u, pc, true, &at))
		return apply_return(u, at);
	if (follow_frame_pointer(u))
		return true;
	return at && apply_return(u, at);
}

/* The caller was interrupted between two instructions; the handler "returns" to the first here. */
static void mark_signal(struct unwind_frame *frame, struct unwind_frame *caller)
{
	frame->signal = true;
	frame->after_call = false;
	caller->after_call = false;
}

static bool step_by_rule(struct unwinder *u, const struct cfi_rule *rule,
			 struct unwind_frame *frame, struct unwind_frame *caller)
{
	uint64_t cfa, at;

	if (rule->signal)
		mark_signal(frame, caller);
	if (!compute_cfa(u, rule, &cfa)) {
		if (!scan(u, unwind_frame_address(frame), false, &at))
			return false;
		cfa = at + 8;
		caller->guessed = true;
	}
	frame->cfa = cfa;
	return apply_rule(u, rule, cfa);
}

static bool step_without_rule(struct unwinder *u, struct unwind_frame *frame,
			      struct unwind_frame *caller)
{
	if (apply_signal_frame(u, frame->pc)) {
		mark_signal(frame, caller);
		return true;
	}
	caller->guessed = true;
	return guess(u, unwind_frame_address(frame));
}

/* Go to the caller of @frame, which is completed; false at the end of what can be known. */
static bool step(struct unwinder *u, struct unwind_frame *frame, struct unwind_frame *ret_caller)
{
	uint64_t address = unwind_frame_address(frame);
	const struct module *module = process_map_module(u->map, address);
	const struct cfi_rule *rule =
		module ? cfi_rule_at(module->image, address - module->bias) : NULL;
	bool moved;

	*ret_caller = (struct unwind_frame){.after_call = true};
	moved = rule && rule->found ? step_by_rule(u, rule, frame, ret_caller)
				    : step_without_rule(u, frame, ret_caller);
	ret_caller->pc = u->regs.value[CFI_REG_PC];
	return moved && ret_caller->pc;
}

size_t unwind_frames(pid_t tid, const struct unwind_regs *regs, const struct process_map *map,
		     struct unwind_frame *frames, size_t max)
{
	struct unwinder u;
	size_t count = 0;
	uint64_t sp = 0, before;

	if (max == 0)
		return 0;
	u.tid = tid;
	u.map = map;
	u.regs = *regs;
	u.window_size = 0;
	frames[count++] = (struct unwind_frame){.pc = regs->value[CFI_REG_PC]};
	get_reg(&u.regs, CFI_REG_SP, &sp);
	if (sp)
		fill_window(&u, sp, 0);
	while (count < max && step(&u, &frames[count - 1], &frames[count])) {
		before = sp;
		get_reg(&u.regs, CFI_REG_SP, &sp);
		if (sp == before && frames[count].pc == frames[count - 1].pc)
			break; /* a damaged stack that leads to itself */
		count++;
	}
	return count;
}

static int describe(const struct process_map *map, const struct unwind_frame *frame,
		    struct frame *ret_frame, struct err *err)
{
	int r = process_map_symbolize(map, unwind_frame_address(frame), ret_frame, err);

	if (r != 0 || !frame->signal)
		return r;
	free(ret_frame->function);
	ret_frame->function = mem_strdup(UNWIND_SIGNAL_FRAME);
	return ret_frame->function ? 0 : err_set(err, -ENOMEM, "out of memory");
}

int unwind_stack(pid_t tid, const struct unwind_regs *regs, const struct process_map *map,
		 size_t max, struct stack *ret_stack, struct err *err)
{
	cleanup_free struct unwind_frame *frames = mem_zalloc(max * sizeof(*frames));
	size_t count = frames ? unwind_frames(tid, regs, map, frames, max) : 0;
	struct stack stack = {NULL, 0};

	if (!frames)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		struct frame *frame = mem_append(&stack.frames, &stack.count, sizeof(*frame));
		int r = frame ? describe(map, &frames[i], frame, err)
			      : err_set(err, -ENOMEM, "out of memory");

		if (r != 0) {
			stack_release(&stack);
			return r;
		}
	}
	*ret_stack = stack;
	return 0;
}

int unwind_sleeping(int proc_fd, pid_t tid, const struct process_map *map, size_t max,
		    struct stack *ret_stack, struct err *err)
{
	struct procfs_task task;
	struct unwind_regs regs;
	int r = procfs_task_read(proc_fd, tid, &task);

	if (r != 0)
		return err_errno(err, r, "cannot look at thread %d", tid);
	if (task.running)
		return err_set(err, -EAGAIN, "thread %d is not asleep", tid);
	unwind_regs_from_sp_pc(task.sp, task.ip, &regs);
	return unwind_stack(tid, &regs, map, max, ret_stack, err);
}
