#include "elf/dwarf_eval.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dwarf.h>

#include "base/util.h"

/* Register n holds 100 * n, known up to 15; memory at a is a + 1, readable up to 10000. */
static bool get_register(void *data, unsigned number, uint64_t *ret)
{
	(void)data;
	*ret = 100 * (uint64_t)number;
	return number < 16;
}

static bool read_memory(void *data, uint64_t address, unsigned size, uint64_t *ret)
{
	(void)data;
	*ret = size == 1 ? (address + 1) & 0xff : address + 1;
	return address <= 10000;
}

/* atom, number, number2, offset */
#define OP(...) OP_(__VA_ARGS__, 0, 0, 0, 0)
#define OP_(a, n, n2, at, ...)                                                                     \
	{                                                                                          \
		.atom = (a), .number = (n), .number2 = (n2), .offset = (at)                        \
	}

static const struct row {
	const char *what;
	Dwarf_Op ops[8];
	size_t count;
	enum dwarf_result result;
	uint64_t value;
} rows[] = {
	{"cfa", {OP(DW_OP_call_frame_cfa)}, 1, DWARF_ADDRESS, 5000},
	{"cfa + n", {OP(DW_OP_call_frame_cfa), OP(DW_OP_plus_uconst, 8)}, 2, DWARF_ADDRESS, 5008},
	{"value", {OP(DW_OP_call_frame_cfa), OP(DW_OP_stack_value)}, 2, DWARF_VALUE, 5000},
	{"breg", {OP(DW_OP_breg7, (uint64_t)-8)}, 1, DWARF_ADDRESS, 692},
	{"bregx", {OP(DW_OP_bregx, 9, 3)}, 1, DWARF_ADDRESS, 903},
	{"reg", {OP(DW_OP_reg3)}, 1, DWARF_VALUE, 300},
	{"regx", {OP(DW_OP_regx, 4)}, 1, DWARF_VALUE, 400},
	{"unknown register", {OP(DW_OP_breg16, 0)}, 1, DWARF_FAILED, 0},
	{"deref", {OP(DW_OP_breg1, 0), OP(DW_OP_deref)}, 2, DWARF_ADDRESS, 101},
	{"deref_size", {OP(DW_OP_const2u, 511), OP(DW_OP_deref_size, 1)}, 2, DWARF_ADDRESS, 0},
	{"unreadable", {OP(DW_OP_const4u, 10001), OP(DW_OP_deref)}, 2, DWARF_FAILED, 0},
	/* the rule of every PLT: cfa = rsp + 8 + ((rip & 15) >= 11) * 8 */
	{"plt",
	 {OP(DW_OP_breg7, 8), OP(DW_OP_breg5, 0), OP(DW_OP_lit15), OP(DW_OP_and), OP(DW_OP_lit4),
	  OP(DW_OP_ge), OP(DW_OP_lit3), OP(DW_OP_shl)},
	 8,
	 DWARF_ADDRESS,
	 8},
	{"minus", {OP(DW_OP_lit9), OP(DW_OP_lit4), OP(DW_OP_minus)}, 3, DWARF_ADDRESS, 5},
	{"mul", {OP(DW_OP_lit9), OP(DW_OP_lit4), OP(DW_OP_mul)}, 3, DWARF_ADDRESS, 36},
	{"or", {OP(DW_OP_lit9), OP(DW_OP_lit4), OP(DW_OP_or)}, 3, DWARF_ADDRESS, 13},
	{"xor", {OP(DW_OP_lit9), OP(DW_OP_lit1), OP(DW_OP_xor)}, 3, DWARF_ADDRESS, 8},
	{"shr", {OP(DW_OP_lit9), OP(DW_OP_lit1), OP(DW_OP_shr)}, 3, DWARF_ADDRESS, 4},
	{"shl by too much",
	 {OP(DW_OP_lit9), OP(DW_OP_const1u, 64), OP(DW_OP_shl)},
	 3,
	 DWARF_ADDRESS,
	 0},
	{"shra",
	 {OP(DW_OP_const1s, (uint64_t)-8), OP(DW_OP_lit1), OP(DW_OP_shra)},
	 3,
	 DWARF_ADDRESS,
	 (uint64_t)-4},
	{"shra by 0",
	 {OP(DW_OP_const1s, (uint64_t)-8), OP(DW_OP_lit0), OP(DW_OP_shra)},
	 3,
	 DWARF_ADDRESS,
	 (uint64_t)-8},
	{"signed lt",
	 {OP(DW_OP_const1s, (uint64_t)-8), OP(DW_OP_lit1), OP(DW_OP_lt)},
	 3,
	 DWARF_ADDRESS,
	 1},
	{"neg", {OP(DW_OP_lit9), OP(DW_OP_neg)}, 2, DWARF_ADDRESS, (uint64_t)-9},
	{"not", {OP(DW_OP_lit0), OP(DW_OP_not)}, 2, DWARF_ADDRESS, UINT64_MAX},
	{"swap",
	 {OP(DW_OP_lit1), OP(DW_OP_lit2), OP(DW_OP_swap), OP(DW_OP_drop)},
	 4,
	 DWARF_ADDRESS,
	 2},
	{"rot",
	 {OP(DW_OP_lit1), OP(DW_OP_lit2), OP(DW_OP_lit3), OP(DW_OP_rot)},
	 4,
	 DWARF_ADDRESS,
	 2},
	{"over", {OP(DW_OP_lit1), OP(DW_OP_lit2), OP(DW_OP_over)}, 3, DWARF_ADDRESS, 1},
	{"pick", {OP(DW_OP_lit1), OP(DW_OP_lit2), OP(DW_OP_pick, 1)}, 3, DWARF_ADDRESS, 1},
	{"pick below the bottom", {OP(DW_OP_lit1), OP(DW_OP_pick, 1)}, 2, DWARF_FAILED, 0},
	{"empty", {OP(DW_OP_nop)}, 1, DWARF_FAILED, 0},
	{"underflow", {OP(DW_OP_lit1), OP(DW_OP_plus)}, 2, DWARF_FAILED, 0},
	{"unknown operation", {OP(0xfe)}, 1, DWARF_FAILED, 0},
	{"endless", {OP(DW_OP_skip, (uint64_t)-3, 0, 0)}, 1, DWARF_FAILED, 0},
	{"branch not taken",
	 {OP(DW_OP_lit5), OP(DW_OP_lit0, 0, 0, 1), OP(DW_OP_bra, 1, 0, 2), OP(DW_OP_lit7, 0, 0, 5),
	  OP(DW_OP_nop, 0, 0, 6)},
	 5,
	 DWARF_ADDRESS,
	 7},
	{"branch taken",
	 {OP(DW_OP_lit5), OP(DW_OP_lit1, 0, 0, 1), OP(DW_OP_bra, 1, 0, 2), OP(DW_OP_lit7, 0, 0, 5),
	  OP(DW_OP_nop, 0, 0, 6)},
	 5,
	 DWARF_ADDRESS,
	 5},
	{"branch to nowhere", {OP(DW_OP_lit1), OP(DW_OP_bra, 100, 0, 1)}, 2, DWARF_FAILED, 0},
};

Test(elf_dwarf_eval, computes)
{
	const struct dwarf_context context = {NULL, get_register, read_memory, 5000, true};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = 0;
		enum dwarf_result result = dwarf_eval(&context, rows[i].ops, rows[i].count, &value);

		cr_expect(eq(int, result, rows[i].result), "%s", rows[i].what);
		if (result != DWARF_FAILED)
			cr_expect(eq(u64, value, rows[i].value), "%s", rows[i].what);
	}
}
