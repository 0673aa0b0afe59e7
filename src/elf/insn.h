/*
 * insn.h - one machine instruction, and how to execute a copy of it elsewhere.
 *
 * For stepping over a breakpoint while other threads run: the breakpoint
 * stays, the thread executes the instruction in a scratch place and is set
 * back behind the original.
 *
 *	insn_decode(decoder, code, size, from, &insn)	the original bytes
 *	insn_copy(&insn, code, from, to, bytes)		write them at `to`
 *	pc = to; single-step; then
 *	pc = insn_pc_after(&insn, from, to, pc)
 *	if (insn.links) the return address that it has left (top of the stack on
 *	x86-64, x30 on aarch64) is wrong by the same: set it to from + length
 *
 * A signal that is delivered before the step leaves pc == to: the instruction
 * has not run then, and pc must be set back to `from`.
 */
#ifndef ELF_INSN_H
#define ELF_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys/syscalls.h"

struct err;
struct insn_decoder;

#define INSN_MAX 15 /* bytes */

struct insn {
	unsigned char length;
	bool movable;	 /* a copy can be executed elsewhere; else nothing below counts */
	bool pc_operand; /* it names memory relative to itself: only within 2 GiB */
	bool links;	 /* a call */
	bool absolute;	 /* it goes to an address that does not depend on where it stands */
	unsigned char displacement_at; /* pc_operand: where the 4 bytes are */
};

/* NULL when memory is short, or for a machine that Capstone was built without. */
struct insn_decoder *insn_decoder_new(enum arch_id arch);
void insn_decoder_free(struct insn_decoder *decoder);

/*
 * The instruction that @code (@size bytes, INSN_MAX are always enough) begins
 * with.  -EINVAL: none that is known; it may be a valid one that is newer than
 * Capstone.
 */
int insn_decode(struct insn_decoder *decoder, const void *code, size_t size, uint64_t address,
		struct insn *ret_insn);

/*
 * The bytes to execute at @to in place of @code at @from; insn->length of
 * them.  -EINVAL when it is not movable, -ERANGE when @to is too far away.
 */
int insn_copy(const struct insn *insn, const void *code, uint64_t from, uint64_t to,
	      unsigned char ret_bytes[INSN_MAX]);

/* Where the thread would be, had it executed the original; @pc: where the copy has left it. */
uint64_t insn_pc_after(const struct insn *insn, uint64_t from, uint64_t to, uint64_t pc);

#endif
