/*
 * area.h - the shared memory that the store lies in.
 */
#ifndef STORE_AREA_H
#define STORE_AREA_H

#include "layout.h"

/* Makes an empty store in the shared memory object with that name; dies. */
struct store *area_create(const char *name);

/* One that is there already; dies when it is none. */
struct store *area_open(const char *name);

#endif
