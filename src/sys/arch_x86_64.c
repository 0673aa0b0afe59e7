#include <linux/audit.h>

#include "sys/arch.h"

static uint64_t ip(const struct arch_regs *regs)
{
	return regs->x86_64.rip;
}

static void set_ip(struct arch_regs *regs, uint64_t value)
{
	regs->x86_64.rip = value;
}

static uint64_t sp(const struct arch_regs *regs)
{
	return regs->x86_64.rsp;
}

static int64_t nr(const struct arch_regs *regs)
{
	return (int64_t)regs->x86_64.orig_rax;
}

static void set_nr(struct arch_regs *regs, int64_t value)
{
	regs->x86_64.orig_rax = (uint64_t)value;
}

static const uint64_t *call_arg(const struct arch_regs *regs, unsigned index)
{
	const struct x86_64_regs *r = &regs->x86_64;
	const uint64_t *const args[] = {&r->rdi, &r->rsi, &r->rdx, &r->r10, &r->r8, &r->r9};

	return args[index];
}

static uint64_t arg(const struct arch_regs *regs, unsigned index)
{
	return *call_arg(regs, index);
}

static void set_arg(struct arch_regs *regs, unsigned index, uint64_t value)
{
	struct x86_64_regs *r = &regs->x86_64;
	uint64_t *const args[] = {&r->rdi, &r->rsi, &r->rdx, &r->r10, &r->r8, &r->r9};

	*args[index] = value;
}

static int64_t result(const struct arch_regs *regs)
{
	return (int64_t)regs->x86_64.rax;
}

static void set_result(struct arch_regs *regs, int64_t value)
{
	regs->x86_64.rax = (uint64_t)value;
}

static void skip_call(struct arch_regs *regs, int64_t value)
{
	regs->x86_64.orig_rax = (uint64_t)-1;
	regs->x86_64.rax = (uint64_t)value;
}

/* orig_rax = -1 also keeps the kernel from restarting what was interrupted. */
static void rewind_call(struct arch_regs *regs, int64_t call, uint64_t first_arg)
{
	regs->x86_64.orig_rax = (uint64_t)-1;
	regs->x86_64.rax = (uint64_t)call;
	regs->x86_64.rdi = first_arg;
	regs->x86_64.rip -= 2;
}

/* pop %rax is one byte */
static void rewind_pop(struct arch_regs *regs)
{
	regs->x86_64.rip -= 1;
	regs->x86_64.rsp -= 8;
}

/* syscall(2): rax is the result, rcx and r11 are clobbered by the instruction. */
static void after_call(struct arch_regs *after, const struct arch_regs *before)
{
	struct arch_regs merged = *before;

	merged.x86_64.rax = after->x86_64.rax;
	merged.x86_64.rcx = after->x86_64.rcx;
	merged.x86_64.r11 = after->x86_64.r11;
	merged.x86_64.rip = after->x86_64.rip;
	merged.x86_64.orig_rax = after->x86_64.orig_rax;
	*after = merged;
}

static uint64_t function_arg(const struct arch_regs *regs, unsigned index)
{
	const struct x86_64_regs *r = &regs->x86_64;
	const uint64_t args[] = {r->rdi, r->rsi, r->rdx, r->rcx, r->r8, r->r9};

	return args[index];
}

/* NOLINTNEXTLINE(readability-non-const-parameter): other machines write it */
static uint64_t return_slot(const struct arch_regs *regs, uint64_t *ret_addr)
{
	(void)ret_addr;
	return regs->x86_64.rsp;
}

static void set_fork_loop(struct arch_regs *regs, uint64_t address, const struct fork_loop *loop)
{
	struct x86_64_regs *r = &regs->x86_64;

	r->orig_rax = (uint64_t)-1;
	r->rip = address;
	r->rdi = loop->flags;
	r->rsi = r->rdx = r->r8 = 0;
	r->r10 = loop->child_tid;
	r->rbx = loop->robust_head;
	r->rbp = loop->robust_size;
}

/* System V ABI, AMD64 supplement, figure 3.36. */
static unsigned dwarf_regs(const struct arch_regs *regs, uint64_t *ret_values)
{
	const struct x86_64_regs *r = &regs->x86_64;
	const uint64_t values[] = {r->rax, r->rdx, r->rcx, r->rbx, r->rsi, r->rdi,
				   r->rbp, r->rsp, r->r8,  r->r9,  r->r10, r->r11,
				   r->r12, r->r13, r->r14, r->r15, r->rip};
	unsigned count = sizeof(values) / sizeof(values[0]);

	for (unsigned i = 0; i < count; i++)
		ret_values[i] = values[i];
	return count;
}

/* clang-format off */
#define FORK_LOOP                                                                                  \
	0xb8, 56, 0, 0, 0,   /* again: mov $56, %eax   clone */                                    \
	0x0f, 0x05,          /*        syscall */                                                  \
	0x85, 0xc0,          /*        test %eax, %eax */                                          \
	0x78, 22,            /*        js trap */                                                  \
	0x75, 0xf3,          /*        jne again */                                                \
	0xb8, 0x11, 1, 0, 0, /*        mov $273, %eax  set_robust_list */                          \
	0x48, 0x89, 0xdf,    /*        mov %rbx, %rdi */                                           \
	0x48, 0x89, 0xee,    /*        mov %rbp, %rsi */                                           \
	0x0f, 0x05,          /*        syscall */                                                  \
	0xb8, 112, 0, 0, 0,  /*        mov $112, %eax  setsid */                                   \
	0x0f, 0x05,          /*        syscall */                                                  \
	0xcc                 /* trap:  int3 */
/* clang-format on */

const struct arch arch_x86_64 = {
	.name = "x86-64",
	.id = ARCH_X86_64,
	.audit = AUDIT_ARCH_X86_64,
	.breakpoint = {0xcc}, /* int3 */
	.breakpoint_length = 1,
	.breakpoint_pc_offset = 1,
	.syscall_insn = {0x0f, 0x05},
	.syscall_length = 2,
	.red_zone = 128,
	.fork_loop = {FORK_LOOP},
	.fork_loop_length = sizeof((unsigned char[]){FORK_LOOP}),
	.ip = ip,
	.set_ip = set_ip,
	.sp = sp,
	.nr = nr,
	.set_nr = set_nr,
	.arg = arg,
	.set_arg = set_arg,
	.result = result,
	.set_result = set_result,
	.skip_call = skip_call,
	.rewind_call = rewind_call,
	.rewind_pop = rewind_pop,
	.after_call = after_call,
	.function_arg = function_arg,
	.return_slot = return_slot,
	/* pretcode (8); struct ucontext: flags, link, stack (40), r8 … rax (13th), rip (16th) */
	.sigframe_ip = 8 + 40 + 16 * 8,
	.sigframe_result = 8 + 40 + 13 * 8,
	.set_fork_loop = set_fork_loop,
	.dwarf_regs = dwarf_regs,
};
