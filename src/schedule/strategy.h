/*
 * strategy.h - one row for each way to choose among those that could go on.
 */
#ifndef SCHEDULE_STRATEGY_H
#define SCHEDULE_STRATEGY_H

#include "schedule/schedule.h"

struct candidates {
	uint32_t flows[CONTROL_FLOWS]; /* ascending */
	uint32_t count;		       /* at least 1 */
};

struct strategy {
	void (*begin)(struct control *c);		/* NULL = nothing */
	void (*add)(struct control *c, uint32_t flow);	/* a new flow; NULL */
	void (*note)(struct control *c, uint32_t flow); /* it comes to a point; NULL */
	uint32_t (*pick)(struct control *c, uint32_t me, const struct candidates *from);
	void (*yield)(struct control *c, uint32_t flow); /* NULL */
};

extern const struct strategy strategies[CONTROL_STRATEGY_MAX_];

/* As a replay decides where no switch is asked for: @me until it yields or must, then the next. */
uint32_t strategy_default(const struct control *c, uint32_t me, const struct candidates *from);

bool candidates_have(const struct candidates *from, uint32_t flow);

#endif
