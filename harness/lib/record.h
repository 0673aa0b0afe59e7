/*
 * record.h - what flows through the channels: records of one size with a
 * sequence number and a checksum, so that a loss, a repetition and a damage
 * are each seen as what they are.
 */
#ifndef LIB_RECORD_H
#define LIB_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum record_kind { RECORD_DATA = 1, RECORD_END = 2 };

#define RECORD_WRITERS 8 /* writers are numbered from 0 */

struct record {
	uint32_t sum; /* of all that follows */
	uint16_t kind;
	uint16_t writer;
	uint32_t seq; /* from 0; RECORD_END: how many there were */
	uint8_t payload[52];
};

/* What has arrived. */
struct tally {
	unsigned records, lost, repeated, damaged;
	unsigned ends;	   /* RECORD_END seen with the right number */
	uint32_t checksum; /* independent of the order */
	uint32_t next[RECORD_WRITERS];
};

void record_fill(struct record *r, enum record_kind kind, unsigned writer, unsigned seq);
bool record_is_sound(const struct record *r);

void tally_add(struct tally *t, const struct record *r);

/* `records 1000 checksum 5f3a0c11 lost 0 repeated 0 damaged 0` */
void tally_print(const struct tally *t, FILE *to);

/* Nothing lost, repeated or damaged. */
bool tally_is_clean(const struct tally *t);

#endif
