/*
 * digest.h - 64 bits by which texts and files are told apart (XXH3).  For
 * changes that happen, not against forgery.
 */
#ifndef SWEEP_DIGEST_H
#define SWEEP_DIGEST_H

#include <stdint.h>

uint64_t digest_text(const char *text);

/* 0 or a negative errno. */
int digest_file(const char *path, uint64_t *ret_digest);

#endif
