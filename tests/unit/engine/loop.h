/*
 * loop.h - what the tests of the loop share.
 */
#ifndef TESTS_UNIT_ENGINE_LOOP_H
#define TESTS_UNIT_ENGINE_LOOP_H

#include <sys/ptrace.h>

#include "engine/internal.h"
#include "fake_tracer.h"

#define BIT(signal) (UINT64_C(1) << ((signal)-1))
#define FORK	    FAKE_EVENT(PTRACE_EVENT_FORK, SIGTRAP)
#define VFORK	    FAKE_EVENT(PTRACE_EVENT_VFORK, SIGTRAP)
#define VFORK_DONE  FAKE_EVENT(PTRACE_EVENT_VFORK_DONE, SIGTRAP)
#define CLONE	    FAKE_EVENT(PTRACE_EVENT_CLONE, SIGTRAP)
#define EXEC	    FAKE_EVENT(PTRACE_EVENT_EXEC, SIGTRAP)
#define GROUP(sig)  FAKE_EVENT(PTRACE_EVENT_STOP, sig)
#define TRAP	    FAKE_SIGNAL(SIGTRAP)
#define FRAME	    0x18000 /* where a handler's frame is */

/* fake_begin(), and the exit of every call that is told is asked for. */
void begin_watching(const struct fake_report *reports);

/* What the kernel has put on the stack: where the handler returns to. */
void return_to(uint64_t ip);

#endif
