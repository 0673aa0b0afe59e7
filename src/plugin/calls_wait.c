/*
 * futex(): locks, semaphores and conditions of the C library end here.
 *
 * Who waits is known to the scheduler only; the kernel is asked when the
 * answer is there.  Who was woken gets "the word has changed" from it, as it
 * may when another was faster: libraries look at the word again either way.
 */
#include <linux/futex.h>
#include <time.h>

#include "plugin/plugin.h"
#include "rt/raw.h"

static void wait_on(struct call *c)
{
	uint32_t *word = (uint32_t *)c->args[0], expected = (uint32_t)c->args[2], other = ~expected;
	uint64_t until = rt_futex_limit((int)c->args[1], (const struct timespec *)c->args[3]);

	rt_point(POINT_WAIT, (uint64_t)word, sizeof(*word), c->place);
	if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != expected)
		return;
	if (!rt_block(rt_key(word), until))
		plugin_lend_past(c, c->args[3]);
	else if (__atomic_load_n(word, __ATOMIC_SEQ_CST) == expected)
		plugin_lend(c, (uint64_t)word, &other, sizeof(other));
}

static void wake(struct call *c)
{
	uint32_t *word = (uint32_t *)c->args[0];

	rt_point(POINT_WAKE, (uint64_t)word, sizeof(*word), c->place);
	for (uint32_t woken = 0; woken < (uint32_t)c->args[2] && rt_wake_one(rt_key(word)); woken++)
		;
}

static void before_futex(struct call *c)
{
	int command = (int)c->args[1] & FUTEX_CMD_MASK;

	if (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET)
		wait_on(c);
	else if (command == FUTEX_WAKE || command == FUTEX_WAKE_BITSET)
		wake(c);
}

const struct call_row plugin_wait_calls[] = {
	{SYS_futex, before_futex, NULL},
	{0, NULL, NULL},
};
