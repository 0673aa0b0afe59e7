/*
 * share.h - which attempts of a plan are made: those of one of several
 * machines, those in files that have changed.
 */
#ifndef SWEEP_SHARE_H
#define SWEEP_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/baseline.h"
#include "sweep/plan.h"
#include "sweep/since.h"

/* One of @count parts, from 1; count 0 = all. */
struct sweep_part {
	size_t index, count;
};

/*
 * The part is decided by process, call, object, functions and family alone:
 * all attempts that can show one bug are in one part, and it is the same one on
 * each machine, also when the calls come in another order there.
 */
int share_key(const struct call_site *site, enum fault_family family, uint64_t *ret_key);
int share_key_of_known(const struct known *known, uint64_t *ret_key);

bool part_has(const struct sweep_part *part, uint64_t key);

/* Leave out the attempts of other parts: ATTEMPT_ELSEWHERE.  0 or -ENOMEM. */
int share_plan(const struct record *record, const struct sweep_part *part, struct plan *plan);

/* How many sites in @changes (NULL: in all files) are counted in @part.  0 or -ENOMEM. */
int share_sites(const struct record *record, const struct sweep_part *part,
		const struct changes *changes, size_t *ret_count);

#endif
