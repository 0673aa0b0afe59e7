#include "lib/bpf.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

struct machine {
	uint32_t a, x, memory[BPF_MEMWORDS];
	const struct seccomp_data *data;
};

static uint32_t load(const struct machine *m, uint32_t offset)
{
	uint32_t word;

	cr_assert(offset % 4 == 0 && offset + 4 <= sizeof(*m->data), "load at %u", offset);
	memcpy(&word, (const char *)m->data + offset, sizeof(word));
	return word;
}

static uint32_t compute(unsigned op, uint32_t a, uint32_t b)
{
	switch (op) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		return b ? a / b : 0;
	case BPF_AND:
		return a & b;
	case BPF_OR:
		return a | b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return b < 32 ? a << b : 0;
	case BPF_RSH:
		return b < 32 ? a >> b : 0;
	case BPF_NEG:
		return -a;
	default:
		cr_assert_fail("arithmetic %#x", op);
		return 0;
	}
}

static bool compare(unsigned op, uint32_t a, uint32_t b)
{
	switch (op) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JSET:
		return (a & b) != 0;
	default:
		cr_assert_fail("jump %#x", op);
		return false;
	}
}

static void move(struct machine *m, const struct sock_filter *insn)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		m->a = load(m, insn->k);
		break;
	case BPF_LD | BPF_W | BPF_LEN:
		m->a = sizeof(*m->data);
		break;
	case BPF_LD | BPF_IMM:
		m->a = insn->k;
		break;
	case BPF_LDX | BPF_IMM:
		m->x = insn->k;
		break;
	case BPF_LD | BPF_MEM:
		m->a = m->memory[insn->k % BPF_MEMWORDS];
		break;
	case BPF_LDX | BPF_MEM:
		m->x = m->memory[insn->k % BPF_MEMWORDS];
		break;
	case BPF_ST:
		m->memory[insn->k % BPF_MEMWORDS] = m->a;
		break;
	case BPF_STX:
		m->memory[insn->k % BPF_MEMWORDS] = m->x;
		break;
	case BPF_MISC | BPF_TAX:
		m->x = m->a;
		break;
	case BPF_MISC | BPF_TXA:
		m->a = m->x;
		break;
	default:
		cr_assert_fail("instruction %#x", insn->code);
	}
}

static size_t jump(const struct machine *m, const struct sock_filter *insn)
{
	unsigned op = BPF_OP(insn->code);

	if (op == BPF_JA)
		return insn->k;
	return compare(op, m->a, BPF_SRC(insn->code) == BPF_X ? m->x : insn->k) ? insn->jt
										: insn->jf;
}

uint32_t bpf_run_counted(const struct sock_filter *code, size_t length,
			 const struct seccomp_data *data, unsigned *ret_steps)
{
	struct machine m = {.data = data};

	cr_assert(length > 0 && length <= BPF_MAXINSNS, "%zu instructions", length);
	*ret_steps = 0;
	for (size_t pc = 0; pc < length; pc++) {
		const struct sock_filter *insn = &code[pc];

		++*ret_steps;
		switch (BPF_CLASS(insn->code)) {
		case BPF_RET:
			return BPF_RVAL(insn->code) == BPF_A ? m.a : insn->k;
		case BPF_JMP:
			pc += jump(&m, insn);
			break;
		case BPF_ALU:
			m.a = compute(BPF_OP(insn->code), m.a,
				      BPF_SRC(insn->code) == BPF_X ? m.x : insn->k);
			break;
		default:
			move(&m, insn);
			break;
		}
	}
	cr_assert_fail("the program ends without a return");
	return 0;
}

uint32_t bpf_run(const struct sock_filter *code, size_t length, const struct seccomp_data *data)
{
	unsigned steps;

	return bpf_run_counted(code, length, data, &steps);
}
