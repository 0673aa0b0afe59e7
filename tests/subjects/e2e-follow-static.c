/*
 * e2e-follow-static.c - the same without a dynamic loader
 *
 * build: static
 */
#define WITHOUT_DLOPEN
#include "e2e-follow.c"
