#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "engine/tracer_ops.h"

static pid_t native_wait(pid_t tid, int flags, int *ret_status)
{
	pid_t got = waitpid(tid, ret_status, __WALL | flags);

	return got < 0 ? -errno : got;
}

static int native_request(int request, pid_t tid, uintptr_t addr, uintptr_t data)
{
	return ptrace((enum __ptrace_request)request, tid, addr, data) < 0 ? -errno : 0;
}

static ssize_t native_read(pid_t tid, uint64_t addr, void *data, size_t size)
{
	const struct iovec local = {data, size}, remote = {(void *)(uintptr_t)addr, size};
	ssize_t n = process_vm_readv(tid, &local, 1, &remote, 1, 0);

	return n < 0 ? -errno : n;
}

static ssize_t native_write(pid_t tid, uint64_t addr, const void *data, size_t size)
{
	const struct iovec local = {(void *)(uintptr_t)data, size};
	const struct iovec remote = {(void *)(uintptr_t)addr, size};
	ssize_t n = process_vm_writev(tid, &local, 1, &remote, 1, 0);

	return n < 0 ? -errno : n;
}

static int native_kill(pid_t pid, int signal)
{
	return kill(pid, signal) ? -errno : 0;
}

const struct tracer_ops tracer_native = {
	.wait = native_wait,
	.request = native_request,
	.get_regs = arch_get_regs,
	.set_regs = arch_set_regs,
	.read = native_read,
	.write = native_write,
	.kill = native_kill,
};

const struct tracer_ops *tracer = &tracer_native;
