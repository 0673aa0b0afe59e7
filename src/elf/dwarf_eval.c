#include "elf/dwarf_eval.h"

#include <dwarf.h>
#include <string.h>

#define DEPTH_MAX 64
#define STEPS_MAX 1000

struct machine {
	const struct dwarf_context *context;
	uint64_t stack[DEPTH_MAX];
	size_t depth;
	bool is_value;
};

static bool push(struct machine *m, uint64_t value)
{
	if (m->depth == DEPTH_MAX)
		return false;
	m->stack[m->depth++] = value;
	return true;
}

static bool pop(struct machine *m, uint64_t *ret)
{
	if (m->depth == 0)
		return false;
	*ret = m->stack[--m->depth];
	return true;
}

static bool push_register(struct machine *m, uint64_t number, uint64_t offset)
{
	uint64_t value;

	return number < 64 &&
	       m->context->get_register(m->context->data, (unsigned)number, &value) &&
	       push(m, value + offset);
}

static bool dereference(struct machine *m, uint64_t size)
{
	uint64_t address, value;

	return size >= 1 && size <= 8 && pop(m, &address) &&
	       m->context->read_memory(m->context->data, address, (unsigned)size, &value) &&
	       push(m, value);
}

static bool pick(struct machine *m, uint64_t index)
{
	return index < m->depth && push(m, m->stack[m->depth - 1 - (size_t)index]);
}

/* Roll the top @count entries: the top one goes below the others. */
static bool roll(struct machine *m, size_t count)
{
	uint64_t top;

	if (m->depth < count)
		return false;
	top = m->stack[m->depth - 1];
	memmove(&m->stack[m->depth - count + 1], &m->stack[m->depth - count],
		(count - 1) * sizeof(top));
	m->stack[m->depth - count] = top;
	return true;
}

static uint64_t shift_right_signed(uint64_t a, uint64_t b)
{
	uint64_t sign = a >> 63 ? ~UINT64_C(0) : 0;

	if (b == 0)
		return a;
	return b >= 64 ? sign : (a >> b) | (sign << (64 - b));
}

static bool combine(uint8_t atom, uint64_t a, uint64_t b, uint64_t *ret)
{
	int64_t x = (int64_t)a, y = (int64_t)b;

	switch (atom) {
	case DW_OP_plus:
		*ret = a + b;
		return true;
	case DW_OP_minus:
		*ret = a - b;
		return true;
	case DW_OP_mul:
		*ret = a * b;
		return true;
	case DW_OP_and:
		*ret = a & b;
		return true;
	case DW_OP_or:
		*ret = a | b;
		return true;
	case DW_OP_xor:
		*ret = a ^ b;
		return true;
	case DW_OP_shl:
		*ret = b < 64 ? a << b : 0;
		return true;
	case DW_OP_shr:
		*ret = b < 64 ? a >> b : 0;
		return true;
	case DW_OP_shra:
		*ret = shift_right_signed(a, b);
		return true;
	case DW_OP_eq:
		*ret = x == y;
		return true;
	case DW_OP_ne:
		*ret = x != y;
		return true;
	case DW_OP_ge:
		*ret = x >= y;
		return true;
	case DW_OP_gt:
		*ret = x > y;
		return true;
	case DW_OP_le:
		*ret = x <= y;
		return true;
	case DW_OP_lt:
		*ret = x < y;
		return true;
	default:
		return false;
	}
}

static bool step_binary(struct machine *m, const Dwarf_Op *op)
{
	uint64_t a, b, value;

	return pop(m, &b) && pop(m, &a) && combine(op->atom, a, b, &value) && push(m, value);
}

static bool step_other(struct machine *m, const Dwarf_Op *op)
{
	uint64_t value;

	switch (op->atom) {
	case DW_OP_call_frame_cfa:
		return m->context->has_cfa && push(m, m->context->cfa);
	case DW_OP_deref:
		return dereference(m, 8);
	case DW_OP_deref_size:
		return dereference(m, op->number);
	case DW_OP_dup:
		return pick(m, 0);
	case DW_OP_over:
		return pick(m, 1);
	case DW_OP_pick:
		return pick(m, op->number);
	case DW_OP_swap:
		return roll(m, 2);
	case DW_OP_rot:
		return roll(m, 3);
	case DW_OP_drop:
		return pop(m, &value);
	case DW_OP_not:
		return pop(m, &value) && push(m, ~value);
	case DW_OP_neg:
		return pop(m, &value) && push(m, 0 - value);
	case DW_OP_plus_uconst:
		return pop(m, &value) && push(m, value + op->number);
	case DW_OP_bregx:
		return push_register(m, op->number, op->number2);
	case DW_OP_regx:
		m->is_value = true;
		return push_register(m, op->number, 0);
	case DW_OP_stack_value:
		m->is_value = true;
		return true;
	case DW_OP_nop:
		return true;
	default:
		return step_binary(m, op);
	}
}

static bool is_constant(uint8_t atom)
{
	return atom == DW_OP_addr || (atom >= DW_OP_const1u && atom <= DW_OP_consts);
}

static bool step(struct machine *m, const Dwarf_Op *op)
{
	if (is_constant(op->atom))
		return push(m, op->number); /* libdw has extended the sign */
	if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31)
		return push(m, (uint64_t)(op->atom - DW_OP_lit0));
	if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31)
		return push_register(m, (uint64_t)(op->atom - DW_OP_breg0), op->number);
	if (op->atom >= DW_OP_reg0 && op->atom <= DW_OP_reg31) {
		m->is_value = true;
		return push_register(m, (uint64_t)(op->atom - DW_OP_reg0), 0);
	}
	return step_other(m, op);
}

/* Branches go to the operation whose offset in the expression they name. */
static bool branch(struct machine *m, const Dwarf_Op *ops, size_t count, size_t *index)
{
	const Dwarf_Op *op = &ops[*index];
	uint64_t condition = 1;
	int64_t target = (int64_t)op->offset + 3 + (int16_t)op->number;

	if (op->atom == DW_OP_bra && !pop(m, &condition))
		return false;
	if (!condition) {
		(*index)++;
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		if ((int64_t)ops[i].offset == target) {
			*index = i;
			return true;
		}
	}
	return false;
}

enum dwarf_result dwarf_eval(const struct dwarf_context *context, const Dwarf_Op *ops, size_t count,
			     uint64_t *ret)
{
	struct machine m = {.context = context};
	size_t index = 0;

	for (int steps = 0; index < count; steps++) {
		uint8_t atom = ops[index].atom;

		if (steps == STEPS_MAX)
			return DWARF_FAILED;
		if (atom == DW_OP_bra || atom == DW_OP_skip) {
			if (!branch(&m, ops, count, &index))
				return DWARF_FAILED;
			continue;
		}
		if (!step(&m, &ops[index++]))
			return DWARF_FAILED;
	}
	if (!pop(&m, ret))
		return DWARF_FAILED;
	return m.is_value ? DWARF_VALUE : DWARF_ADDRESS;
}
