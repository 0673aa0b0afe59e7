#include "elf/loops.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"

#define FUNCTION_MAX (1 << 20) /* bytes */

struct step {
	uint64_t address, after;
	uint64_t call; /* target, 0 = none */
	uint64_t jump; /* target in the function, 0 = none */
	bool ends;     /* the next instruction is not the next step */
	bool by_table; /* a jump to a place that it does not name */
	size_t block;
};

struct block {
	size_t first, last;    /* steps */
	size_t next[3], nexts; /* blocks */
	size_t dominator;      /* the closest, itself for the first */
	size_t order;	       /* in reverse postorder, from 1; 0 = not reached */
	unsigned loops;
};

struct graph {
	struct code_range range;
	struct step *steps;
	size_t step_count;
	struct block *blocks;
	size_t block_count;
	size_t *sequence; /* blocks in reverse postorder */
	size_t reached;
};

static void graph_release(struct graph *g)
{
	free(g->steps);
	free(g->blocks);
	free(g->sequence);
}

/* --- instructions -------------------------------------------------------- */

static uint64_t immediate(const cs_insn *insn)
{
#if defined(__x86_64__)
	const cs_x86 *x86 = &insn->detail->x86;

	return x86->op_count == 1 && x86->operands[0].type == X86_OP_IMM
		       ? (uint64_t)x86->operands[0].imm
		       : 0;
#else
	const cs_arm64 *arm = &insn->detail->arm64;

	return arm->op_count && arm->operands[arm->op_count - 1].type == ARM64_OP_IMM
		       ? (uint64_t)arm->operands[arm->op_count - 1].imm
		       : 0;
#endif
}

static bool is_unconditional(const cs_insn *insn)
{
#if defined(__x86_64__)
	return insn->id == X86_INS_JMP || insn->id == X86_INS_LJMP || insn->id == X86_INS_UD2 ||
	       insn->id == X86_INS_HLT;
#else
	return (insn->id == ARM64_INS_B && (insn->detail->arm64.cc == ARM64_CC_INVALID ||
					    insn->detail->arm64.cc == ARM64_CC_AL)) ||
	       insn->id == ARM64_INS_BR;
#endif
}

static bool is_call(csh handle, const cs_insn *insn)
{
#if defined(__x86_64__)
	return cs_insn_group(handle, insn, CS_GRP_CALL);
#else
	(void)handle;
	return insn->id == ARM64_INS_BL || insn->id == ARM64_INS_BLR;
#endif
}

static int add_step(struct graph *g, csh handle, const cs_insn *insn)
{
	struct step *step = mem_append(&g->steps, &g->step_count, sizeof(*step));
	uint64_t target;

	if (!step)
		return -ENOMEM;
	*step = (struct step){.address = insn->address, .after = insn->address + insn->size};
	target = immediate(insn);
	if (is_call(handle, insn)) {
		step->call = target;
		return 0;
	}
	step->ends = is_unconditional(insn) || cs_insn_group(handle, insn, CS_GRP_RET);
	if (cs_insn_group(handle, insn, CS_GRP_JUMP) && target >= g->range.start &&
	    target < g->range.end)
		step->jump = target;
	step->by_table = cs_insn_group(handle, insn, CS_GRP_JUMP) && !target;
	return 0;
}

static csh open_decoder(void)
{
	csh handle = 0;
#if defined(__x86_64__)
	cs_err rc = cs_open(CS_ARCH_X86, CS_MODE_64, &handle);
#else
	cs_err rc = cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &handle);
#endif

	if (rc != CS_ERR_OK || cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK)
		return 0;
	return handle;
}

static int read_steps(struct graph *g, const uint8_t *code)
{
	csh handle = open_decoder();
	cs_insn *insn = handle ? cs_malloc(handle) : NULL;
	size_t size = g->range.end - g->range.start;
	uint64_t address = g->range.start;
	int rc = insn ? 0 : -ENOMEM;

	while (!rc && cs_disasm_iter(handle, &code, &size, &address, insn))
		rc = add_step(g, handle, insn);
	if (insn)
		cs_free(insn, 1);
	if (handle)
		cs_close(&handle);
	return rc;
}

/* --- blocks -------------------------------------------------------------- */

/* SIZE_MAX: there is no such instruction. */
static size_t step_at(const struct graph *g, uint64_t address)
{
	size_t low = 0, high = g->step_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->steps[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < g->step_count && g->steps[low].address == address ? low : SIZE_MAX;
}

static int make_blocks(struct graph *g)
{
	cleanup_free bool *leads = mem_zalloc(g->step_count + 1);

	if (!leads)
		return -ENOMEM;
	leads[0] = true;
	for (size_t i = 0; i < g->step_count; i++) {
		size_t to = g->steps[i].jump ? step_at(g, g->steps[i].jump) : SIZE_MAX;

		if (to != SIZE_MAX)
			leads[to] = true;
		leads[i + 1] |= g->steps[i].ends || g->steps[i].jump;
	}
	for (size_t i = 0; i < g->step_count; i++) {
		struct block *b = leads[i] ? mem_append(&g->blocks, &g->block_count, sizeof(*b))
					   : &g->blocks[g->block_count - 1];

		if (!b)
			return -ENOMEM;
		if (leads[i])
			b->first = i;
		b->last = i;
		g->steps[i].block = g->block_count - 1;
	}
	return 0;
}

static void connect(struct graph *g)
{
	for (size_t i = 0; i < g->block_count; i++) {
		struct block *b = &g->blocks[i];
		const struct step *last = &g->steps[b->last];
		size_t to = last->jump ? step_at(g, last->jump) : SIZE_MAX;

		if (!last->ends && i + 1 < g->block_count)
			b->next[b->nexts++] = i + 1;
		if (to != SIZE_MAX)
			b->next[b->nexts++] = g->steps[to].block;
	}
}

static void mark_led_to(const struct graph *g, bool *is_led_to)
{
	for (size_t i = 0; i < g->block_count; i++)
		for (size_t n = 0; n < g->blocks[i].nexts; n++)
			is_led_to[g->blocks[i].next[n]] = true;
}

static bool jumps_by_table(const struct graph *g, size_t block)
{
	return g->steps[g->blocks[block].last].by_table;
}

/*
 * What nothing else leads to is reached by the jump through a table that
 * stands before it: one after the other, as a block has room for one more.
 */
static int connect_tables(struct graph *g)
{
	cleanup_free bool *is_led_to = mem_zalloc(g->block_count + 1);
	size_t from = SIZE_MAX;

	if (!is_led_to)
		return -ENOMEM;
	mark_led_to(g, is_led_to);
	for (size_t i = 0; i < g->block_count && from == SIZE_MAX; i++)
		if (jumps_by_table(g, i))
			from = i;
	for (size_t i = 1; i < g->block_count && from != SIZE_MAX; i++) {
		struct block *b = &g->blocks[from];

		if (!is_led_to[i] && i != from) {
			b->next[b->nexts++] = i;
			from = i;
		}
		if (jumps_by_table(g, i))
			from = i;
	}
	return 0;
}

/* --- dominators: Cooper, Harvey, Kennedy ---------------------------------- */

/* Postorder from @root, written from the end of g->sequence. */
static void number_from(struct graph *g, size_t root, size_t *stack, size_t *visited, size_t *end)
{
	size_t depth = 0;

	if (g->blocks[root].order)
		return;
	g->blocks[root].order = 1;
	stack[depth++] = root;
	while (depth) {
		size_t at = stack[depth - 1];

		if (visited[at] < g->blocks[at].nexts) {
			size_t next = g->blocks[at].next[visited[at]++];

			if (!g->blocks[next].order) {
				g->blocks[next].order = 1;
				stack[depth++] = next;
			}
			continue;
		}
		g->sequence[--*end] = at;
		depth--;
	}
}

/* What nothing leads to is a root too; the first block comes first of all. */
static int number_blocks(struct graph *g)
{
	cleanup_free size_t *stack = mem_zalloc((g->block_count + 1) * sizeof(*stack));
	cleanup_free size_t *visited = mem_zalloc((g->block_count + 1) * sizeof(*visited));
	cleanup_free bool *is_led_to = mem_zalloc(g->block_count + 1);
	size_t end = g->block_count;

	g->sequence = mem_zalloc((g->block_count + 1) * sizeof(*g->sequence));
	if (!stack || !visited || !is_led_to || !g->sequence)
		return -ENOMEM;
	mark_led_to(g, is_led_to);
	for (size_t i = g->block_count; i-- > 1;)
		if (!is_led_to[i])
			number_from(g, i, stack, visited, &end);
	number_from(g, 0, stack, visited, &end);
	for (size_t i = g->block_count; i-- > 0;) /* cycles that nothing leads to */
		number_from(g, i, stack, visited, &end);
	for (size_t i = 0; i < g->block_count; i++)
		g->blocks[g->sequence[i]].order = i + 1;
	return 0;
}

static size_t common(const struct graph *g, size_t a, size_t b)
{
	while (a != b) {
		while (g->blocks[a].order > g->blocks[b].order && g->blocks[a].dominator != a)
			a = g->blocks[a].dominator;
		if (g->blocks[a].order > g->blocks[b].order)
			return b;
		while (g->blocks[b].order > g->blocks[a].order && g->blocks[b].dominator != b)
			b = g->blocks[b].dominator;
		if (g->blocks[b].order > g->blocks[a].order)
			return a;
	}
	return a;
}

static void find_dominators(struct graph *g)
{
	bool changes = true;

	for (size_t i = 0; i < g->block_count; i++)
		g->blocks[i].dominator = SIZE_MAX;
	while (changes) {
		changes = false;
		for (size_t i = 0; i < g->block_count; i++) {
			struct block *b = &g->blocks[g->sequence[i]];

			if (b->dominator == SIZE_MAX) {
				b->dominator = g->sequence[i];
				changes = true;
			}
			for (size_t n = 0; n < b->nexts; n++) {
				struct block *next = &g->blocks[b->next[n]];
				size_t now = next->dominator == SIZE_MAX
						     ? g->sequence[i]
						     : common(g, next->dominator, g->sequence[i]);

				if (next->order <= b->order && next->dominator != SIZE_MAX)
					continue; /* a way back changes nothing */
				changes |= now != next->dominator;
				next->dominator = now;
			}
		}
	}
}

static bool dominates(const struct graph *g, size_t above, size_t below)
{
	while (below != above && g->blocks[below].dominator != below)
		below = g->blocks[below].dominator;
	return below == above;
}

/* --- loops --------------------------------------------------------------- */

/* All that reaches @header's ways back without passing it; once a header. */
static int count_loop(struct graph *g, size_t header)
{
	cleanup_free bool *inside = mem_zalloc(g->block_count);
	bool grows = true, any = false;

	if (!inside)
		return -ENOMEM;
	for (size_t i = 0; i < g->block_count; i++)
		for (size_t n = 0; n < g->blocks[i].nexts; n++)
			if (g->blocks[i].next[n] == header && dominates(g, header, i))
				any = inside[i] = true;
	if (!any)
		return 0;
	inside[header] = true;
	while (grows) {
		grows = false;
		for (size_t i = g->block_count; i-- > 0;)
			for (size_t n = 0; !inside[i] && n < g->blocks[i].nexts; n++)
				if (inside[g->blocks[i].next[n]] &&
				    g->blocks[i].next[n] != header && dominates(g, header, i))
					grows = inside[i] = true;
	}
	for (size_t i = 0; i < g->block_count; i++)
		g->blocks[i].loops += inside[i];
	return 0;
}

static bool is_header(const struct graph *g, size_t block)
{
	for (size_t i = 0; i < g->block_count; i++)
		for (size_t n = 0; n < g->blocks[i].nexts; n++)
			if (g->blocks[i].next[n] == block &&
			    g->blocks[i].order >= g->blocks[block].order)
				return true;
	return false;
}

static int analyse(struct graph *g, const uint8_t *code)
{
	int rc = read_steps(g, code);

	if (!rc && !g->step_count)
		return 0;
	rc = rc ? rc : make_blocks(g);
	if (!rc)
		connect(g);
	rc = rc ? rc : connect_tables(g);
	rc = rc ? rc : number_blocks(g);
	if (!rc)
		find_dominators(g);
	for (size_t i = 0; !rc && i < g->block_count; i++)
		if (is_header(g, i))
			rc = count_loop(g, i);
	return rc;
}

static int take_calls(const struct graph *g, struct image_call **calls, size_t *count)
{
	for (size_t i = 0; i < g->step_count; i++) {
		struct image_call *call;

		if (!g->steps[i].call)
			continue;
		call = mem_append(calls, count, sizeof(*call));
		if (!call)
			return -ENOMEM;
		*call = (struct image_call){g->steps[i].after, g->steps[i].call,
					    g->blocks[g->steps[i].block].loops};
	}
	return 0;
}

int image_calls_of(struct image *image, struct code_range function, struct image_call **ret_calls,
		   size_t *ret_count, struct err *err)
{
	struct graph g = {.range = function};
	size_t size = function.end - function.start, count = 0;
	cleanup_free struct image_call *calls = NULL;
	cleanup_free uint8_t *code = NULL;
	int rc = 0;

	*ret_calls = NULL;
	*ret_count = 0;
	if (function.end <= function.start || size > FUNCTION_MAX)
		return 0;
	code = mem_zalloc(size);
	if (!code)
		return err_errno(err, -ENOMEM, "code");
	if (!image_read(image, function.start, code, size))
		return 0;
	rc = analyse(&g, code);
	rc = rc ? rc : take_calls(&g, &calls, &count);
	graph_release(&g);
	if (rc)
		return err_errno(err, rc, "code");
	*ret_calls = TAKE_PTR(calls);
	*ret_count = count;
	return 0;
}
