/*
 * valgrind.h - where valgrind makes the system calls of its guest.
 *
 * Valgrind's own calls and those of the program under it come from one
 * process.  Calls that may block are made by one instruction of the tool,
 * between two rt_sigprocmask (ML_(do_syscall_for_client_WRK),
 * coregrind/m_syswrap/syscall-amd64-linux.S); the tool is a static program
 * without symbols in Debian, so it is found by what stands around it.
 */
#ifndef ELF_VALGRIND_H
#define ELF_VALGRIND_H

#include <stdint.h>

struct err;

/*
 * The address after that instruction in the tool called @tool ("memcheck").
 * -ENOENT: no such tool on this machine; -ENOTSUP: it is built in a way that
 * is not known.
 */
int valgrind_guest_syscall(const char *tool, uint64_t *ret_ip, struct err *err);

/*
 * At that instruction, what the tool has on its stack (as pushed in the file
 * named above): the guest's registers (VexGuestAMD64State of VEX).
 */
#define VALGRIND_STACK_GUEST 24	  /* stack pointer + this: address of the guest's state */
#define VALGRIND_GUEST_RIP   0xb8 /* …and in it the guest's instruction pointer */

#endif
