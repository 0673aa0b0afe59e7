/*
 * Atomic operations: here they are also done.
 *
 * Read-modify-write counts as a read and a write, a compare-exchange too
 * whether it succeeds or not.  Where the order that the program asks for is
 * not known at compile time, a stronger one is taken.
 */
#include "rt/flow.h"
#include "rt/rt.h"

#define PLACE ((uint64_t)__builtin_return_address(0))

static inline bool is_scheduled(const volatile void *p)
{
	return rt_is_watched((uint64_t)p) && rt_is_scheduled();
}

/* In a scheduled run it is one point. */
#define BOTH(p)                                                                                    \
	do {                                                                                       \
		if (is_scheduled(p)) {                                                             \
			rt_point_modify((uint64_t)(p), sizeof(*(p)), PLACE);                       \
			break;                                                                     \
		}                                                                                  \
		RT_ACCESS(p, sizeof(*(p)), SEGMENT_ATOMIC, 0);                                     \
		RT_ACCESS(p, sizeof(*(p)), SEGMENT_ATOMIC, SEGMENT_WRITE);                         \
	} while (0)

/* @is_done: also the writing half; @has_changed: others can see it. */
#define AFTER(p, old, is_done, has_changed, order)                                                 \
	do {                                                                                       \
		if (is_scheduled(p)) {                                                             \
			rt_did_atomic(true, is_done, order);                                       \
			rt_modified((uint64_t)(p), (uint64_t)(old), has_changed, PLACE);           \
		}                                                                                  \
	} while (0)

/* gcc's exchanges are told by the result and put the old value into *expected. */
#define COMPARE_EXCHANGE(bits, type, strength)                                                     \
	RT_EXPORT int __tsan_atomic##bits##_compare_exchange_##strength(                           \
		volatile type *p, type *expected, type desired, int order, int failure_order);     \
	int __tsan_atomic##bits##_compare_exchange_##strength(                                     \
		volatile type *p, type *expected, type desired, int order, int failure_order)      \
	{                                                                                          \
		type old, wanted = *expected;                                                      \
                                                                                                   \
		BOTH(p);                                                                           \
		old = __sync_val_compare_and_swap(p, wanted, desired);                             \
		AFTER(p, old, old == wanted, old == wanted && wanted != desired,                   \
		      old == wanted ? order : failure_order);                                      \
		if (old == wanted)                                                                 \
			return 1;                                                                  \
		*expected = old;                                                                   \
		return 0;                                                                          \
	}

#define MODIFY(bits, type, name, value)                                                            \
	RT_EXPORT type __tsan_atomic##bits##_##name(volatile type *p, type operand, int order);    \
	type __tsan_atomic##bits##_##name(volatile type *p, type operand, int order)               \
	{                                                                                          \
		type old;                                                                          \
                                                                                                   \
		BOTH(p);                                                                           \
		do                                                                                 \
			old = load##bits(p);                                                       \
		while (!__sync_bool_compare_and_swap(p, old, (type)(value)));                      \
		AFTER(p, old, true, old != (type)(value), order);                                  \
		return old;                                                                        \
	}

#define ATOMICS(bits, type)                                                                        \
	RT_EXPORT type __tsan_atomic##bits##_load(const volatile type *p, int order);              \
	type __tsan_atomic##bits##_load(const volatile type *p, int order)                         \
	{                                                                                          \
		type value;                                                                        \
                                                                                                   \
		if (!is_scheduled(p)) {                                                            \
			RT_ACCESS(p, sizeof(*p), SEGMENT_ATOMIC, 0);                               \
			return load##bits(p);                                                      \
		}                                                                                  \
		rt_point_atomic((uint64_t)p, sizeof(*p), true, false, order, PLACE);               \
		value = load##bits(p);                                                             \
		rt_saw((uint64_t)p, (uint64_t)value, PLACE);                                       \
		return value;                                                                      \
	}                                                                                          \
	RT_EXPORT void __tsan_atomic##bits##_store(volatile type *p, type value, int order);       \
	void __tsan_atomic##bits##_store(volatile type *p, type value, int order)                  \
	{                                                                                          \
		if (is_scheduled(p)) {                                                             \
			rt_point_store((uint64_t)p, sizeof(*p), order, PLACE);                     \
		} else {                                                                           \
			RT_ACCESS(p, sizeof(*p), SEGMENT_ATOMIC, SEGMENT_WRITE);                   \
		}                                                                                  \
		store##bits(p, value, order);                                                      \
	}                                                                                          \
	/* clang's: the old value is the result */                                                 \
	RT_EXPORT type __tsan_atomic##bits##_compare_exchange_val(                                 \
		volatile type *p, type expected, type desired, int order, int failure_order);      \
	type __tsan_atomic##bits##_compare_exchange_val(                                           \
		volatile type *p, type expected, type desired, int order, int failure_order)       \
	{                                                                                          \
		type old;                                                                          \
                                                                                                   \
		BOTH(p);                                                                           \
		old = __sync_val_compare_and_swap(p, expected, desired);                           \
		AFTER(p, old, old == expected, old == expected && expected != desired,             \
		      old == expected ? order : failure_order);                                    \
		return old;                                                                        \
	}                                                                                          \
	COMPARE_EXCHANGE(bits, type, strong)                                                       \
	COMPARE_EXCHANGE(bits, type, weak)                                                         \
	MODIFY(bits, type, exchange, operand)                                                      \
	MODIFY(bits, type, fetch_add, old + operand)                                               \
	MODIFY(bits, type, fetch_sub, old - operand)                                               \
	MODIFY(bits, type, fetch_and, old &operand)                                                \
	MODIFY(bits, type, fetch_or, old | operand)                                                \
	MODIFY(bits, type, fetch_xor, old ^ operand)                                               \
	MODIFY(bits, type, fetch_nand, ~(old & operand))

#define LOAD_STORE(bits, type)                                                                     \
	static inline type load##bits(const volatile type *p)                                      \
	{                                                                                          \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                       \
	}                                                                                          \
	static inline void store##bits(volatile type *p, type value, int order)                    \
	{                                                                                          \
		if (order == __ATOMIC_SEQ_CST)                                                     \
			__atomic_store_n(p, value, __ATOMIC_SEQ_CST);                              \
		else                                                                               \
			__atomic_store_n(p, value, __ATOMIC_RELEASE);                              \
	}

typedef unsigned __int128 uint128_t;

LOAD_STORE(8, uint8_t)
LOAD_STORE(16, uint16_t)
LOAD_STORE(32, uint32_t)
LOAD_STORE(64, uint64_t)

/* __atomic_load_n() of 16 bytes would call libatomic. */
static inline uint128_t load128(const volatile uint128_t *p)
{
	return __sync_val_compare_and_swap((volatile uint128_t *)p, 0, 0);
}

static inline void store128(volatile uint128_t *p, uint128_t value, int order)
{
	uint128_t old;

	(void)order;
	do
		old = load128(p);
	while (!__sync_bool_compare_and_swap(p, old, value));
}

ATOMICS(8, uint8_t)
ATOMICS(16, uint16_t)
ATOMICS(32, uint32_t)
ATOMICS(64, uint64_t)
ATOMICS(128, uint128_t)

RT_EXPORT void __tsan_atomic_thread_fence(int order);
RT_EXPORT void __tsan_atomic_signal_fence(int order);

void __tsan_atomic_thread_fence(int order)
{
	if (rt_is_scheduled())
		rt_point_fence(order, PLACE);
	__sync_synchronize();
}

void __tsan_atomic_signal_fence(int order)
{
	(void)order;
	__asm__ volatile("" ::: "memory");
}
