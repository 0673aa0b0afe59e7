#include "explore/patience.h"

#include <unistd.h>

#include "base/util.h"
#include "sys/procfs.h"

struct look {
	uint64_t ticks; /* sysconf(_SC_CLK_TCK) a second */
	bool running;
};

static void look_at(const struct patience *p, const struct control_flow *flow, struct look *look)
{
	struct procfs_stat stat;

	if (!flow->tid || flow->is_gone || procfs_stat(p->proc_fd, flow->tid, &stat))
		return;
	look->ticks += stat.user_ticks + stat.system_ticks;
	look->running |= stat.state == 'R';
}

/* At who has the turn; where all are outside, nobody has. */
static struct look look_at_all(const struct patience *p, const struct control *c)
{
	uint32_t turn = __atomic_load_n(&c->turn, __ATOMIC_ACQUIRE);
	struct look look = {0};

	if (turn) {
		look_at(p, &c->flows[turn], &look);
		return look;
	}
	for (uint32_t i = 1; i <= c->flows_used; i++)
		look_at(p, &c->flows[i], &look);
	return look;
}

static uint64_t ticks_of(uint64_t ns)
{
	return ns / (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
}

void patience_renew(struct patience *p, uint64_t step, uint64_t now_ns)
{
	p->step = step;
	p->since_ns = now_ns;
	p->looked = false;
}

bool patience_is_busy(const struct patience *p)
{
	return p->ticks_last > p->ticks_first &&
	       p->ticks_last - p->ticks_first >= ticks_of(p->limit_ns);
}

bool patience_is_over(struct patience *p, const struct control *c, uint64_t now_ns)
{
	struct look look;

	if (c->step != p->step)
		patience_renew(p, c->step, now_ns);
	if (now_ns - p->since_ns < p->limit_ns)
		return false;
	look = look_at_all(p, c);
	if (!p->looked)
		p->ticks_first = look.ticks;
	if (!p->looked || look.running || look.ticks != p->ticks_last)
		p->quiet_since_ns = now_ns;
	p->looked = true;
	p->ticks_last = look.ticks;
	return now_ns - p->quiet_since_ns >= p->limit_ns || patience_is_busy(p);
}
