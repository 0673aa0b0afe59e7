#include "sys/arch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct arch *const all[] = {&arch_x86_64, &arch_aarch64};
#define FOR_EACH_ARCH(arch_)                                                                       \
	for (size_t i_ = 0; i_ < 2; i_++)                                                          \
		for (const struct arch *arch_ = all[i_]; arch_; arch_ = NULL)

/* Every register another value, so that a wrong one is seen. */
static struct arch_regs numbered(void)
{
	struct arch_regs regs;
	uint64_t *words = (uint64_t *)(void *)&regs;

	for (size_t i = 0; i < sizeof(regs) / sizeof(*words); i++)
		words[i] = 0x1000 + 0x10 * i;
	return regs;
}

#if defined(__x86_64__)
Test(sys_arch, registers_lie_as_the_kernel_writes_them)
{
	cr_expect(eq(sz, sizeof(struct x86_64_regs), sizeof(struct user_regs_struct)));
#define SAME(reg_)                                                                                 \
	cr_expect(eq(sz, offsetof(struct x86_64_regs, reg_),                                       \
		     offsetof(struct user_regs_struct, reg_)))
	SAME(r15);
	SAME(r10);
	SAME(rax);
	SAME(rdi);
	SAME(orig_rax);
	SAME(rip);
	SAME(eflags);
	SAME(rsp);
	SAME(fs_base);
	SAME(gs);
#undef SAME
}

Test(sys_arch, a_signal_frame_keeps_ip_and_result_where_the_ucontext_says)
{
	/* pretcode lies below the ucontext, see struct rt_sigframe. */
	cr_expect(eq(uint, arch_x86_64.sigframe_ip,
		     8 + offsetof(ucontext_t, uc_mcontext.gregs[REG_RIP])));
	cr_expect(eq(uint, arch_x86_64.sigframe_result,
		     8 + offsetof(ucontext_t, uc_mcontext.gregs[REG_RAX])));
}
#endif

Test(sys_arch, aarch64_registers_lie_as_struct_user_pt_regs)
{
	cr_expect(eq(sz, offsetof(struct aarch64_regs, sp), 31 * 8));
	cr_expect(eq(sz, offsetof(struct aarch64_regs, pc), 32 * 8));
	cr_expect(eq(sz, offsetof(struct aarch64_regs, pstate), 33 * 8));
	cr_expect(eq(sz, offsetof(struct aarch64_regs, syscall), 34 * 8));
}

Test(sys_arch, what_is_set_is_read_back_and_nothing_else_changes)
{
	FOR_EACH_ARCH(arch)
	{
		struct arch_regs regs = numbered();

		for (unsigned i = 0; i < SYSCALL_ARGS; i++)
			arch->set_arg(&regs, i, 70 + i);
		for (unsigned i = 0; i < SYSCALL_ARGS; i++)
			cr_expect(eq(u64, arch->arg(&regs, i), 70 + i), "%s %u", arch->name, i);
		arch->set_ip(&regs, 0xabc);
		arch->set_nr(&regs, -1);
		cr_expect(eq(u64, arch->ip(&regs), 0xabc), "%s", arch->name);
		cr_expect(eq(i64, arch->nr(&regs), -1), "%s", arch->name);
		arch->set_nr(&regs, 5);
		arch->set_result(&regs, -EINTR);
		cr_expect(eq(i64, arch->nr(&regs), 5), "%s", arch->name);
		cr_expect(eq(i64, arch->result(&regs), -EINTR), "%s", arch->name);
	}
}

Test(sys_arch, x86_64_arguments_are_those_of_the_call_abi)
{
	struct arch_regs regs = numbered();
	const struct x86_64_regs *r = &regs.x86_64;

	cr_expect(eq(u64, arch_x86_64.arg(&regs, 0), r->rdi));
	cr_expect(eq(u64, arch_x86_64.arg(&regs, 3), r->r10));
	cr_expect(eq(u64, arch_x86_64.arg(&regs, 5), r->r9));
	cr_expect(eq(u64, arch_x86_64.function_arg(&regs, 3), r->rcx));
}

Test(sys_arch, a_skipped_call_has_no_number_and_the_result)
{
	FOR_EACH_ARCH(arch)
	{
		struct arch_regs regs = numbered();
		uint64_t ip = arch->ip(&regs);

		arch->skip_call(&regs, -EPIPE);
		cr_expect(eq(i64, arch->nr(&regs), -1), "%s", arch->name);
		cr_expect(eq(i64, arch->result(&regs), -EPIPE), "%s", arch->name);
		cr_expect(eq(u64, arch->ip(&regs), ip), "%s", arch->name);
	}
}

Test(sys_arch, a_rewound_call_starts_again_with_its_arguments)
{
	FOR_EACH_ARCH(arch)
	{
		struct arch_regs before = numbered(), regs = before;

		arch->set_result(&regs, -RAW_ERESTARTSYS);
		arch->rewind_call(&regs, 77, arch->arg(&before, 0));
		cr_expect(eq(i64, arch->nr(&regs), -1), "%s: the kernel must not restart too",
			  arch->name);
		cr_expect(eq(u64, arch->ip(&regs), arch->ip(&before) - arch->syscall_length), "%s",
			  arch->name);
		for (unsigned i = 0; i < SYSCALL_ARGS; i++)
			cr_expect(eq(u64, arch->arg(&regs, i), arch->arg(&before, i)), "%s %u",
				  arch->name, i);
		cr_expect(eq(u64, arch->sp(&regs), arch->sp(&before)), "%s", arch->name);
	}
}

Test(sys_arch, the_number_of_a_rewound_call_is_where_the_instruction_reads_it)
{
	struct arch_regs regs = numbered();

	arch_x86_64.rewind_call(&regs, 77, 1);
	cr_expect(eq(u64, regs.x86_64.rax, 77));
	cr_expect(eq(u64, regs.x86_64.rdi, 1));
	regs = numbered();
	arch_aarch64.rewind_call(&regs, 77, 1);
	cr_expect(eq(u64, regs.aarch64.x[8], 77));
	cr_expect(eq(u64, regs.aarch64.x[0], 1));
}

Test(sys_arch, after_a_call_only_what_the_abi_allows_has_changed)
{
	struct arch_regs before = numbered(), after, expected = before;

	memset(&after, 0xee, sizeof(after));
	expected.x86_64.rax = expected.x86_64.rcx = expected.x86_64.r11 = UINT64_MAX / 255 * 0xee;
	expected.x86_64.rip = expected.x86_64.orig_rax = UINT64_MAX / 255 * 0xee;
	arch_x86_64.after_call(&after, &before);
	cr_expect(eq(int, memcmp(&after.x86_64, &expected.x86_64, sizeof(after.x86_64)), 0));

	expected = before;
	memset(&after, 0xee, sizeof(after));
	expected.aarch64.x[0] = expected.aarch64.pc = UINT64_MAX / 255 * 0xee;
	expected.aarch64.syscall = (int64_t)(UINT64_MAX / 255 * 0xee);
	arch_aarch64.after_call(&after, &before);
	cr_expect(eq(int, memcmp(&after.aarch64, &expected.aarch64, sizeof(after.aarch64)), 0));
}

Test(sys_arch, functions_return_to_the_stack_or_to_x30)
{
	struct arch_regs regs = numbered();
	uint64_t address = 0;

	cr_expect(eq(u64, arch_x86_64.return_slot(&regs, &address), regs.x86_64.rsp));
	cr_expect(eq(u64, arch_aarch64.return_slot(&regs, &address), 0));
	cr_expect(eq(u64, address, regs.aarch64.x[30]));
}

Test(sys_arch, dwarf_numbers_end_with_the_ip)
{
	uint64_t values[DWARF_REGS_MAX];
	struct arch_regs regs = numbered();

	cr_expect(eq(uint, arch_x86_64.dwarf_regs(&regs, values), 17));
	cr_expect(eq(u64, values[7], regs.x86_64.rsp));
	cr_expect(eq(u64, values[16], regs.x86_64.rip));
	cr_expect(eq(uint, arch_aarch64.dwarf_regs(&regs, values), 33));
	cr_expect(eq(u64, values[30], regs.aarch64.x[30]));
	cr_expect(eq(u64, values[32], regs.aarch64.pc));
}

Test(sys_arch, restart_codes_are_the_four_of_the_kernel)
{
	static const int codes[] = {512, 513, 514, 516};

	for (size_t i = 0; i < 4; i++)
		cr_expect(arch_is_restart_code(-codes[i]), "%d", codes[i]);
	cr_expect(not(arch_is_restart_code(-515)));
	cr_expect(not(arch_is_restart_code(-EINTR)));
	cr_expect(not(arch_is_restart_code(512)));
}

Test(sys_arch, registers_are_equal_as_the_machine_has_them)
{
	struct arch_regs a = {0}, b = {0};

	arch_native->set_ip(&a, 7);
	cr_expect(not(arch_regs_equal(&a, &b)));
	arch_native->set_ip(&b, 7);
	cr_expect(arch_regs_equal(&a, &b));
}

/* A child that stops itself, is told to skip a call, and reports what it got. */
static void traced_child(void)
{
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	_exit(syscall(SYS_getpgid, 12345) == -1 && errno == EXDEV ? 42 : 1);
}

Test(sys_arch, the_kernel_obeys_registers_that_skip_a_call)
{
	pid_t pid = fork();
	struct arch_regs regs;
	int status;

	if (pid == 0)
		traced_child();
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, 0, 0);
		waitpid(pid, &status, 0);
		cr_assert(eq(int, !!WIFSTOPPED(status), 1));
		cr_assert(eq(int, arch_get_regs(pid, &regs), 0));
		if (arch_native->nr(&regs) == SYS_getpgid && arch_native->arg(&regs, 0) == 12345)
			break;
	}
	arch_native->skip_call(&regs, -EXDEV);
	cr_assert(eq(int, arch_set_regs(pid, &regs), 0));
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	cr_expect(eq(int, !!WIFEXITED(status), 1));
	cr_expect(eq(int, WEXITSTATUS(status), 42));
	cr_expect(eq(int, arch_get_regs(pid, &regs), -ESRCH));
}
