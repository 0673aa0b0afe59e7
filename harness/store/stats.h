/*
 * stats.h - what the server has done.
 */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include <stddef.h>

#include "layout.h"

void stats_count(struct counters *counters, enum request_kind kind, enum reply_status status);

/* `get 3, set 2; 1 not found, 0 failed`; cut when there is no room. */
void stats_format(const struct counters *counters, char *to, size_t room);

uint64_t stats_total(const struct counters *counters);

#endif
