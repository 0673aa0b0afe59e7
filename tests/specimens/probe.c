/* Every kind of access that a compiler may have a call for; compiled by tests/unit/rt, never run.
 */
#include <setjmp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

struct packed {
	char c;
	uint16_t s;
	uint32_t i;
	uint64_t l;
	volatile uint16_t vs;
	volatile uint32_t vi;
	volatile uint64_t vl;
	unsigned __int128 q;
} __attribute__((packed));

struct large {
	long words[40];
};

typedef float vector __attribute__((vector_size(16)));

#define PLAIN(type, name)                                                                          \
	void plain_##name(type *to, const type *from)                                              \
	{                                                                                          \
		*to = *from;                                                                       \
	}                                                                                          \
	void both_##name(type *p)                                                                  \
	{                                                                                          \
		*p = (type)(*p + 1);                                                               \
	}                                                                                          \
	void volatile_##name(volatile type *to, const volatile type *from)                         \
	{                                                                                          \
		*to = *from;                                                                       \
	}

#define ATOMIC(type, name)                                                                         \
	type atomic_##name(_Atomic type *p, type *expected, type v)                                \
	{                                                                                          \
		atomic_store(p, v);                                                                \
		v = (type)(v + atomic_load_explicit(p, memory_order_acquire));                     \
		v = (type)(v + atomic_exchange(p, v));                                             \
		v = (type)(v + atomic_fetch_add(p, v));                                            \
		v = (type)(v + atomic_fetch_sub(p, v));                                            \
		v = (type)(v + atomic_fetch_and(p, v));                                            \
		v = (type)(v + atomic_fetch_or(p, v));                                             \
		v = (type)(v + atomic_fetch_xor(p, v));                                            \
		v = (type)(v + atomic_compare_exchange_strong(p, expected, v));                    \
		v = (type)(v + atomic_compare_exchange_weak(p, expected, v));                      \
		return v;                                                                          \
	}                                                                                          \
	type nand_##name(type *p, type v)                                                          \
	{                                                                                          \
		return __atomic_fetch_nand(p, v, __ATOMIC_RELAXED);                                \
	}

#define ALL(type, name) PLAIN(type, name) ATOMIC(type, name)

ALL(uint8_t, 1)
ALL(uint16_t, 2)
ALL(uint32_t, 4)
ALL(uint64_t, 8)
ALL(unsigned __int128, 16)
PLAIN(long double, ld)
PLAIN(vector, v)

void packed(struct packed *to, struct packed *from)
{
	to->s = from->s;
	to->i = from->i;
	to->l = from->l;
	to->q = from->q;
	to->vs = from->vs;
	to->vi = from->vi;
	to->vl = from->vl;
	to->s++;
	to->i++;
	to->l++;
}

void copies(struct large *to, struct large *from, char *p, size_t n)
{
	*to = *from;
	memcpy(p, from, 77);
	memmove(p + 1, p, n);
	memset(p, 0, 99);
	memset(to, 0, sizeof(*to));
}

void fences(void)
{
	atomic_thread_fence(memory_order_seq_cst);
	atomic_signal_fence(memory_order_seq_cst);
}
