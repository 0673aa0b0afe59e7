/*
 * play.h - flows that are played, without programs: each makes so many steps.
 */
#ifndef TESTS_UNIT_SCHEDULE_PLAY_H
#define TESTS_UNIT_SCHEDULE_PLAY_H

#include "schedule/schedule.h"

/* On the heap; free() it. */
struct control *play_new(enum control_strategy strategy, uint64_t seed, uint32_t roles);

#define PLAY_MAX 512
struct play {
	uint32_t order[PLAY_MAX]; /* whose step each was */
	uint32_t count;
};

/* Each flow makes @steps steps and ends; all access the same word. */
void play_steps(struct control *c, uint32_t steps, struct play *ret_play);

#endif
