#include "sys/arch.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

bool arch_is_restart_code(int64_t result)
{
	return result == -RAW_ERESTARTSYS || result == -RAW_ERESTARTNOINTR ||
	       result == -RAW_ERESTARTNOHAND || result == -RAW_ERESTART_RESTARTBLOCK;
}

#if defined(__x86_64__)
const struct arch *const arch_native = &arch_x86_64;

int arch_get_regs(pid_t tid, struct arch_regs *ret_regs)
{
	return ptrace(PTRACE_GETREGS, tid, 0, &ret_regs->x86_64) ? -errno : 0;
}

int arch_set_regs(pid_t tid, const struct arch_regs *regs)
{
	return ptrace(PTRACE_SETREGS, tid, 0, &regs->x86_64) ? -errno : 0;
}

bool arch_regs_equal(const struct arch_regs *a, const struct arch_regs *b)
{
	return memcmp(&a->x86_64, &b->x86_64, sizeof(a->x86_64)) == 0;
}

#elif defined(__aarch64__)
const struct arch *const arch_native = &arch_aarch64;

#define GENERAL_SIZE (34 * 8)

static int set_of(pid_t tid, int request, int set, void *data, size_t size)
{
	struct iovec iov = {data, size};

	return ptrace(request, tid, set, &iov) ? -errno : 0;
}

int arch_get_regs(pid_t tid, struct arch_regs *ret_regs)
{
	struct arch_regs regs;
	int call, rc;

	rc = set_of(tid, PTRACE_GETREGSET, NT_PRSTATUS, &regs.aarch64, GENERAL_SIZE);
	if (!rc)
		rc = set_of(tid, PTRACE_GETREGSET, NT_ARM_SYSTEM_CALL, &call, sizeof(call));
	if (rc)
		return rc;
	regs.aarch64.syscall = call;
	*ret_regs = regs;
	return 0;
}

int arch_set_regs(pid_t tid, const struct arch_regs *regs)
{
	struct arch_regs copy = *regs;
	int call = (int)regs->aarch64.syscall;
	int rc = set_of(tid, PTRACE_SETREGSET, NT_PRSTATUS, &copy.aarch64, GENERAL_SIZE);

	return rc ? rc : set_of(tid, PTRACE_SETREGSET, NT_ARM_SYSTEM_CALL, &call, sizeof(call));
}

bool arch_regs_equal(const struct arch_regs *a, const struct arch_regs *b)
{
	return memcmp(&a->aarch64, &b->aarch64, sizeof(a->aarch64)) == 0;
}
#else
#error "no such architecture yet: write its struct arch"
#endif
