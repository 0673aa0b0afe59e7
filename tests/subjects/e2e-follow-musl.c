/*
 * e2e-follow-musl.c - the same with another C library
 *
 * build: musl
 */
#include <errno.h>

#define WITHOUT_DLOPEN
#define strerrorname_np(error) ((error) == EIO ? "EIO" : (error) == EMFILE ? "EMFILE" : "?")
#include "e2e-follow.c"
