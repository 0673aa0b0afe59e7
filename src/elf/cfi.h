/*
 * cfi.h - how to get from a frame to its caller, from .eh_frame or
 * .debug_frame.
 *
 * The rules that hold at one address are decoded once for each image and kept,
 * in the two or three forms that compilers write in nearly all frames, with
 * the DWARF expression as the general one.
 */
#ifndef ELF_CFI_H
#define ELF_CFI_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf/image_private.h"

/* DWARF numbers of the registers that can matter to a caller. */
#if defined(__x86_64__)
#define CFI_REG_COUNT 17 /* 16: the return address */
#define CFI_REG_FP    6
#define CFI_REG_SP    7
#define CFI_REG_PC    16
#elif defined(__aarch64__)
#define CFI_REG_COUNT 33 /* 30: the return address, 32: pc, not DWARF's */
#define CFI_REG_FP    29
#define CFI_REG_SP    31
#define CFI_REG_PC    32
#endif

enum cfi_form {
	CFI_UNDEFINED, /* lost */
	CFI_SAME,      /* the register was not touched */
	CFI_AT_CFA,    /* saved at CFA + offset */
	CFI_CFA_PLUS,  /* is CFA + offset */
	CFI_EXPRESSION /* a location, or a value if it ends with stack_value */
};

struct cfi_register {
	enum cfi_form form;
	int64_t offset;
	const Dwarf_Op *ops;
	size_t op_count;
	Dwarf_Op *own_ops; /* what ops points to, if it is ours to free */
};

struct cfi_rule {
	uint64_t address; /* link address */
	bool found;	  /* false: there is no unwind information here */
	bool signal;	  /* the frame that a handler returns to: its caller was interrupted */
	int return_reg;
	/* the CFA: cfa_reg + cfa_offset, or what cfa_ops compute if they are not NULL */
	int cfa_reg;
	int64_t cfa_offset;
	const Dwarf_Op *cfa_ops;
	size_t cfa_op_count;
	struct cfi_register regs[CFI_REG_COUNT];
	Dwarf_Frame *frame; /* cfa_ops point into it */
	UT_hash_handle hh;
};

/* The rule at a link address; NULL only when memory is short.  Belongs to the image. */
const struct cfi_rule *cfi_rule_at(struct image *image, uint64_t address);

#endif
