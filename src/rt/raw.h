/*
 * raw.h - system calls without the C library: no errno, no TLS, nothing that is interposed.
 *
 * As the kernel returns: >= 0 or a negative errno.
 */
#ifndef RT_RAW_H
#define RT_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>

/* The analyser does not see that assembly writes what @a to @f point to; of a call it thinks so. */
#if defined(__clang_analyzer__)

long raw6(long nr, long a, long b, long c, long d, long e, long f);

#elif defined(__x86_64__)

static inline long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

static inline long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#else
#error "the runtime knows x86_64 and aarch64"
#endif

static inline long raw3(long nr, long a, long b, long c)
{
	return raw6(nr, a, b, c, 0, 0, 0);
}

static inline bool raw_failed(long result)
{
	return result < 0 && result >= -4095;
}

#endif
