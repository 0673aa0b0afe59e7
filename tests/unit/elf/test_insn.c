#include "elf/insn.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "elf/image_private.h"
#include "look.h"

/* m movable, p pc operand, l links, a absolute */
struct row {
	const char *what;
	enum arch_id arch;
	unsigned char code[16];
	unsigned length;
	const char *flags;
};

static const struct row rows[] = {
	{"push %rbp", ARCH_X86_64, {0x55}, 1, "m"},
	{"push %r12", ARCH_X86_64, {0x41, 0x54}, 2, "m"},
	{"endbr64", ARCH_X86_64, {0xf3, 0x0f, 0x1e, 0xfa}, 4, "m"},
	{"sub $8,%rsp", ARCH_X86_64, {0x48, 0x83, 0xec, 0x08}, 4, "m"},
	{"xor %eax,%eax", ARCH_X86_64, {0x31, 0xc0}, 2, "m"},
	{"mov %fs:0,%rax", ARCH_X86_64, {0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0}, 9, "m"},
	{"mov 1(%rip),%rax", ARCH_X86_64, {0x48, 0x8b, 0x05, 1, 0, 0, 0}, 7, "mp"},
	{"cmpl $5,1(%rip)", ARCH_X86_64, {0x83, 0x3d, 1, 0, 0, 0, 5}, 7, "mp"},
	{"lea 1(%rip),%rdi", ARCH_X86_64, {0x48, 0x8d, 0x3d, 1, 0, 0, 0}, 7, "mp"},
	{"jmp .+2", ARCH_X86_64, {0xeb, 0}, 2, "m"},
	{"jmp .+5", ARCH_X86_64, {0xe9, 0, 0, 0, 0}, 5, "m"},
	{"je", ARCH_X86_64, {0x74, 0x10}, 2, "m"},
	{"jrcxz", ARCH_X86_64, {0xe3, 0x10}, 2, "m"},
	{"call", ARCH_X86_64, {0xe8, 0, 0, 0, 0}, 5, "ml"},
	{"call *%rax", ARCH_X86_64, {0xff, 0xd0}, 2, "mla"},
	{"call *1(%rip)", ARCH_X86_64, {0xff, 0x15, 1, 0, 0, 0}, 6, "mpla"},
	{"jmp *%rax", ARCH_X86_64, {0xff, 0xe0}, 2, "ma"},
	{"jmp *1(%rip)", ARCH_X86_64, {0xff, 0x25, 1, 0, 0, 0}, 6, "mpa"},
	{"bnd jmp *1(%rip)", ARCH_X86_64, {0xf2, 0xff, 0x25, 1, 0, 0, 0}, 7, ""},
	{"ret", ARCH_X86_64, {0xc3}, 1, "ma"},
	{"ret $8", ARCH_X86_64, {0xc2, 8, 0}, 3, "ma"},
	{"syscall", ARCH_X86_64, {0x0f, 0x05}, 2, ""},
	{"int3", ARCH_X86_64, {0xcc}, 1, ""},
	{"int $0x80", ARCH_X86_64, {0xcd, 0x80}, 2, ""},
	{"hlt", ARCH_X86_64, {0xf4}, 1, ""},
	{"ud2", ARCH_X86_64, {0x0f, 0x0b}, 2, ""},
	{"pushf", ARCH_X86_64, {0x9c}, 1, ""},
	{"popf", ARCH_X86_64, {0x9d}, 1, ""},
	{"mov %eax,%ss", ARCH_X86_64, {0x8e, 0xd0}, 2, ""},
	{"rep stos", ARCH_X86_64, {0xf3, 0x48, 0xab}, 3, ""},
	{"mov (%eip)", ARCH_X86_64, {0x67, 0x8b, 0x05, 1, 0, 0, 0}, 7, ""},
	{"stp x29, x30, [sp, -16]!", ARCH_AARCH64, {0xfd, 0x7b, 0xbf, 0xa9}, 4, "m"},
	{"bti c", ARCH_AARCH64, {0x5f, 0x24, 0x03, 0xd5}, 4, "m"},
	{"paciasp", ARCH_AARCH64, {0x3f, 0x23, 0x03, 0xd5}, 4, "m"},
	{"mov x8, 63", ARCH_AARCH64, {0xe8, 0x07, 0x80, 0xd2}, 4, "m"},
	{"adrp x0", ARCH_AARCH64, {0x00, 0x00, 0x00, 0x90}, 4, ""},
	{"adr x0", ARCH_AARCH64, {0x00, 0x00, 0x00, 0x10}, 4, ""},
	{"ldr x0, literal", ARCH_AARCH64, {0x40, 0x00, 0x00, 0x58}, 4, ""},
	{"b", ARCH_AARCH64, {0x02, 0x00, 0x00, 0x14}, 4, "m"},
	{"b.eq", ARCH_AARCH64, {0x40, 0x00, 0x00, 0x54}, 4, "m"},
	{"cbz x0", ARCH_AARCH64, {0x40, 0x00, 0x00, 0xb4}, 4, "m"},
	{"tbz x0, 0", ARCH_AARCH64, {0x40, 0x00, 0x00, 0x36}, 4, "m"},
	{"bl", ARCH_AARCH64, {0x02, 0x00, 0x00, 0x94}, 4, "ml"},
	{"blr x1", ARCH_AARCH64, {0x20, 0x00, 0x3f, 0xd6}, 4, "mla"},
	{"br x1", ARCH_AARCH64, {0x20, 0x00, 0x1f, 0xd6}, 4, "ma"},
	{"ret", ARCH_AARCH64, {0xc0, 0x03, 0x5f, 0xd6}, 4, "ma"},
	{"svc 0", ARCH_AARCH64, {0x01, 0x00, 0x00, 0xd4}, 4, ""},
	{"brk 0", ARCH_AARCH64, {0x00, 0x00, 0x20, 0xd4}, 4, ""},
	{"ldxr x0, [x1]", ARCH_AARCH64, {0x20, 0x7c, 0x5f, 0xc8}, 4, ""},
	{"ldr x0, [x1]", ARCH_AARCH64, {0x20, 0x00, 0x40, 0xf9}, 4, "m"},
};

static void flags_of(const struct insn *insn, char text[5])
{
	snprintf(text, 5, "%s%s%s%s", insn->movable ? "m" : "",
		 insn->movable && insn->pc_operand ? "p" : "",
		 insn->movable && insn->links ? "l" : "",
		 insn->movable && insn->absolute ? "a" : "");
}

Test(elf_insn, knows_what_can_be_moved)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct insn_decoder *decoder = insn_decoder_new(rows[i].arch);
		struct insn insn;
		char flags[5];

		cr_assert(ne(ptr, decoder, NULL));
		cr_expect(
			eq(int,
			   insn_decode(decoder, rows[i].code, sizeof(rows[i].code), 0x1000, &insn),
			   0),
			"%s", rows[i].what);
		flags_of(&insn, flags);
		cr_expect(eq(uint, insn.length, rows[i].length), "%s", rows[i].what);
		cr_expect(eq(str, flags, (char *)rows[i].flags), "%s", rows[i].what);
		insn_decoder_free(decoder);
	}
}

Test(elf_insn, garbage_and_cut_instructions_are_refused)
{
	struct insn_decoder *decoder = insn_decoder_new(ARCH_X86_64);
	struct insn insn;

	cr_expect(eq(int, insn_decode(decoder, "\x06", 1, 0, &insn), -EINVAL));
	cr_expect(eq(int, insn_decode(decoder, "\x48\x8b", 2, 0, &insn), -EINVAL));
	cr_expect(eq(int, insn_decode(decoder, "", 0, 0, &insn), -EINVAL));
	insn_decoder_free(decoder);
}

Test(elf_insn, copies_reach_the_same_memory_or_are_refused)
{
	static const unsigned char code[] = {0x83, 0x3d, 0x10, 0, 0, 0, 5}; /* cmpl $5,0x10(%rip) */
	struct insn_decoder *decoder = insn_decoder_new(ARCH_X86_64);
	unsigned char bytes[INSN_MAX];
	struct insn insn;
	int32_t displacement;

	cr_assert(eq(int, insn_decode(decoder, code, sizeof(code), 0x400000, &insn), 0));
	cr_assert(eq(int, insn_copy(&insn, code, 0x400000, 0x500000, bytes), 0));
	memcpy(&displacement, bytes + 2, 4);
	cr_expect(eq(i32, displacement, 0x10 - 0x100000));
	cr_expect(eq(int, bytes[6], 5));
	cr_expect(eq(int, insn_copy(&insn, code, 0x400000, 0x7f0000000000, bytes), -ERANGE));
	cr_expect(eq(int, insn_copy(&insn, code, 0x7f0000000000, 0x400000, bytes), -ERANGE));
	cr_expect(eq(int, insn_copy(&insn, code, 0, UINT64_MAX, bytes), 0), "1 byte away");
	insn.movable = false;
	cr_expect(eq(int, insn_copy(&insn, code, 0x400000, 0x500000, bytes), -EINVAL));
	insn_decoder_free(decoder);
}

#if defined(__x86_64__)
/*
 * The proof: each instruction at the beginning of real functions is executed
 * where it stands and as a copy, from the same registers, and must come to the
 * same.
 */
struct lab {
	struct look look;
	pid_t pid;
	uint64_t scratch, data;
	struct user_regs_struct regs; /* at the start of each step */
	struct user_fpregs_struct fpregs;
	struct insn_decoder *decoder;
	unsigned same, faulted, unmoved, far;
};

static void lab_start(struct lab *lab)
{
	char text[64] = "";

	lab->look = look_at("elf-lab", NULL);
	lab->pid = lab->look.child.pid;
	cr_assert(gt(long, read(lab->look.child.out, text, sizeof(text) - 1), 0));
	cr_assert(eq(int, sscanf(text, "%lx %lx", &lab->scratch, &lab->data), 2), "%s", text);
	lab->decoder = insn_decoder_new(ARCH_X86_64);
	cr_assert(eq(int, ptrace(PTRACE_SEIZE, lab->pid, 0, PTRACE_O_EXITKILL), 0));
	ptrace(PTRACE_INTERRUPT, lab->pid, 0, 0);
	waitpid(lab->pid, NULL, 0);
	ptrace(PTRACE_GETREGS, lab->pid, 0, &lab->regs);
	ptrace(PTRACE_GETFPREGS, lab->pid, 0, &lab->fpregs);
	lab->regs.orig_rax = (unsigned long)-1;
	lab->regs.rsp = lab->data + 32768;
	lab->regs.rbp = lab->data + 33000;
	lab->regs.rdi = lab->data + 1024;
	lab->regs.rsi = lab->data + 2048;
	lab->regs.rdx = 64;
	lab->regs.rcx = lab->data + 4096;
	lab->regs.rax = lab->data + 5000;
	lab->regs.rbx = lab->data + 6000;
	lab->regs.r8 = lab->data + 7000;
}

static void lab_end(struct lab *lab)
{
	insn_decoder_free(lab->decoder);
	look_end(&lab->look);
}

static void lab_write(struct lab *lab, uint64_t address, const void *bytes, size_t size)
{
	struct iovec local = {(void *)bytes, size}, remote = {(void *)address, size};

	cr_assert(eq(sz, process_vm_writev(lab->pid, &local, 1, &remote, 1, 0), size));
}

static bool lab_read(struct lab *lab, uint64_t address, void *bytes, size_t size)
{
	struct iovec local = {bytes, size}, remote = {(void *)address, size};

	return process_vm_readv(lab->pid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

/* Put back what the instruction names, also in read-only pages (which it has not changed). */
static void lab_poke(struct lab *lab, uint64_t address, const uint64_t words[8])
{
	for (uint64_t i = 0; i < 8; i++)
		ptrace(PTRACE_POKEDATA, lab->pid, address + 8 * i, words[i]);
}

/* Registers and top of the stack after one step from @pc; the signal that ended it. */
static int lab_step(struct lab *lab, uint64_t pc, struct user_regs_struct *ret_regs,
		    uint64_t *ret_top)
{
	static const unsigned char filler[65536] = {1, 2, 3};
	struct user_regs_struct regs = lab->regs;
	int status;

	lab_write(lab, lab->data, filler, sizeof(filler));
	regs.rip = pc;
	cr_assert(eq(int, ptrace(PTRACE_SETREGS, lab->pid, 0, &regs), 0));
	ptrace(PTRACE_SETFPREGS, lab->pid, 0, &lab->fpregs);
	cr_assert(eq(int, ptrace(PTRACE_SINGLESTEP, lab->pid, 0, 0), 0));
	cr_assert(eq(int, waitpid(lab->pid, &status, 0), lab->pid));
	cr_assert(eq(int, WIFSTOPPED(status), 1), "status %#x at %#lx", status, pc);
	ptrace(PTRACE_GETREGS, lab->pid, 0, ret_regs);
	*ret_top = 0;
	lab_read(lab, ret_regs->rsp, ret_top, sizeof(*ret_top));
	return WSTOPSIG(status);
}

static void lab_compare(struct lab *lab, uint64_t from, const unsigned char *code,
			const struct insn *insn, const char *name)
{
	struct user_regs_struct original, copy;
	uint64_t original_top, copy_top;
	unsigned char bytes[INSN_MAX];
	bool can_read = false;
	int32_t displacement;
	uint64_t named = 0, memory[8];
	int original_signal, copy_signal, r = insn_copy(insn, code, from, lab->scratch, bytes);

	if (r != 0) {
		lab->unmoved += r == -EINVAL;
		lab->far += r == -ERANGE;
		return;
	}
	lab_write(lab, lab->scratch, bytes, insn->length);
	if (insn->pc_operand) {
		memcpy(&displacement, code + insn->displacement_at, sizeof(displacement));
		named = from + insn->length + (uint64_t)(int64_t)displacement;
		can_read = lab_read(lab, named, memory, sizeof(memory));
	}
	original_signal = lab_step(lab, from, &original, &original_top);
	if (can_read && original_signal == SIGTRAP)
		lab_poke(lab, named, memory);
	copy_signal = lab_step(lab, lab->scratch, &copy, &copy_top);
	cr_assert(eq(int, copy_signal, original_signal), "%s at %#lx", name, from);
	if (original_signal != SIGTRAP) {
		lab->faulted++;
		return;
	}
	copy.rip = insn_pc_after(insn, from, lab->scratch, copy.rip);
	if (insn->links) {
		cr_assert(eq(u64, copy_top, lab->scratch + insn->length), "%s", name);
		copy_top = from + insn->length;
	}
	cr_assert(eq(u64, copy_top, original_top), "%s at %#lx", name, from);
	cr_assert(eq(int, memcmp(&copy, &original, sizeof(copy)), 0), "%s at %#lx: pc %#llx %#llx",
		  name, from, copy.rip, original.rip);
	lab->same++;
}

static void lab_function(struct lab *lab, const struct module *module,
			 const struct image_function *function)
{
	uint64_t at = function->address, end = at + function->size;
	unsigned char code[INSN_MAX];
	struct insn insn;

	for (int i = 0; i < 6 && at < end; i++, at += insn.length) {
		if (!image_read(module->image, at, code, sizeof(code)) ||
		    insn_decode(lab->decoder, code, sizeof(code), at, &insn) != 0)
			return;
		lab_compare(lab, at + module->bias, code, &insn, function->name);
	}
}

Test(elf_insn, copies_do_what_the_originals_do_in_libc)
{
	struct lab lab = {.pid = 0};
	struct code_range *ranges;
	const struct module *libc;
	size_t count;

	lab_start(&lab);
	cr_assert(eq(int,
		     process_map_find_function(&lab.look.map, "libc.so.6:read", &ranges, &count,
					       NULL),
		     0));
	cr_assert(eq(sz, count, 1));
	libc = process_map_module(&lab.look.map, ranges[0].start);
	for (size_t i = 0; i < libc->image->function_count; i++)
		lab_function(&lab, libc, &libc->image->by_address[i]);
	cr_log_info("%u the same, %u fault both, %u not movable, %u too far", lab.same, lab.faulted,
		    lab.unmoved, lab.far);
	cr_expect(gt(uint, lab.same, 5000));
	cr_expect(lt(uint, lab.unmoved, lab.same / 20));
	cr_expect(eq(uint, lab.far, 0));
	free(ranges);
	lab_end(&lab);
}
#endif
