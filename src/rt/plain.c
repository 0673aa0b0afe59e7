/* What the compilers put in front of loads and stores. */
#include "rt/rt.h"

RT_EXPORT void __tsan_init(void);
RT_EXPORT void __tsan_func_entry(void *caller);
RT_EXPORT void __tsan_func_exit(void);
RT_EXPORT void __tsan_read_range(void *address, size_t size);
RT_EXPORT void __tsan_write_range(void *address, size_t size);
RT_EXPORT void __tsan_vptr_read(void **address);
RT_EXPORT void __tsan_vptr_update(void **address, void *value);
RT_EXPORT void __tsan_ignore_thread_begin(void);
RT_EXPORT void __tsan_ignore_thread_end(void);

void __tsan_init(void)
{
	rt_attach();
}

void __tsan_func_entry(void *caller)
{
	(void)caller;
}

void __tsan_func_exit(void)
{
}

void __tsan_ignore_thread_begin(void)
{
}

void __tsan_ignore_thread_end(void)
{
}

#define ACCESS(name, size, kind, flags)                                                            \
	RT_EXPORT void __tsan_##name##size(void *address);                                         \
	void __tsan_##name##size(void *address)                                                    \
	{                                                                                          \
		RT_ACCESS(address, size, kind, flags);                                             \
	}

/* x = x + 1 in one call (clang's tsan-compound-read-before-write). */
#define ACCESS_BOTH(name, size)                                                                    \
	RT_EXPORT void __tsan_##name##size(void *address);                                         \
	void __tsan_##name##size(void *address)                                                    \
	{                                                                                          \
		RT_ACCESS(address, size, SEGMENT_PLAIN, 0);                                        \
		RT_ACCESS(address, size, SEGMENT_PLAIN, SEGMENT_WRITE);                            \
	}

#define ACCESSES(size)                                                                             \
	ACCESS(read, size, SEGMENT_PLAIN, 0)                                                       \
	ACCESS(write, size, SEGMENT_PLAIN, SEGMENT_WRITE)                                          \
	ACCESS_BOTH(read_write, size)                                                              \
	ACCESS(volatile_read, size, SEGMENT_VOLATILE, 0)                                           \
	ACCESS(volatile_write, size, SEGMENT_VOLATILE, SEGMENT_WRITE)                              \
	ACCESS(unaligned_read, size, SEGMENT_PLAIN, 0)                                             \
	ACCESS(unaligned_write, size, SEGMENT_PLAIN, SEGMENT_WRITE)                                \
	ACCESS_BOTH(unaligned_read_write, size)                                                    \
	ACCESS(unaligned_volatile_read, size, SEGMENT_VOLATILE, 0)                                 \
	ACCESS(unaligned_volatile_write, size, SEGMENT_VOLATILE, SEGMENT_WRITE)

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

void __tsan_read_range(void *address, size_t size)
{
	RT_ACCESS(address, size, SEGMENT_RANGE, 0);
}

void __tsan_write_range(void *address, size_t size)
{
	RT_ACCESS(address, size, SEGMENT_RANGE, SEGMENT_WRITE);
}

void __tsan_vptr_read(void **address)
{
	RT_ACCESS(address, sizeof(*address), SEGMENT_PLAIN, 0);
}

void __tsan_vptr_update(void **address, void *value)
{
	(void)value;
	RT_ACCESS(address, sizeof(*address), SEGMENT_PLAIN, SEGMENT_WRITE);
}
