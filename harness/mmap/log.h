/*
 * log.h - the mapped log of mmap-log and mmap-log-read.
 */
#ifndef MMAP_LOG_H
#define MMAP_LOG_H

#include <stdint.h>

#define LOG_RECORDS 32

struct log_record {
	uint32_t sum; /* of all that follows */
	uint32_t seq;
	char text[56];
};

struct log {
	uint32_t count; /* records that are whole */
	uint32_t unused[15];
	struct log_record records[LOG_RECORDS];
};

#endif
