/*
 * dump.h - shows a store that nobody serves at the moment, and checks it.
 */
#ifndef STORE_DUMP_H
#define STORE_DUMP_H

#include "layout.h"

/* The exit status: STATUS_WRONG when something in it does not fit together. */
int dump_run(struct store *store);

#endif
