#include "lib/record.h"

#include <stddef.h>
#include <string.h>

_Static_assert(sizeof(struct record) == 64, "a record has no holes and divides a page");

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint32_t sum_of(const struct record *r)
{
	const uint8_t *bytes = (const uint8_t *)r;
	uint32_t sum = 2166136261u;

	for (size_t i = offsetof(struct record, kind); i < sizeof(*r); i++)
		sum = (sum ^ bytes[i]) * 16777619u;
	return sum;
}

void record_fill(struct record *r, enum record_kind kind, unsigned writer, unsigned seq)
{
	memset(r, 0, sizeof(*r));
	r->kind = (uint16_t)kind;
	r->writer = (uint16_t)writer;
	r->seq = seq;
	for (size_t i = 0; i < sizeof(r->payload); i++)
		r->payload[i] = (uint8_t)('a' + (seq + i) % 26);
	r->sum = sum_of(r);
}

bool record_is_sound(const struct record *r)
{
	return r->sum == sum_of(r) && r->writer < RECORD_WRITERS &&
	       (r->kind == RECORD_DATA || r->kind == RECORD_END);
}

void tally_add(struct tally *t, const struct record *r)
{
	uint32_t *next;

	if (!record_is_sound(r)) {
		t->damaged++;
		return;
	}
	next = &t->next[r->writer];
	if (r->seq < *next) {
		t->repeated++;
		return;
	}
	t->lost += r->seq - *next;
	*next = r->seq;
	if (r->kind == RECORD_END) {
		t->ends++;
		return;
	}
	++*next;
	t->records++;
	t->checksum += r->sum;
}

void tally_print(const struct tally *t, FILE *to)
{
	fprintf(to, "records %u checksum %08x lost %u repeated %u damaged %u\n", t->records,
		t->checksum, t->lost, t->repeated, t->damaged);
}

bool tally_is_clean(const struct tally *t)
{
	return !t->lost && !t->repeated && !t->damaged;
}
