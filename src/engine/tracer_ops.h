/*
 * tracer_ops.h - what the engine asks of the kernel: one struct of functions,
 * so that tests can play the kernel.
 *
 * A process has one tracer.  Except for wait() all are about a thread that is
 * stopped; -ESRCH = it has died meanwhile.
 */
#ifndef ENGINE_TRACER_OPS_H
#define ENGINE_TRACER_OPS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sys/arch.h"

struct tracer_ops {
	/*
	 * waitpid(@tid, …, __WALL | @flags): the thread that has something to
	 * report, 0 with WNOHANG when nobody has, or a negative errno.
	 */
	pid_t (*wait)(pid_t tid, int flags, int *ret_status);
	/* ptrace(2) with a request that returns no data; 0 or a negative errno. */
	int (*request)(int request, pid_t tid, uintptr_t addr, uintptr_t data);
	int (*get_regs)(pid_t tid, struct arch_regs *ret_regs);
	int (*set_regs)(pid_t tid, const struct arch_regs *regs);
	/* process_vm_readv(2), process_vm_writev(2): bytes moved, or a negative errno. */
	ssize_t (*read)(pid_t tid, uint64_t addr, void *data, size_t size);
	ssize_t (*write)(pid_t tid, uint64_t addr, const void *data, size_t size);
	int (*kill)(pid_t pid, int signal);
};

extern const struct tracer_ops tracer_native;

/* The one in use: tracer_native, but for tests. */
extern const struct tracer_ops *tracer;

#endif
