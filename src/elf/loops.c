#include "elf/loops.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"

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
	bool cut[3];	       /* ways back that are done with */
	bool is_entry;
	unsigned loops;
};

struct graph {
	struct code_range range;
	struct step *steps;
	size_t step_count;
	struct block *blocks;
	size_t block_count;
};

static void graph_release(struct graph *g)
{
	free(g->steps);
	free(g->blocks);
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

/*
 * --- loops: Steensgaard's nesting, for graphs of any form ------------------
 *
 * A strongly connected part is a loop; without the ways back to where it is
 * entered, its own strongly connected parts are the loops in it.  So calls that
 * do not return do no harm, though the code behind them seems to be entered
 * from there.
 */

#define NESTING_MAX 32

struct search {
	struct graph *g;
	size_t *set;	      /* which part of the graph a block belongs to now */
	size_t *index, *low;  /* Tarjan's; index 0 = not visited */
	size_t *stack, *path; /* of the part under way; of the walk */
	unsigned char *edge;  /* the next one of each block */
	bool *is_on_stack;
	size_t depth, length, clock, sets;
};

static void enter(struct search *s, size_t block)
{
	s->index[block] = s->low[block] = ++s->clock;
	s->edge[block] = 0;
	s->is_on_stack[block] = true;
	s->stack[s->depth++] = block;
	s->path[s->length++] = block;
}

/* What leads from @block to another one of its part; SIZE_MAX: no more. */
static size_t next_inside(struct search *s, size_t block)
{
	const struct block *b = &s->g->blocks[block];

	while (s->edge[block] < b->nexts) {
		size_t n = s->edge[block]++;

		if (!b->cut[n] && s->set[b->next[n]] == s->set[block])
			return b->next[n];
	}
	return SIZE_MAX;
}

static bool leads_to(const struct block *from, size_t to)
{
	for (size_t n = 0; n < from->nexts; n++)
		if (from->next[n] == to && !from->cut[n])
			return true;
	return false;
}

/* The part of the stack from @first on is strongly connected. */
static void finish_part(struct search *s, size_t first)
{
	size_t from = s->depth, set = ++s->sets;
	bool is_loop;

	do
		s->is_on_stack[s->stack[--from]] = false;
	while (s->stack[from] != first);
	is_loop = s->depth - from > 1 || leads_to(&s->g->blocks[first], first);
	for (size_t i = from; i < s->depth; i++) {
		s->low[s->stack[i]] = is_loop ? set : 0; /* its new set, once all are known */
		s->g->blocks[s->stack[i]].loops += is_loop;
	}
	s->depth = from;
}

static void walk_from(struct search *s, size_t root)
{
	enter(s, root);
	while (s->length) {
		size_t at = s->path[s->length - 1], to = next_inside(s, at);

		if (to == SIZE_MAX) {
			size_t low = s->low[at];

			s->length--;
			if (low == s->index[at])
				finish_part(s, at);
			else if (s->low[s->path[s->length - 1]] > low)
				s->low[s->path[s->length - 1]] = low;
		} else if (!s->index[to]) {
			enter(s, to);
		} else if (s->is_on_stack[to] && s->index[to] < s->low[at]) {
			s->low[at] = s->index[to];
		}
	}
}

/* Ways back to a block that is reached from outside of its loop are cut. */
static void cut_entries(struct search *s)
{
	struct graph *g = s->g;

	for (size_t i = 0; i < g->block_count; i++)
		for (size_t n = 0; n < g->blocks[i].nexts; n++) {
			size_t to = g->blocks[i].next[n];

			if (s->set[to] && s->set[i] != s->set[to])
				g->blocks[to].is_entry = true;
		}
	g->blocks[0].is_entry = true;
	for (size_t i = 0; i < g->block_count; i++)
		for (size_t n = 0; n < g->blocks[i].nexts; n++) {
			size_t to = g->blocks[i].next[n];

			g->blocks[i].cut[n] |= g->blocks[to].is_entry && s->set[i] == s->set[to];
		}
	for (size_t i = 0; i < g->block_count; i++)
		g->blocks[i].is_entry = false;
}

/* One level of nesting; false: there are no loops any more. */
static bool find_level(struct search *s)
{
	size_t count = s->g->block_count;
	bool any = false;

	s->clock = 0;
	memset(s->index, 0, count * sizeof(*s->index));
	memset(s->low, 0, count * sizeof(*s->low));
	for (size_t i = 0; i < count; i++)
		if (s->set[i] && !s->index[i])
			walk_from(s, i);
	for (size_t i = 0; i < count; i++) {
		s->set[i] = s->set[i] ? s->low[i] : 0;
		any |= s->set[i] != 0;
	}
	if (any)
		cut_entries(s);
	return any;
}

static int count_loops(struct graph *g)
{
	size_t count = g->block_count;
	cleanup_free size_t *room = mem_zalloc(5 * count * sizeof(*room));
	cleanup_free unsigned char *edges = mem_zalloc(count);
	cleanup_free bool *is_on_stack = mem_zalloc(count);
	struct search s = {
		.g = g, .set = room, .edge = edges, .is_on_stack = is_on_stack, .sets = 1};

	if (!room || !edges || !is_on_stack)
		return -ENOMEM;
	s.index = room + count;
	s.low = room + 2 * count;
	s.stack = room + 3 * count;
	s.path = room + 4 * count;
	for (size_t i = 0; i < count; i++)
		s.set[i] = 1;
	for (unsigned level = 0; level < NESTING_MAX && find_level(&s); level++)
		;
	return 0;
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
	return rc ? rc : count_loops(g);
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
	size_t count = 0;
	cleanup_free struct image_call *calls = NULL;
	cleanup_free uint8_t *code = NULL;
	int rc = 0;

	*ret_calls = NULL;
	*ret_count = 0;
	rc = image_function_code(image, function, &code);
	if (rc)
		return err_errno(err, rc, "code");
	if (!code)
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
