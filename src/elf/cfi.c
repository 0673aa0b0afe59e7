#include "elf/cfi.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static Dwarf_CFI *eh_cfi(struct image *image)
{
	if (!image->eh_tried)
		image->eh_cfi = image->elf ? dwarf_getcfi_elf(image->elf) : NULL;
	image->eh_tried = true;
	return image->eh_cfi;
}

/*
 * .debug_frame, which Go has, and musl's libc where its debug information is
 * installed.  Looking for that costs milliseconds, so only when it is needed.
 */
static Dwarf_CFI *debug_cfi(struct image *image)
{
	Dwarf_Addr bias;

	if (!image->debug_cfi_tried && image_module(image))
		image->debug_cfi = dwfl_module_dwarf_cfi(image->module, &bias);
	image->debug_cfi_tried = true;
	return image->debug_cfi;
}

static Dwarf_Frame *frame_in(Dwarf_CFI *cfi, uint64_t address)
{
	Dwarf_Frame *frame = NULL;

	return cfi && dwarf_cfi_addrframe(cfi, address, &frame) == 0 ? frame : NULL;
}

static void rule_free(struct cfi_rule *rule)
{
	for (size_t i = 0; i < CFI_REG_COUNT; i++)
		free(rule->regs[i].own_ops);
	free(rule->frame);
	free(rule);
}

void image_release_cfi(struct image *image)
{
	struct cfi_rule *rule, *next;

	HASH_ITER(hh, image->rules, rule, next) {
		HASH_DEL(image->rules, rule);
		rule_free(rule);
	}
	if (image->eh_cfi)
		dwarf_cfi_end(image->eh_cfi);
	image->eh_cfi = NULL;
	image->debug_cfi = NULL; /* libdwfl's */
}

/* breg REG, OFFSET alone is the form of nearly every CFA. */
static int read_cfa(struct cfi_rule *rule, Dwarf_Frame *frame)
{
	Dwarf_Op *ops;
	size_t count;

	if (dwarf_frame_cfa(frame, &ops, &count) != 0 || count == 0)
		return -1;
	rule->cfa_reg = -1;
	if (count == 1 && ops->atom >= DW_OP_breg0 && ops->atom <= DW_OP_breg31) {
		rule->cfa_reg = ops->atom - DW_OP_breg0;
		rule->cfa_offset = (int64_t)ops->number;
	} else if (count == 1 && ops->atom == DW_OP_bregx) {
		rule->cfa_reg = (int)ops->number;
		rule->cfa_offset = (int64_t)ops->number2;
	}
	if (rule->cfa_reg >= 0 && rule->cfa_reg < CFI_REG_COUNT)
		return 0;
	rule->cfa_reg = -1;
	rule->cfa_ops = ops;
	rule->cfa_op_count = count;
	return 0;
}

/* call_frame_cfa [plus_uconst N] [stack_value] */
static bool is_cfa_relative(const Dwarf_Op *ops, size_t count, struct cfi_register *ret)
{
	size_t used = 1;
	int64_t offset = 0;

	if (ops[0].atom != DW_OP_call_frame_cfa)
		return false;
	if (used < count && ops[used].atom == DW_OP_plus_uconst)
		offset = (int64_t)ops[used++].number;
	ret->form = used < count ? CFI_CFA_PLUS : CFI_AT_CFA;
	ret->offset = offset;
	return used == count || (used + 1 == count && ops[used].atom == DW_OP_stack_value);
}

static int read_register(struct cfi_register *reg, Dwarf_Frame *frame, int number)
{
	Dwarf_Op own[3], *ops = NULL;
	size_t count = 0;

	if (dwarf_frame_register(frame, number, own, &ops, &count) != 0)
		return 0; /* undefined */
	if (count == 0) {
		reg->form = ops ? CFI_UNDEFINED : CFI_SAME;
		return 0;
	}
	if (is_cfa_relative(ops, count, reg))
		return 0;
	reg->form = CFI_EXPRESSION;
	reg->op_count = count;
	reg->ops = ops;
	if (ops == own) {
		reg->own_ops = mem_zalloc(sizeof(own));
		if (!reg->own_ops)
			return -1;
		memcpy(reg->own_ops, own, sizeof(own));
		reg->ops = reg->own_ops;
	}
	return 0;
}

static int read_rule(struct image *image, struct cfi_rule *rule)
{
	Dwarf_Frame *frame = frame_in(eh_cfi(image), rule->address);

	if (!frame)
		frame = frame_in(debug_cfi(image), rule->address);
	if (!frame)
		return 0;
	rule->frame = frame;
	rule->return_reg = dwarf_frame_info(frame, NULL, NULL, &rule->signal);
	if (rule->return_reg < 0 || rule->return_reg >= CFI_REG_COUNT || read_cfa(rule, frame) != 0)
		return 0;
	for (int i = 0; i < CFI_REG_COUNT; i++) {
		if (read_register(&rule->regs[i], frame, i) != 0)
			return -1;
	}
	if (!rule->cfa_ops) {
		free(rule->frame);
		rule->frame = NULL;
	}
	rule->found = true;
	return 0;
}

const struct cfi_rule *cfi_rule_at(struct image *image, uint64_t address)
{
	struct cfi_rule *rule;

	HASH_FIND(hh, image->rules, &address, sizeof(address), rule);
	if (rule)
		return rule;
	rule = mem_zalloc(sizeof(*rule));
	if (!rule)
		return NULL;
	rule->address = address;
	if (read_rule(image, rule) != 0) {
		rule_free(rule);
		return NULL;
	}
	HASH_ADD(hh, image->rules, address, sizeof(rule->address), rule);
	if (!rule->hh.tbl) {
		rule_free(rule);
		return NULL;
	}
	return rule;
}
