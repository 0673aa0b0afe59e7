#include "elf/endless.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"
#include "elf/process_map.h"
#include "elf/unwind.h"

#define INSN_BYTES 15
#define INSNS_MAX  4096 /* of all that is looked at */
#define DEPTH_MAX  8	/* of calls */
#define FRAMES_MAX 16

struct walk {
	endless_read read;
	void *arg;
	csh handle;
	cs_insn *insn;
	unsigned insns, depth;
};

/* What was found from one place on, within one function. */
struct reach {
	uint64_t *seen; /* the first `done` of them were looked at */
	size_t count, done;
	bool returns;
};

static int reach_add(struct reach *reach, uint64_t address)
{
	uint64_t *slot;

	for (size_t i = 0; i < reach->count; i++)
		if (reach->seen[i] == address)
			return 0;
	slot = mem_append(&reach->seen, &reach->count, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = address;
	return 0;
}

static bool is_in_group(const struct walk *w, unsigned group)
{
	return cs_insn_group(w->handle, w->insn, (uint8_t)group);
}

/* It may raise a signal, or enter the kernel. */
static bool is_risky(const struct walk *w)
{
	static const unsigned ids[] = {X86_INS_SYSCALL, X86_INS_SYSENTER, X86_INS_HLT,
				       X86_INS_UD2,	X86_INS_DIV,	  X86_INS_IDIV,
				       X86_INS_XBEGIN,	X86_INS_LCALL,	  X86_INS_LJMP};
	const cs_x86 *x86 = &w->insn->detail->x86;

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		if (w->insn->id == ids[i])
			return true;
	if (is_in_group(w, CS_GRP_INT) || is_in_group(w, CS_GRP_IRET) ||
	    is_in_group(w, CS_GRP_PRIVILEGE) || x86->prefix[0] == X86_PREFIX_REP ||
	    x86->prefix[0] == X86_PREFIX_REPNE)
		return true;
	if (w->insn->id == X86_INS_LEA || w->insn->id == X86_INS_NOP)
		return false;
	for (size_t i = 0; i < x86->op_count; i++) {
		const x86_op_mem *mem = &x86->operands[i].mem;

		if (x86->operands[i].type == X86_OP_MEM &&
		    (mem->index != X86_REG_INVALID ||
		     (mem->base != X86_REG_RIP && mem->base != X86_REG_RSP &&
		      mem->base != X86_REG_RBP)))
			return true;
	}
	return false;
}

/* Where a jump or call goes; false = that is not in the instruction. */
static bool target_of(const struct walk *w, uint64_t *ret_target)
{
	const cs_x86 *x86 = &w->insn->detail->x86;

	if (x86->op_count != 1 || x86->operands[0].type != X86_OP_IMM)
		return false;
	*ret_target = (uint64_t)x86->operands[0].imm;
	return true;
}

static int explore(struct walk *w, uint64_t from, bool *ret_returns);

/* 0, or negative: not known where it goes. */
static int follow(struct walk *w, struct reach *reach)
{
	uint64_t next = w->insn->address + w->insn->size, target = 0;
	bool returns = true;

	if (is_risky(w))
		return -EDOM;
	if (is_in_group(w, CS_GRP_RET)) {
		reach->returns = true;
		return 0;
	}
	if (!is_in_group(w, CS_GRP_JUMP) && !is_in_group(w, CS_GRP_CALL))
		return reach_add(reach, next);
	if (!target_of(w, &target))
		return -EDOM;
	if (is_in_group(w, CS_GRP_CALL)) {
		int rc = explore(w, target, &returns);

		return rc || !returns ? rc : reach_add(reach, next);
	}
	if (w->insn->id != X86_INS_JMP && reach_add(reach, next))
		return -ENOMEM;
	return reach_add(reach, target);
}

static int decode(struct walk *w, uint64_t address)
{
	unsigned char code[INSN_BYTES];
	const uint8_t *at = code;
	size_t size = w->read(w->arg, address, code, sizeof(code));

	if (++w->insns > INSNS_MAX)
		return -E2BIG;
	return cs_disasm_iter(w->handle, &at, &size, &address, w->insn) ? 0 : -EINVAL;
}

static int explore_all(struct walk *w, struct reach *reach)
{
	int rc = 0;

	while (!rc && reach->done < reach->count) {
		rc = decode(w, reach->seen[reach->done++]);
		rc = rc ? rc : follow(w, reach);
	}
	return rc;
}

/* All that can be reached within the function and those that it calls. */
static int explore(struct walk *w, uint64_t from, bool *ret_returns)
{
	struct reach reach = {0};
	int rc = ++w->depth > DEPTH_MAX ? -E2BIG : reach_add(&reach, from);

	rc = rc ? rc : explore_all(w, &reach);
	w->depth--;
	free(reach.seen);
	if (!rc)
		*ret_returns = reach.returns;
	return rc;
}

static bool walk_frames(struct walk *w, const uint64_t *addresses, size_t count, size_t *ret_frame)
{
	for (size_t i = 0; i < count; i++) {
		bool returns = true;

		if (explore(w, addresses[i], &returns))
			return false;
		if (!returns) {
			*ret_frame = i;
			return true;
		}
	}
	return false;
}

bool code_is_endless(endless_read read, void *arg, const uint64_t *addresses, size_t count,
		     size_t *ret_frame)
{
	struct walk w = {.read = read, .arg = arg};
	bool is_endless = false;

#ifdef __x86_64__
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &w.handle) != CS_ERR_OK)
		return false;
	if (cs_option(w.handle, CS_OPT_DETAIL, CS_OPT_ON) == CS_ERR_OK)
		w.insn = cs_malloc(w.handle);
	is_endless = w.insn && walk_frames(&w, addresses, count, ret_frame);
	if (w.insn)
		cs_free(w.insn, 1);
	cs_close(&w.handle);
#else
	(void)walk_frames;
	(void)w, (void)addresses, (void)count, (void)ret_frame;
#endif
	return is_endless;
}

static size_t read_file(void *arg, uint64_t address, void *buf, size_t len)
{
	const struct endless_stack *stack = arg;
	const struct module *module = process_map_module(stack->map, address);

	if (stack->is_watched(stack->arg, address))
		return 0;
	for (; module && len; len--) /* the last instruction is nearer to the end */
		if (image_read(module->image, address - module->bias, buf, len))
			return len;
	return 0;
}

bool stack_is_endless(const struct endless_stack *stack, size_t *ret_frame)
{
	const struct unwind_frame *frames = stack->frames;
	uint64_t addresses[FRAMES_MAX];
	size_t n = 0;

	/* What was found by guessing, or behind a signal, may not be where it goes on. */
	for (; n < stack->count && n < FRAMES_MAX && !frames[n].guessed && !frames[n].signal; n++)
		addresses[n] = frames[n].pc;
	return code_is_endless(read_file, (void *)(uintptr_t)stack, addresses, n, ret_frame);
}
