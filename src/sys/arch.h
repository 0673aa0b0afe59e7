/*
 * arch.h - all that depends on the processor, behind one struct of functions.
 *
 * The functions on struct arch_regs are pure, so both architectures are
 * compiled and tested everywhere; only arch_get_regs() and arch_set_regs()
 * talk to the kernel, and only for the machine that we run on.
 */
#ifndef SYS_ARCH_H
#define SYS_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sys/syscalls.h"

/* What the kernel puts into the result register of a call that a signal interrupted. */
#define RAW_ERESTARTSYS		  512
#define RAW_ERESTARTNOINTR	  513
#define RAW_ERESTARTNOHAND	  514
#define RAW_ERESTART_RESTARTBLOCK 516

/* The kernel's struct user_regs_struct of x86-64 (<sys/user.h>), by name of the manual. */
struct x86_64_regs {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	uint64_t orig_rax, rip, cs, eflags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
};

/* The kernel's struct user_pt_regs of aarch64, and NT_ARM_SYSTEM_CALL, a register set apart. */
struct aarch64_regs {
	uint64_t x[31], sp, pc, pstate;
	int64_t syscall;
};

struct arch_regs {
	union {
		struct x86_64_regs x86_64;
		struct aarch64_regs aarch64;
	};
};

#define BREAKPOINT_MAX 4
#define FORK_LOOP_MAX  48
#define DWARF_REGS_MAX 33

/* What a thread that forks again and again passes to clone(2) and set_robust_list(2). */
struct fork_loop {
	uint64_t flags, child_tid;
	uint64_t robust_head, robust_size;
};

struct arch {
	const char *name;
	enum arch_id id;
	uint32_t audit; /* AUDIT_ARCH_… of <linux/audit.h> */
	unsigned char breakpoint[BREAKPOINT_MAX];
	unsigned breakpoint_length;
	unsigned breakpoint_pc_offset; /* pc of the trap minus address of the breakpoint */
	unsigned char syscall_insn[BREAKPOINT_MAX];
	unsigned syscall_length;
	unsigned red_zone; /* bytes below the stack pointer that belong to the program */
	/*
	 * Code that calls clone(2), in the parent once more each time that it goes
	 * on.  The child calls set_robust_list(2) and setsid(2) and comes to a
	 * breakpoint at the end, as the parent does when clone(2) fails.
	 */
	unsigned char fork_loop[FORK_LOOP_MAX];
	unsigned fork_loop_length;

	uint64_t (*ip)(const struct arch_regs *regs);
	void (*set_ip)(struct arch_regs *regs, uint64_t ip);
	uint64_t (*sp)(const struct arch_regs *regs);
	/* The call that the thread is in; negative = in none, or told to skip it. */
	int64_t (*nr)(const struct arch_regs *regs);
	void (*set_nr)(struct arch_regs *regs, int64_t nr);
	uint64_t (*arg)(const struct arch_regs *regs, unsigned index);
	void (*set_arg)(struct arch_regs *regs, unsigned index, uint64_t value);
	int64_t (*result)(const struct arch_regs *regs);
	void (*set_result)(struct arch_regs *regs, int64_t result);
	/* At the entry stop: do not make the call, return @result. */
	void (*skip_call)(struct arch_regs *regs, int64_t result);
	/*
	 * In any stop at or after the entry of a call whose instruction ends at ip:
	 * execute the instruction again, as call @nr with the arguments that the
	 * registers hold now.  The call in progress is skipped when the stop is its
	 * entry, and no kernel restart happens.
	 */
	void (*rewind_call)(struct arch_regs *regs, int64_t nr, uint64_t first_arg);
	/*
	 * One instruction further back, a pop: valgrind takes a signal there for one
	 * that came before the call, and at the call itself for an interruption
	 * (coregrind/m_syswrap/syswrap-main.c, VG_(fixup_guest_state_…)).
	 */
	void (*rewind_pop)(struct arch_regs *regs);
	/*
	 * Registers after a call: those of @before with what the kernel's ABI lets a
	 * call change taken from @after.  The program may rely on all others, also
	 * on argument registers.
	 */
	void (*after_call)(struct arch_regs *after, const struct arch_regs *before);
	/* At the first instruction of a function: its arguments and where it returns to. */
	uint64_t (*function_arg)(const struct arch_regs *regs, unsigned index);
	/* Address of the return address on the stack, or 0 with it in *@ret_addr (aarch64: x30). */
	uint64_t (*return_slot)(const struct arch_regs *regs, uint64_t *ret_addr);
	/*
	 * At the first instruction of a signal handler: where the frame keeps the
	 * interrupted ip and result register, relative to the stack pointer
	 * (struct rt_sigframe, arch/.../kernel/signal.c).
	 */
	unsigned sigframe_ip, sigframe_result;
	/* What fork_loop, which is at @ip, finds in the registers. */
	void (*set_fork_loop)(struct arch_regs *regs, uint64_t ip, const struct fork_loop *loop);
	/* Registers in DWARF numbering for unwinding; returns how many. */
	unsigned (*dwarf_regs)(const struct arch_regs *regs, uint64_t *ret_values);
};

extern const struct arch arch_x86_64, arch_aarch64;

/* The one that we run on. */
extern const struct arch *const arch_native;

/* Of a thread in a ptrace stop; 0 or a negative errno. */
int arch_get_regs(pid_t tid, struct arch_regs *ret_regs);
int arch_set_regs(pid_t tid, const struct arch_regs *regs);
/* As the machine that we run on has them. */
bool arch_regs_equal(const struct arch_regs *a, const struct arch_regs *b);

/* The result is one of the RAW_ codes (as a negative number) that a signal leaves. */
bool arch_is_restart_code(int64_t result);

#endif
