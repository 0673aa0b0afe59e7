#include "stats.h"

#include <stdio.h>

#include "request.h"
#include "text.h"

void stats_count(struct counters *counters, enum request_kind kind, enum reply_status status)
{
	if (kind < REQUEST_KINDS)
		counters->requests[kind]++;
	if (status == REPLY_NOT_FOUND)
		counters->missed++;
	else if (status != REPLY_OK)
		counters->failed++;
}

void stats_format(const struct counters *counters, char *to, size_t room)
{
	char part[64];

	*to = '\0';
	for (unsigned i = 0; i < REQUEST_KINDS; i++) {
		if (!counters->requests[i])
			continue;
		snprintf(part, sizeof(part), "%s%s %llu", *to ? ", " : "",
			 request_name((enum request_kind)i),
			 (unsigned long long)counters->requests[i]);
		if (!text_append(to, room, part))
			return;
	}
	snprintf(part, sizeof(part), "; %llu not found, %llu failed",
		 (unsigned long long)counters->missed, (unsigned long long)counters->failed);
	text_append(to, room, part);
}

uint64_t stats_total(const struct counters *counters)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < REQUEST_KINDS; i++)
		total += counters->requests[i];
	return total;
}
