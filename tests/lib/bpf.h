/*
 * bpf.h - run a seccomp filter without the kernel.
 *
 * The instructions that seccomp(2) allows, over one struct seccomp_data.
 */
#ifndef TESTS_LIB_BPF_H
#define TESTS_LIB_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the filter returns (SECCOMP_RET_…).  The test fails when the kernel
 * would not take the program: an unknown instruction, a jump out of it, a load
 * that is not aligned or not inside the data, no return at the end.
 */
uint32_t bpf_run(const struct sock_filter *code, size_t length, const struct seccomp_data *data);

/* The same, also counting the instructions that were executed. */
uint32_t bpf_run_counted(const struct sock_filter *code, size_t length,
			 const struct seccomp_data *data, unsigned *ret_steps);

#endif
