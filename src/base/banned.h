/*
 * banned.h - functions that none of our sources may call.
 *
 * The Makefile includes it in front of every file of src/.  A call becomes an
 * undeclared name that says why.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* First the libraries' own declarations of these names. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define BANNED_(function, instead) banned_##function##_use_##instead

/* They do not know where the buffer ends. */
#undef strcpy
#define strcpy(...) BANNED_(strcpy, snprintf_or_mem_strdup)
#undef strcat
#define strcat(...) BANNED_(strcat, snprintf_or_mem_printf)
#undef strncpy
#define strncpy(...) BANNED_(strncpy, snprintf_or_memcpy)
#undef strncat
#define strncat(...) BANNED_(strncat, snprintf_or_mem_printf)
#undef sprintf
#define sprintf(...) BANNED_(sprintf, snprintf_or_mem_printf)
#undef vsprintf
#define vsprintf(...) BANNED_(vsprintf, vsnprintf_or_mem_vprintf)
#undef gets
#define gets(...) BANNED_(gets, getline)

/* They cannot report an error. */
#undef atoi
#define atoi(...) BANNED_(atoi, strtol)
#undef atol
#define atol(...) BANNED_(atol, strtol)
#undef atoll
#define atoll(...) BANNED_(atoll, strtoll)
#undef atof
#define atof(...) BANNED_(atof, strtod)

/* They keep hidden state. */
#undef strtok
#define strtok(...) BANNED_(strtok, strsep)
#undef ctime
#define ctime(...) BANNED_(ctime, strftime)
#undef asctime
#define asctime(...) BANNED_(asctime, strftime)
#undef localtime
#define localtime(...) BANNED_(localtime, localtime_r)
#undef gmtime
#define gmtime(...) BANNED_(gmtime, gmtime_r)

/* Allocation passes a fault point.  (malloc is in the macros of uthash.) */
#undef strdup
#define strdup(...) BANNED_(strdup, mem_strdup)
#undef strndup
#define strndup(...) BANNED_(strndup, mem_strndup)
#undef asprintf
#define asprintf(...) BANNED_(asprintf, mem_printf)

/* What they do varies, or a shell stands between. */
#undef signal
#define signal(...) BANNED_(signal, sigaction)
#undef system
#define system(...) BANNED_(system, posix_spawn)
#undef popen
#define popen(...) BANNED_(popen, posix_spawn_and_pipe)

/* Somebody else can take the name first. */
#undef mktemp
#define mktemp(...) BANNED_(mktemp, mkstemp)
#undef tmpnam
#define tmpnam(...) BANNED_(tmpnam, mkstemp)
#undef tempnam
#define tempnam(...) BANNED_(tempnam, mkstemp)

#endif
