#include <linux/audit.h>
#include <string.h>

#include "sys/arch.h"

static uint64_t ip(const struct arch_regs *regs)
{
	return regs->aarch64.pc;
}

static void set_ip(struct arch_regs *regs, uint64_t value)
{
	regs->aarch64.pc = value;
}

static uint64_t sp(const struct arch_regs *regs)
{
	return regs->aarch64.sp;
}

static int64_t nr(const struct arch_regs *regs)
{
	return regs->aarch64.syscall;
}

static void set_nr(struct arch_regs *regs, int64_t value)
{
	regs->aarch64.syscall = value;
}

static uint64_t arg(const struct arch_regs *regs, unsigned index)
{
	return regs->aarch64.x[index];
}

static void set_arg(struct arch_regs *regs, unsigned index, uint64_t value)
{
	regs->aarch64.x[index] = value;
}

static int64_t result(const struct arch_regs *regs)
{
	return (int64_t)regs->aarch64.x[0];
}

static void set_result(struct arch_regs *regs, int64_t value)
{
	regs->aarch64.x[0] = (uint64_t)value;
}

static void skip_call(struct arch_regs *regs, int64_t value)
{
	regs->aarch64.syscall = -1;
	regs->aarch64.x[0] = (uint64_t)value;
}

/* x0 is argument and result in one, so the first argument has to be put back. */
static void rewind_call(struct arch_regs *regs, int64_t call, uint64_t first_arg)
{
	regs->aarch64.syscall = -1;
	regs->aarch64.x[8] = (uint64_t)call;
	regs->aarch64.x[0] = first_arg;
	regs->aarch64.pc -= 4;
}

/* valgrind there has no such instruction: faults under it are for x86-64. */
static void rewind_pop(struct arch_regs *regs)
{
	(void)regs;
}

/* The call changes x0 only. */
static void after_call(struct arch_regs *after, const struct arch_regs *before)
{
	struct arch_regs merged = *before;

	merged.aarch64.x[0] = after->aarch64.x[0];
	merged.aarch64.pc = after->aarch64.pc;
	merged.aarch64.syscall = after->aarch64.syscall;
	*after = merged;
}

static uint64_t return_slot(const struct arch_regs *regs, uint64_t *ret_addr)
{
	*ret_addr = regs->aarch64.x[30];
	return 0;
}

static void set_fork_loop(struct arch_regs *regs, uint64_t address, const struct fork_loop *loop)
{
	uint64_t *x = regs->aarch64.x;

	regs->aarch64.syscall = -1;
	regs->aarch64.pc = address;
	x[1] = x[2] = x[3] = 0;
	x[4] = loop->child_tid;
	x[19] = loop->flags;
	x[20] = loop->robust_head;
	x[21] = loop->robust_size;
}

/* DWARF for the Arm 64-bit Architecture: x0-x30, sp; the pc goes last. */
static unsigned dwarf_regs(const struct arch_regs *regs, uint64_t *ret_values)
{
	memcpy(ret_values, regs->aarch64.x, sizeof(regs->aarch64.x));
	ret_values[31] = regs->aarch64.sp;
	ret_values[32] = regs->aarch64.pc;
	return 33;
}

/* clang-format off */
#define FORK_LOOP                                                                                  \
	0x88, 0x1b, 0x80, 0xd2, /* again: mov x8, #220  clone */                                   \
	0xe0, 0x03, 0x13, 0xaa, /*        mov x0, x19 */                                           \
	0x01, 0x00, 0x00, 0xd4, /*        svc #0 */                                                \
	0x00, 0x01, 0xf8, 0xb7, /*        tbnz x0, #63, trap */                                    \
	0x80, 0xff, 0xff, 0xb5, /*        cbnz x0, again */                                        \
	0x68, 0x0c, 0x80, 0xd2, /*        mov x8, #99   set_robust_list */                         \
	0xe0, 0x03, 0x14, 0xaa, /*        mov x0, x20 */                                           \
	0xe1, 0x03, 0x15, 0xaa, /*        mov x1, x21 */                                           \
	0x01, 0x00, 0x00, 0xd4, /*        svc #0 */                                                \
	0xa8, 0x13, 0x80, 0xd2, /*        mov x8, #157  setsid */                                  \
	0x01, 0x00, 0x00, 0xd4, /*        svc #0 */                                                \
	0x00, 0x00, 0x20, 0xd4  /* trap:  brk #0 */
/* clang-format on */

const struct arch arch_aarch64 = {
	.name = "aarch64",
	.id = ARCH_AARCH64,
	.audit = AUDIT_ARCH_AARCH64,
	.breakpoint = {0x00, 0x00, 0x20, 0xd4}, /* brk #0 */
	.breakpoint_length = 4,
	.breakpoint_pc_offset = 0,
	.syscall_insn = {0x01, 0x00, 0x00, 0xd4}, /* svc #0 */
	.syscall_length = 4,
	.red_zone = 0,
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
	.function_arg = arg,
	.return_slot = return_slot,
	/* siginfo (128), struct ucontext up to uc_mcontext (176), fault address, x0 … sp, pc */
	.sigframe_ip = 128 + 176 + 8 + 32 * 8,
	.sigframe_result = 128 + 176 + 8,
	.set_fork_loop = set_fork_loop,
	.dwarf_regs = dwarf_regs,
};
