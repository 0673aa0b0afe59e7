/*
 * memcpy(), memmove(), memset() of the program.
 *
 * clang 19 calls them __tsan_memcpy and so on; for the others `ipcfault cc`
 * links with --wrap, which renames every reference of the program, and of the
 * C library when that is linked statically.
 */
#include "rt/flow.h"
#include "rt/rt.h"

typedef void *copy_fn(void *to, const void *from, size_t size);
typedef void *set_fn(void *to, int byte, size_t size);

/* The library's own, which --wrap gives; NULL where somebody has linked without. */
extern copy_fn __real_memcpy __attribute__((weak)), __real_memmove __attribute__((weak));
extern set_fn __real_memset __attribute__((weak));

RT_EXPORT copy_fn __tsan_memcpy, __tsan_memmove, __wrap_memcpy, __wrap_memmove;
RT_EXPORT set_fn __tsan_memset, __wrap_memset;

static void copy_backwards(void *to, const void *from, size_t size)
{
	while (size--)
		((char *)to)[size] = ((const char *)from)[size];
}

static void *move(void *to, const void *from, size_t size)
{
	if (__real_memmove)
		return __real_memmove(to, from, size);
	if ((uintptr_t)to <= (uintptr_t)from)
		rt_copy(to, from, size);
	else
		copy_backwards(to, from, size);
	return to;
}

static void *copy(void *to, const void *from, size_t size)
{
	return __real_memcpy ? __real_memcpy(to, from, size) : move(to, from, size);
}

static void *set(void *to, int byte, size_t size)
{
	if (__real_memset)
		return __real_memset(to, byte, size);
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = (char)byte;
	return to;
}

/* In a scheduled run others come in between: of a long one, so many times. */
#define PIECES 4
#define WORD   sizeof(uint64_t)

static size_t piece_of(size_t size)
{
	return size <= PIECES * WORD ? WORD : (size / PIECES + WORD) / WORD * WORD;
}

static bool overlap(const void *to, const void *from, size_t size)
{
	return (uintptr_t)to - (uintptr_t)from < size || (uintptr_t)from - (uintptr_t)to < size;
}

static bool is_split(const void *to, const void *from, size_t size)
{
	return size > WORD && (rt_is_watched((uint64_t)to) || rt_is_watched((uint64_t)from)) &&
	       rt_is_scheduled() && !overlap(to, from, size);
}

static void access(const void *at, size_t size, unsigned flags, uint64_t place)
{
	if (rt_is_watched((uint64_t)at))
		rt_access((uint64_t)at, size, SEGMENT_RANGE, flags, place);
}

static void *copy_pieces(void *to, const void *from, size_t size, uint64_t place)
{
	size_t piece = piece_of(size);

	for (size_t at = 0; at < size; at += piece) {
		size_t now = size - at < piece ? size - at : piece;

		access((const char *)from + at, now, 0, place);
		access((char *)to + at, now, SEGMENT_WRITE, place);
		copy((char *)to + at, (const char *)from + at, now);
	}
	return to;
}

static void *set_pieces(void *to, int byte, size_t size, uint64_t place)
{
	size_t piece = piece_of(size);

	for (size_t at = 0; at < size; at += piece) {
		size_t now = size - at < piece ? size - at : piece;

		access((char *)to + at, now, SEGMENT_WRITE, place);
		set((char *)to + at, byte, now);
	}
	return to;
}

extern char etext[]; /* the linker */

#define PLACE ((uint64_t)__builtin_return_address(0))

/*
 * Without shared libraries --wrap is for the C library's own calls too.  They
 * are no accesses of the program, and no place to give the turn away: locks of
 * the library are held.  It is linked behind the runtime, the program before.
 */
static bool is_library(uint64_t place)
{
	return place - (uint64_t)rt_attach < (uint64_t)etext - (uint64_t)rt_attach;
}

#define COPY(name, how)                                                                      \
	void *name(void *to, const void *from, size_t size)                                        \
	{                                                                                          \
		if (is_library(PLACE))                                                             \
			return how(to, from, size);                                                \
		if (is_split(to, from, size))                                                      \
			return copy_pieces(to, from, size, PLACE);                                 \
		if (size) {                                                                        \
			RT_ACCESS(from, size, SEGMENT_RANGE, 0);                                   \
			RT_ACCESS(to, size, SEGMENT_RANGE, SEGMENT_WRITE);                         \
		}                                                                                  \
		return how(to, from, size);                                                        \
	}

#define SET(name)                                                                                  \
	void *name(void *to, int byte, size_t size)                                                \
	{                                                                                          \
		if (is_library(PLACE))                                                             \
			return set(to, byte, size);                                                \
		if (is_split(to, NULL, size))                                                      \
			return set_pieces(to, byte, size, PLACE);                                  \
		if (size)                                                                          \
			RT_ACCESS(to, size, SEGMENT_RANGE, SEGMENT_WRITE);                         \
		return set(to, byte, size);                                                        \
	}

COPY(__tsan_memcpy, copy)
COPY(__wrap_memcpy, copy)
COPY(__tsan_memmove, move)
COPY(__wrap_memmove, move)
SET(__tsan_memset)
SET(__wrap_memset)
