/*
 * Store buffers, simulated: `--memory tso` and `pso`.
 *
 * While a flow has the turn, memory is as it sees it.  Stores that others do
 * not see yet are in its buffer, with what was there before; when the turn goes
 * to another they are taken back, and done again when it returns.  So every
 * process runs its own code on real memory, and sees its own stores only.
 *
 * Under TSO (x86) the oldest store becomes visible first; under PSO (as ARM
 * does, among more) any of them, but for what a release store or fence orders
 * and what goes to the same place.
 */
#include "rt/turn.h"

#define STORES 16

struct store {
	uint64_t address, old, new;
	uint32_t size;
	bool is_release;
};

struct buffer {
	struct store stores[STORES]; /* oldest first */
	uint32_t count;
	uint32_t fence; /* so many of them are before a release fence, the others behind it */
};
static __thread struct buffer buffer __attribute__((tls_model("initial-exec")));

static uint64_t load(uint64_t address, uint32_t size)
{
	uint64_t value = 0;

	rt_copy(&value, (const void *)address, size);
	return value;
}

static void store(uint64_t address, uint64_t value, uint32_t size)
{
	rt_copy((void *)address, &value, size);
}

void rt_buffer_out(void)
{
	for (uint32_t i = buffer.count; i-- > 0;) {
		struct store *s = &buffer.stores[i];

		s->new = load(s->address, s->size);
		store(s->address, s->old, s->size);
	}
}

void rt_buffer_in(void)
{
	for (uint32_t i = 0; i < buffer.count; i++) {
		struct store *s = &buffer.stores[i];

		s->old = load(s->address, s->size);
		store(s->address, s->new, s->size);
	}
}

/* Others see it from now on: it is in memory already. */
static void let_go(uint32_t index)
{
	buffer.count--;
	for (uint32_t i = index; i < buffer.count; i++)
		buffer.stores[i] = buffer.stores[i + 1];
	if (index < buffer.fence)
		buffer.fence--;
	schedule_written(rt_control);
}

void rt_buffer_drain(void)
{
	while (buffer.count)
		let_go(0);
}

static bool overlap(const struct store *a, const struct store *b)
{
	return a->address < b->address + b->size && b->address < a->address + a->size;
}

/* What stands before it in the buffer may stay behind. */
static bool can_pass(uint32_t index)
{
	const struct store *s = &buffer.stores[index];

	if (!index)
		return true;
	if (rt_control->memory != CONTROL_PSO || s->is_release ||
	    (index >= buffer.fence && buffer.fence))
		return false;
	for (uint32_t i = 0; i < index; i++)
		if (overlap(s, &buffer.stores[i]))
			return false;
	return true;
}

/*
 * By the seed and how far the flow is: not by the run's generator, so that a
 * schedule with fewer switches lets go at the same steps.
 */
static uint64_t chance(void)
{
	uint64_t z = rt_control->memory_seed + rt_self()->steps * UINT64_C(0x9e3779b97f4a7c15) +
		     rt_flow * UINT64_C(0xd1342543de82ef95);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void rt_buffer_step(void)
{
	uint64_t draw = chance();
	uint32_t index;

	if (!buffer.count || draw & 1)
		return;
	index = (uint32_t)((draw >> 1) % buffer.count);
	let_go(can_pass(index) ? index : 0);
}

void rt_buffer_fence(bool all)
{
	if (all)
		rt_buffer_drain();
	else
		buffer.fence = buffer.count;
}

bool rt_buffer_store(uint64_t address, uint64_t size, bool is_release)
{
	if (rt_control->memory == CONTROL_SC || size > sizeof(uint64_t))
		return false;
	if (buffer.count == STORES)
		let_go(0);
	buffer.stores[buffer.count++] = (struct store){.address = address,
						       .size = (uint32_t)size,
						       .old = load(address, (uint32_t)size),
						       .is_release = is_release};
	return true;
}
