/*
 * code_digest.h - 64 bits by which two builds of a program are told apart.
 *
 * Of what runs, code and initialised data, and of nothing else: the same source
 * compiled the same way in another folder, or stripped, is the same program.
 * For changes that happen, not against forgery.
 */
#ifndef ELF_CODE_DIGEST_H
#define ELF_CODE_DIGEST_H

#include <stdint.h>

/* 0; -ENOEXEC: @path is no ELF file with sections; or a negative errno. */
int code_digest(const char *path, uint64_t *ret_digest);

#endif
