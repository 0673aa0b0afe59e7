#include "play.h"

#include <stdlib.h>

struct control *play_new(enum control_strategy strategy, uint64_t seed, uint32_t roles)
{
	struct control *c = calloc(1, sizeof(*c));

	c->strategy = (uint32_t)strategy;
	c->seed = seed;
	c->roles = roles;
	c->depth = 2;
	c->length = 10;
	return c;
}

void play_steps(struct control *c, uint32_t steps, struct play *play)
{
	uint32_t left[CONTROL_FLOWS + 1], now;

	play->count = 0;
	schedule_begin(c);
	for (uint32_t i = 1; i <= c->roles; i++)
		left[i] = steps;
	now = schedule_pick(c, 1);
	while (now && play->count < PLAY_MAX) {
		play->order[play->count++] = now;
		c->flows[now].next = (struct control_event){
			.flow = now, .kind = POINT_WRITE, .size = 4, .object = 1};
		if (!--left[now])
			c->flows[now].state = FLOW_ENDED;
		schedule_note(c, now);
		c->step++;
		now = schedule_pick(c, now);
	}
}
