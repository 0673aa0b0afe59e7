/*
 * dwarf_eval.h - compute the DWARF expressions that unwind information holds.
 */
#ifndef ELF_DWARF_EVAL_H
#define ELF_DWARF_EVAL_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dwarf_context {
	void *data;
	/* The value of a register; false when unknown. */
	bool (*get_register)(void *data, unsigned number, uint64_t *ret);
	/* @size (1-8) bytes of memory, zero-extended; false when unreadable. */
	bool (*read_memory)(void *data, uint64_t address, unsigned size, uint64_t *ret);
	uint64_t cfa;
	bool has_cfa;
};

enum dwarf_result {
	DWARF_FAILED,  /* unknown register, unreadable memory, malformed or too long */
	DWARF_ADDRESS, /* the value stands in memory at *ret; of a CFA: *ret is it */
	DWARF_VALUE,   /* *ret is the value */
};

/* Bounded: at most 1,000 operations are done. */
enum dwarf_result dwarf_eval(const struct dwarf_context *context, const Dwarf_Op *ops, size_t count,
			     uint64_t *ret);

#endif
