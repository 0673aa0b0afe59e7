/*
 * control.h - the control segment of a scheduled run: whose turn it is, and why.
 *
 * A memfd of sizeof(struct control) bytes, whose number stands in the
 * environment as CONTROL_ENV.  Of all threads of all processes of a run, the
 * flows, one has the turn and runs; at each point (an access to shared memory,
 * a lock, a call that can wait, ...) it decides by the strategy who goes on.
 *
 * What belongs to the run is written by nobody but the flow with the turn; so
 * one that is killed at any instruction leaves at most its own record behind
 * half done.  A death is told by the process's parent of ours (the server of a
 * role, or the explorer), which has the turn then and passes it on.  Index 0
 * of flows and objects means "none".
 */
#ifndef SCHEDULE_CONTROL_H
#define SCHEDULE_CONTROL_H

#include <stdint.h>

#define CONTROL_ENV	"IPCFAULT_CONTROL_FD"
#define CONTROL_ROLE	"IPCFAULT_ROLE" /* 1, 2, ...: a program that is to be a server */
#define CONTROL_MAGIC	0x69706363u	/* "ipcc" */

#define CONTROL_ROLES	 16u
#define CONTROL_FLOWS	 64u
#define CONTROL_EVENTS	 (1u << 15) /* the last ones are kept */
#define CONTROL_SWITCHES 1024u	    /* that a replay can force */
#define CONTROL_CHANGES	 8u	    /* depth of pct, at most, less 1 */
#define CONTROL_SEEN	 8u	    /* reads of a loop that waits, at most */

/* The exit status of processes that are ended because the run is… */
#define CONTROL_EXIT 95
/* …and of programs whose runtime is of another version. */
#define CONTROL_OTHER 94

enum control_strategy {
	CONTROL_RANDOM, /* anybody, at each point */
	CONTROL_PCT,	/* by priority, which changes at `depth` - 1 points */
	CONTROL_POS,	/* each next access has a priority of its own */
	CONTROL_STARVE, /* one does not run for a while */
	CONTROL_RF,	/* some load is to read from a store that it has seldom read from */
	CONTROL_REPLAY, /* nobody is interrupted but where `switches` says so */
	CONTROL_STRATEGY_MAX_
};

enum control_memory {
	CONTROL_SC,  /* every store is seen by all at once */
	CONTROL_TSO, /* …later, in their order: x86 */
	CONTROL_PSO, /* …in any order: as ARM does, among more */
	CONTROL_MEMORY_MAX_
};

enum control_end {
	CONTROL_RUNS,
	CONTROL_DONE,	  /* all flows have ended */
	CONTROL_DEADLOCK, /* all that are left wait for each other */
	CONTROL_SPINS,	  /* all that are left read the same again and again */
	CONTROL_TOO_LONG, /* max_steps */
	CONTROL_STUCK,	  /* the flow with the turn does not come to a point any more */
	CONTROL_FULL,	  /* more flows than CONTROL_FLOWS */
	/* Under the emulator (src/plugin), where one of them… */
	CONTROL_THREADS, /* …makes a thread */
	CONTROL_EXECS,	 /* …becomes another program */
	CONTROL_END_MAX_
};

enum flow_state {
	FLOW_FREE,
	FLOW_READY,
	FLOW_BLOCKED, /* until `key` is woken */
	FLOW_SPINS,   /* until something is written */
	FLOW_SLEEPS,  /* until its time has come */
	FLOW_ENDED,
	FLOW_DEAD, /* killed */
};

enum point_kind {
	POINT_NONE,
	POINT_READ,
	POINT_WRITE,
	POINT_ATOMIC, /* read, write or both */
	POINT_FENCE,
	POINT_LOCK,   /* pthread_mutex_lock() and its likes */
	POINT_UNLOCK,
	POINT_WAIT, /* for a condition, a semaphore, a barrier, a futex */
	POINT_WAKE,
	POINT_IO,
	POINT_TIME,
	POINT_CHILD, /* wait for one */
	POINT_FORK,
	POINT_EXIT,
	POINT_SIGNAL,
	POINT_YIELD,
	POINT_FILE, /* makes, removes or resizes one */
	POINT_AWAIT_SIGNAL,
	POINT_STRUCK, /* gets strike_signal, in front of what it was about to do */
	POINT_THREAD, /* makes one */
	/* Of what is told only: which atomic operation it was. */
	POINT_LOAD,
	POINT_STORE,
	POINT_MAX_
};

/* What a flow has done or is about to do. */
struct control_event {
	uint32_t flow;
	uint16_t kind; /* enum point_kind */
	uint16_t size;
	uint32_t object; /* of the segment; 0: private memory, or none */
	uint32_t module;
	uint64_t offset; /* into the object; an address in private memory */
	uint64_t address;
	uint64_t place;	 /* return address, as in the module's file */
	uint64_t value;	 /* that was there, of up to 8 bytes */
	uint64_t step;
	uint32_t process, unused; /* memory of its own: whose; 0 = it is shared */
};

struct control_seen {
	uint64_t place, address, value;
};

struct control_flow {
	uint32_t state; /* enum flow_state; FLOW_FREE first, so set last */
	uint32_t go;	/* futex: its turn */
	int32_t pid, tid;
	uint32_t role;	 /* 1...: the process of a server, else 0 */
	uint32_t parent; /* flow that has made it; 0 = the explorer */
	uint32_t is_thread, child; /* the manieth child of its parent */
	uint64_t key;		   /* FLOW_BLOCKED */
	uint64_t until_ns;	   /* virtual; UINT64_MAX = no limit */
	uint32_t timed_out;
	uint32_t is_outside; /* of its own, or of the explorer: it loops, and comes to no point */
	uint32_t is_gone; /* its process is: 1 it has ended, 2 by a signal; of who has seen it end */
	uint32_t retries; /* FLOW_BLOCKED: it tries again, whatever it was woken by */
	uint32_t is_cancelled; /* pthread_cancel() */
	uint32_t interrupted; /* FLOW_BLOCKED, FLOW_SLEEPS: it gets the turn, for a signal */
	uint64_t waits;	      /* …and meanwhile still waits for this; 0 = no more */
	uint32_t has_begun; /* under the emulator: has come to its first instruction */
	uint32_t owner; /* flow that has what this one waits for, 0 = not known */
	int32_t lock_pid; /* process whose record lock it waits for, else 0 */
	uint64_t priority;
	uint64_t steps; /* points it came to */
	uint64_t epoch; /* FLOW_SPINS: the last it has seen */
	struct control_seen seen[CONTROL_SEEN];
	uint32_t seen_count, repeats;
	struct control_event next; /* what it is about to do */
};

/* Happens-before: see order.h.  Index 0 is not used. */
#define CONTROL_SYNCS 4096u
#define CONTROL_WORDS (1u << 16)
#define CONTROL_READS 4u
#define CONTROL_WRITES 2u /* of different bytes */
#define CONTROL_RACES 32u

struct control_clocks {
	uint32_t now[CONTROL_FLOWS + 1];
	uint32_t acquired[CONTROL_FLOWS + 1]; /* by relaxed loads, until a fence */
	uint32_t released[CONTROL_FLOWS + 1]; /* as of the last release fence */
};

struct control_sync {
	uint64_t key;
	uint32_t run, unused; /* the run that it belongs to: command */
	uint32_t clock[CONTROL_FLOWS + 1];
};

struct control_access {
	uint32_t flow, clock;
	uint64_t place, offset;
	uint32_t module;
	uint16_t size;
	uint8_t is_write, kind; /* enum access_kind */
	uint32_t mask;		/* bytes of the word */
};

struct control_word {
	uint64_t offset;
	uint32_t object, process, run, unused;
	struct control_access writes[CONTROL_WRITES], reads[CONTROL_READS];
};

struct control_race {
	struct control_access first, second;
	uint64_t offset, step;
	uint32_t object, unused;
};

/* Who reads what whom has written, over all runs: see reads_from.h.  Site 0: what was there. */
#define CONTROL_SITES	    256u
#define CONTROL_SITE_SLOTS  1024u
#define CONTROL_READS_WORDS (1u << 14)
#define CONTROL_USERS	    12u

struct control_site {
	uint64_t place;
	uint32_t flow, module;
};

struct control_pair {
	uint16_t is_possible, seen, tries;
};

struct control_user {
	uint16_t site;
	uint8_t reads, writes;
};

struct control_reads_word {
	uint64_t offset;
	uint32_t object, run;
	uint16_t last, count; /* the site of the last store; users */
	struct control_user users[CONTROL_USERS];
};

struct control_reads {
	uint32_t sites_used, unused;
	uint16_t slots[CONTROL_SITE_SLOTS];
	struct control_site sites[CONTROL_SITES];
	struct control_pair pairs[CONTROL_SITES][CONTROL_SITES]; /* store, load */
	struct control_reads_word words[CONTROL_READS_WORDS];
};

/* Taken as an atomic of the strongest order, whatever the program makes of it. */
#define CONTROL_FIELDS	   32u
#define CONTROL_ALL_FIELDS UINT32_MAX /* all that are volatile or atomic */
struct control_field {
	uint32_t object, size;
	uint64_t offset;
};

/* Who uses which bytes of a cache line: see lines.h. */
#define CONTROL_LINE	    64u
#define CONTROL_LINES	    1024u
#define CONTROL_LINE_USERS  4u
#define CONTROL_LINE_FIELDS 4u

struct control_line_user {
	uint32_t flow, clock; /* of its last access */
	uint32_t accesses, field_count;
	uint64_t read, written; /* a bit for each byte */
	struct control_event fields[CONTROL_LINE_FIELDS];
};

struct control_line {
	uint64_t offset;
	uint32_t object, run;
	uint32_t writer, changes; /* who has it alone; how often it went to another */
	struct control_line_user users[CONTROL_LINE_USERS];
};

/* At step `step` the turn goes to `flow`. */
struct control_switch {
	uint64_t step;
	uint32_t flow, unused;
};

struct control {
	uint32_t magic, version;

	/* What the explorer asks for; the same during a run. */
	uint32_t strategy; /* enum control_strategy */
	uint32_t depth;	   /* pct */
	uint64_t seed;
	uint64_t length;    /* points that a run is expected to have, for pct and starve */
	uint64_t max_steps;
	uint32_t roles;
	uint32_t strike_flow; /* flow that gets strike_signal in front of its strike_step-th point */
	uint64_t strike_step; /* 0 = nobody */
	int32_t strike_signal;
	uint32_t memory; /* enum control_memory */
	uint64_t memory_seed;
	uint32_t has_servers; /* else each run starts the programs anew */
	uint32_t switch_count;
	struct control_switch switches[CONTROL_SWITCHES]; /* ascending; for a replay */

	uint32_t wants_lines; /* else they are not counted */
	uint32_t field_count; /* of `fields`, or CONTROL_ALL_FIELDS */
	struct control_field fields[CONTROL_FIELDS];

	/* Between explorer and servers: futexes. */
	uint32_t command; /* counts the runs; each server makes its process then */
	uint32_t quit;
	uint32_t news;	  /* moves whenever the explorer has something to look at */
	uint32_t arrived; /* servers that wait for a command */
	int32_t status[CONTROL_ROLES + 1];	/* of wait4(), when… */
	uint32_t has_ended[CONTROL_ROLES + 1]; /* …that is the run's number */

	/* The run. */
	uint32_t end;  /* enum control_end */
	uint32_t stop; /* everybody has to leave */
	uint32_t turn; /* flow; 0 = nobody, as all are outside */
	uint32_t leaving; /* a flow that no server waits for is about to end; else 0 */
	uint32_t is_struck; /* …by a signal */
	uint32_t flows_used;
	uint32_t is_diverged; /* a replay asked for a flow that could not run */
	uint32_t switched; /* how often the turn went to another */
	uint64_t step;
	uint64_t epoch; /* counts writes to shared memory and wakings */
	uint64_t now_ns; /* virtual time since the start of the run */
	uint64_t random; /* state of the generator */
	uint64_t digest; /* of all decisions */
	uint64_t idle;	 /* turns in a row that were given to loops that wait */
	uint64_t changes[CONTROL_CHANGES]; /* pct: steps */
	uint32_t change_count, victim;	   /* starve */
	uint64_t victim_until, lowest;
	uint32_t aim_store, aim_load; /* rf: sites */
	uint32_t aim_is_met, unused2; /* …or given up */
	uint64_t hold_left;
	struct control_flow flows[CONTROL_FLOWS + 1];
	/* What a replay needs to do the same: where it was decided otherwise than it would. */
	uint64_t taken_count; /* may be more than there is room for */
	struct control_switch taken[CONTROL_SWITCHES];
	uint32_t race_count; /* may be more than there is room for */
	struct control_race races[CONTROL_RACES];
	struct control_event lost, spoiled; /* a robust mutex: found so, and made so; flow 0 = none */
	uint32_t ordered_count, unused4;
	struct control_event ordered[CONTROL_FIELDS]; /* words that CONTROL_ALL_FIELDS was for */
	uint64_t event_count;

	/* Not cleared for a run: records know theirs. */
	struct control_event events[CONTROL_EVENTS];
	struct control_clocks clocks[CONTROL_FLOWS + 1];
	struct control_sync syncs[CONTROL_SYNCS];
	struct control_word words[CONTROL_WORDS];
	struct control_reads reads;
	struct control_line lines[CONTROL_LINES];
};

/* Programs and the explorer must have the same. */
#define CONTROL_VERSION (2u << 28 ^ (uint32_t)sizeof(struct control))

#endif
