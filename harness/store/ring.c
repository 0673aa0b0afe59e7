#include "ring.h"

#include "lib/shared.h"

#ifdef BUG_PLAIN
#define get_state(state)	(*(state))
#define set_state(state, value) (*(state) = (value))
#else
/* What the other side has written to the slot before is seen. */
#define get_state(state)	atomic_load_explicit(state, memory_order_acquire)
#define set_state(state, value) atomic_store_explicit(state, value, memory_order_release)
#endif

/* How many rounds to wait before the next look: processor time alone, no system call. */
static __attribute__((noinline)) unsigned back_off(unsigned rounds)
{
	unsigned next = rounds < 512 ? rounds * 2 : 512;

	while (rounds > 1)
		rounds = rounds % 2 ? rounds * 3 + 1 : rounds / 2;
	return next * rounds;
}

/* Until it has that state. */
static void await_state(slot_state *state, unsigned wanted)
{
	unsigned rounds = 1;

	while (get_state(state) != wanted)
		rounds = back_off(rounds);
}

struct slot *ring_claim(struct ring *ring)
{
	unsigned ticket = atomic_fetch_add(&ring->tickets, 1);
	struct slot *slot = &ring->slots[ticket % RING_SLOTS];

	await_state(&slot->state, SLOT_FREE);
	return slot;
}

void ring_post(struct ring *ring, struct slot *slot)
{
	set_state(&slot->state, SLOT_POSTED);
	atomic_fetch_add(&ring->posted, 1);
	futex_wake_all((unsigned *)&ring->posted);
}

void ring_await(struct slot *slot)
{
	await_state(&slot->state, SLOT_ANSWERED);
}

void ring_release(struct slot *slot)
{
	set_state(&slot->state, SLOT_FREE);
}

struct slot *ring_take(struct ring *ring)
{
	struct slot *slot = &ring->slots[ring->served % RING_SLOTS];

	for (;;) {
		unsigned posted = atomic_load(&ring->posted);

		if (get_state(&slot->state) == SLOT_POSTED)
			return slot;
		futex_wait((unsigned *)&ring->posted, posted);
	}
}

void ring_answer(struct ring *ring, struct slot *slot)
{
	ring->served++;
	set_state(&slot->state, SLOT_ANSWERED);
}

unsigned ring_in_use(struct ring *ring)
{
	unsigned used = 0;

	for (unsigned i = 0; i < RING_SLOTS; i++)
		used += get_state(&ring->slots[i].state) != SLOT_FREE;
	return used;
}
