#include "elf/insn.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"

struct insn_decoder {
	enum arch_id arch;
	csh handle;
	cs_insn *scratch;
};

struct insn_decoder *insn_decoder_new(enum arch_id arch)
{
	static const struct {
		cs_arch arch;
		cs_mode mode;
	} machines[ARCH_MAX_] = {
		[ARCH_X86_64] = {CS_ARCH_X86, CS_MODE_64},
		[ARCH_AARCH64] = {CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN},
	};
	struct insn_decoder *decoder = mem_zalloc(sizeof(*decoder));

	if (!decoder)
		return NULL;
	decoder->arch = arch;
	if (cs_open(machines[arch].arch, machines[arch].mode, &decoder->handle) != CS_ERR_OK ||
	    cs_option(decoder->handle, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK ||
	    !(decoder->scratch = cs_malloc(decoder->handle))) {
		insn_decoder_free(decoder);
		return NULL;
	}
	return decoder;
}

void insn_decoder_free(struct insn_decoder *decoder)
{
	if (!decoder)
		return;
	if (decoder->scratch)
		cs_free(decoder->scratch, 1);
	if (decoder->handle)
		cs_close(&decoder->handle);
	free(decoder);
}

static bool is_in_group(const struct insn_decoder *decoder, unsigned group)
{
	return cs_insn_group(decoder->handle, decoder->scratch, group);
}

/*
 * Not to be stepped in a copy: what enters the kernel (its own stop, and a
 * restart goes back by the length of the instruction), what shows or sets the
 * trap flag, what holds the trap back, and what a single step interrupts.
 */
static bool is_delicate_x86(const cs_insn *insn)
{
	static const unsigned ids[] = {
		X86_INS_SYSCALL, X86_INS_SYSENTER, X86_INS_HLT,	   X86_INS_PUSHF, X86_INS_PUSHFQ,
		X86_INS_POPF,	 X86_INS_POPFQ,	   X86_INS_XBEGIN, X86_INS_XEND,  X86_INS_XABORT,
		X86_INS_LCALL,	 X86_INS_LJMP,	   X86_INS_UD2,
	};
	const cs_x86 *x86 = &insn->detail->x86;

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		if (insn->id == ids[i])
			return true;
	}
	for (size_t i = 0; i < x86->op_count; i++) {
		if (x86->operands[i].type == X86_OP_REG && x86->operands[i].reg == X86_REG_SS)
			return true;
	}
	/* a string instruction with a prefix stops after each round */
	return x86->prefix[0] == X86_PREFIX_REP || x86->prefix[0] == X86_PREFIX_REPNE;
}

static void analyse_x86(const struct insn_decoder *decoder, struct insn *insn)
{
	const cs_x86 *x86 = &decoder->scratch->detail->x86;
	bool flows = is_in_group(decoder, CS_GRP_JUMP) || is_in_group(decoder, CS_GRP_CALL) ||
		     is_in_group(decoder, CS_GRP_RET);

	insn->movable = !is_delicate_x86(decoder->scratch) && !is_in_group(decoder, CS_GRP_INT) &&
			!is_in_group(decoder, CS_GRP_IRET) &&
			!is_in_group(decoder, CS_GRP_PRIVILEGE);
	insn->links = is_in_group(decoder, CS_GRP_CALL);
	insn->absolute = flows;
	for (size_t i = 0; i < x86->op_count; i++) {
		const cs_x86_op *op = &x86->operands[i];

		if (op->type == X86_OP_MEM && op->mem.base == X86_REG_RIP)
			insn->pc_operand = true;
		else if (op->type == X86_OP_MEM && op->mem.base == X86_REG_EIP)
			insn->movable = false;
		else if (op->type == X86_OP_IMM && flows && !is_in_group(decoder, CS_GRP_RET))
			insn->absolute = false; /* to a place relative to itself */
	}
	insn->displacement_at = x86->encoding.disp_offset;
	if (insn->pc_operand && (x86->encoding.disp_size != 4 || !insn->displacement_at))
		insn->movable = false;
}

/* The upper bits decide; C4.1 of the Arm Architecture Reference Manual. */
static void analyse_aarch64(const unsigned char *code, struct insn *insn)
{
	uint32_t word;

	memcpy(&word, code, sizeof(word));
	insn->movable = true;
	if ((word & 0x1f000000) == 0x10000000 || /* adr, adrp */
	    (word & 0x3b000000) == 0x18000000 || /* ldr of a literal */
	    (word & 0xff000000) == 0xd4000000 || /* svc, brk, hlt */
	    (word & 0x3f000000) == 0x08000000)	 /* exclusive loads and stores */
		insn->movable = false;
	insn->links = (word & 0xfc000000) == 0x94000000 ||  /* bl */
		      (word & 0xfffffc1f) == 0xd63f0000 ||  /* blr */
		      (word & 0xfefff800) == 0xd63f0800;    /* blraa, blrab and their like */
	insn->absolute = (word & 0xfe000000) == 0xd6000000; /* br, blr, ret and their like */
}

static bool is_endbr64(const unsigned char *code, size_t size)
{
	static const unsigned char bytes[] = {0xf3, 0x0f, 0x1e, 0xfa};

	return size >= sizeof(bytes) && memcmp(code, bytes, sizeof(bytes)) == 0;
}

int insn_decode(struct insn_decoder *decoder, const void *code, size_t size, uint64_t address,
		struct insn *ret_insn)
{
	struct insn insn = {.length = 0};
	const uint8_t *at = code;
	uint64_t next = address;

	if (decoder->arch == ARCH_X86_64 && is_endbr64(code, size)) {
		*ret_insn = (struct insn){.length = 4, .movable = true};
		return 0;
	}
	if (!cs_disasm_iter(decoder->handle, &at, &size, &next, decoder->scratch))
		return -EINVAL;
	insn.length = (unsigned char)decoder->scratch->size;
	if (decoder->arch == ARCH_X86_64)
		analyse_x86(decoder, &insn);
	else
		analyse_aarch64(code, &insn);
	*ret_insn = insn;
	return 0;
}

int insn_copy(const struct insn *insn, const void *code, uint64_t from, uint64_t to,
	      unsigned char ret_bytes[INSN_MAX])
{
	unsigned char bytes[INSN_MAX];
	int32_t displacement;
	int64_t moved;

	if (!insn->movable || insn->length > INSN_MAX)
		return -EINVAL;
	memcpy(bytes, code, insn->length);
	if (insn->pc_operand) {
		memcpy(&displacement, bytes + insn->displacement_at, sizeof(displacement));
		if (__builtin_add_overflow(displacement, (int64_t)(from - to), &moved) ||
		    moved != (int32_t)moved)
			return -ERANGE;
		displacement = (int32_t)moved;
		memcpy(bytes + insn->displacement_at, &displacement, sizeof(displacement));
	}
	memcpy(ret_bytes, bytes, insn->length);
	return 0;
}

uint64_t insn_pc_after(const struct insn *insn, uint64_t from, uint64_t to, uint64_t pc)
{
	return insn->absolute ? pc : pc - to + from;
}
