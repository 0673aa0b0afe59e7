/*
 * unwind.h - the call stack of a thread that stands still.
 *
 * By .eh_frame or .debug_frame where there is one.  Where there is none (musl's
 * libc, stripped Go, assembler), and where the registers that the rules need
 * are not known, by frame pointers and by looking on the stack for the return
 * address of a call that leads to the function in question; such frames are
 * marked as guessed.
 */
#ifndef ELF_UNWIND_H
#define ELF_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct process_map;
struct stack;
struct user_regs_struct;

/* Registers by DWARF number (x86-64: 0-15 and 16 = rip; aarch64: 0-31 and 32 = pc). */
#define UNWIND_REG_MAX 33

struct unwind_regs {
	uint64_t value[UNWIND_REG_MAX];
	uint64_t known; /* bit n: value[n] is valid */
};

/* From PTRACE_GETREGS, or NT_PRSTATUS. */
void unwind_regs_from_user(const struct user_regs_struct *user, struct unwind_regs *ret_regs);
/* From the two that /proc/TID/syscall shows. */
void unwind_regs_from_sp_pc(uint64_t sp, uint64_t pc, struct unwind_regs *ret_regs);

struct unwind_frame {
	uint64_t pc;
	uint64_t cfa;	 /* the stack pointer before the call of this function; 0 = unknown */
	bool after_call; /* pc is a return address: the call itself is before it */
	bool signal;	 /* the kernel's: a handler was called here */
	bool guessed;	 /* this frame was found without unwind information */
};

/* An address in the instruction that the frame is at, for symbols and sites. */
static inline uint64_t unwind_frame_address(const struct unwind_frame *frame)
{
	return frame->pc - frame->after_call;
}

/*
 * Up to @max frames of thread @tid, innermost first; how many, at least 1.
 * Reads its memory but never stops it: the caller sees to it that it stands
 * still (ptrace-stopped, or asleep in a call before and after).  Never fails;
 * the stack ends where nothing more can be known.
 */
size_t unwind_frames(pid_t tid, const struct unwind_regs *regs, const struct process_map *map,
		     struct unwind_frame *frames, size_t max);

/*
 * unwind_frames() and what they mean; the kernel's frame around a handler is
 * called UNWIND_SIGNAL_FRAME.  Fails with -ENOMEM only.
 */
#define UNWIND_SIGNAL_FRAME "<signal handler called>"
int unwind_stack(pid_t tid, const struct unwind_regs *regs, const struct process_map *map,
		 size_t max, struct stack *ret_stack, struct err *err);

/*
 * The stack of a thread that sleeps in a system call, without stopping it,
 * from the stack pointer and pc that /proc/TID/syscall shows: fewer frames may
 * be known than after a stop.  Fails with -EAGAIN when it runs, -ESRCH, -EACCES,
 * -ENOMEM.
 */
int unwind_sleeping(int proc_fd, pid_t tid, const struct process_map *map, size_t max,
		    struct stack *ret_stack, struct err *err);

#endif
