/*
 * scenario.h - one scenario, as plain data: what a file says and nothing of
 * how a run goes.
 *
 * A document of a .scn file becomes one struct scenario for each combination
 * of its matrix; ${vars} and matrix values are substituted already, while
 * ${harness}, ${tmp}, ${dir} and ${CHANNEL} are left for the run.  Names that
 * refer to channels, processes and faults are resolved to indices.  Strings
 * and arrays belong to the scenario; scenario_free() releases all.  Times are
 * in nanoseconds, sizes in bytes, 0 = not given unless said otherwise.
 */
#ifndef MODEL_SCENARIO_H
#define MODEL_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/words.h"

#define INDEX_NONE (-1)

/* A place in a scenario file; line and column count from 1, 0 = none. */
struct pos {
	int line, col;
};

struct strings {
	char **items;
	size_t count;
};

/* A text to be matched against an output or a file. */
enum match_kind {
	MATCH_NONE,	  /* not given */
	MATCH_CONTAINS,	  /* `text`: occurs in it */
	MATCH_REGEX,	  /* `/…/`: POSIX extended, matches somewhere; `.` never a newline */
	MATCH_EQUALS,	  /* `{equals: …}` */
	MATCH_FILE,	  /* `{file: path}`: the same bytes as that file */
	MATCH_FAULT_FREE, /* `{same-as: fault-free}` */
};

struct match {
	enum match_kind kind;
	char *text; /* what to look for, the pattern without slashes, or the path */
	struct pos pos;
};

struct channel {
	char *name;
	enum channel_kind kind;
	char *path;		  /* fifo: relative to ${tmp} unless absolute */
	uint64_t capacity;	  /* pipe, fifo: F_SETPIPE_SZ; shm, file: of the file system that it
				     lies on; 0 = the kernel's default */
	int socket_type;	  /* socketpair: SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET */
	uint64_t maxmsg, msgsize; /* mq: 0 = the kernel's default */
	uint64_t size;		  /* shm, file: bytes */
	struct pos pos;
};

enum stdio_kind { STDIO_DEFAULT, STDIO_CHANNEL, STDIO_FILE, STDIO_TEXT };

/* stdin (default /dev/null), stdout and stderr (default: captured). */
struct stdio_spec {
	enum stdio_kind kind;
	int channel; /* STDIO_CHANNEL */
	char *text;  /* STDIO_FILE: path; STDIO_TEXT (stdin only): the input itself */
	struct pos pos;
};

enum channel_end { END_READ, END_WRITE, END_BOTH };

/* `fds: {3: data.read}` */
struct fd_spec {
	int fd;
	int channel;
	enum channel_end end;
};

struct env_spec {
	char *name;
	char *value; /* NULL: unset */
};

struct limit_spec {
	enum limit_kind kind;
	uint64_t value;
};

struct process_spec {
	char *name;
	struct strings argv; /* `run` as a list */
	char *shell;	     /* `run` as a string, for sh -c; NULL when argv is used */
	struct stdio_spec in, out, err;
	struct fd_spec *fds;
	size_t fd_count;
	struct env_spec *env;
	size_t env_count;
	char *cwd; /* NULL = where ipcfault was started */
	/* `start: {after: …}`: wait for the output of another process, or for a fault */
	struct {
		int of; /* process index, INDEX_NONE = at once */
		struct match output;
		int fault; /* fault index, INDEX_NONE */
	} start;
	/* `place: {process: node0, memory: node1}`: NUMA nodes from 1, 0 = anywhere */
	struct {
		unsigned process, memory;
	} place;
	enum under under;
	struct limit_spec *limits;
	size_t limit_count;
	unsigned copies; /* `count`, default 1; all share the name */
	struct pos pos;
};

/* Which process a name means: `writer`, `writer/main`, `writer/child[2]`. */
enum selector_part { SELECT_TREE, SELECT_MAIN, SELECT_CHILD };

struct selector {
	int process; /* INDEX_NONE = any */
	enum selector_part part;
	unsigned child; /* SELECT_CHILD: from 1, in the order of creation */
};

enum count_kind { COUNT_LIST, COUNT_RANGE, COUNT_EVERY, COUNT_CHANCE };

/* Which of the counted moments fire; default the first (list {1}). */
struct count_spec {
	enum count_kind kind;
	uint64_t *list; /* COUNT_LIST: ascending, no duplicates, from 1 */
	size_t list_count;
	uint64_t first, last; /* COUNT_RANGE: both included; last UINT64_MAX = open */
	uint64_t every;	      /* COUNT_EVERY: the 1*every-th, 2*every-th, … */
	double chance;	      /* COUNT_CHANCE: 0 < chance <= 1, each moment by itself */
};

enum on_kind { ON_ANY, ON_CHANNEL, ON_FD_KIND, ON_FD, ON_PATH };

struct on_spec {
	enum on_kind kind;
	int channel;
	enum fd_kind fd_kind;
	int fd;
	char *glob; /* fnmatch(3), on the path of the descriptor or of an open */
};

struct trigger_spec {
	enum trigger_kind kind;
	enum phase phase;
	struct selector process;
	int *calls; /* TRIGGER_CALL: ids of sys/syscalls.h, families expanded, ascending */
	size_t call_count;
	unsigned families; /* enum call_family bits that were named… */
	int *named;	   /* …and the calls that were named themselves; others must be members */
	size_t named_count;
	char *function;	     /* TRIGGER_FUNCTION: a name, or file.c:42 */
	struct match output; /* TRIGGER_OUTPUT */
	uint64_t elapsed_ns; /* TRIGGER_ELAPSED */
	uint64_t steps;	     /* TRIGGER_LOCK: so many instructions later */
	int channel;	     /* TRIGGER_ACCESS */
	int after;	     /* TRIGGER_AFTER: fault index */
	struct on_spec on;   /* filters: */
	char *site;	     /* a function or file.c:42 on the call stack; NULL = any */
	int thread;	     /* 1 = the first thread of the process; 0 = any */
	char *thread_name;   /* or the thread's name (comm); NULL = any */
	struct count_spec count;
	struct pos pos;
};

enum short_kind { SHORT_BYTES, SHORT_HALF };

enum peer_which { PEER_ALL };

#define STOP_FOREVER UINT64_MAX

struct action_spec {
	enum action_kind kind;
	int error;     /* errno, errno-after: positive */
	int64_t value; /* return */
	enum short_kind cut;
	uint64_t bytes; /* short: how many move; capacity, truncate, tear, truncate-message: the
			   size; corrupt: how many bits */
	int signal;	/* signal, kill */
	enum signal_when when;
	bool nested;	  /* signal: while a handler runs */
	unsigned burst;	  /* signal: how many, default 1 */
	uint64_t time_ns; /* pulse, delay, stop (STOP_FOREVER) */
	struct limit_spec limit;
	int shutdown_how;	    /* shutdown: SHUT_RD, SHUT_WR or SHUT_RDWR */
	bool on;		    /* nonblock, fill, drain: false takes it back (nonblock only) */
	struct selector of_process; /* `of: NAME`; process INDEX_NONE = not given */
	int of_channel;		    /* `of: NAME`, INDEX_NONE */
	struct pos pos;
};

/* A run keeps a set of faults in the bits of one word. */
#define FAULTS_MAX 64

struct fault_spec {
	char *name; /* given, or "fault 1" */
	struct trigger_spec at;
	struct action_spec action;
	struct pos pos;
};

enum exit_expect { EXIT_DEFAULT, EXIT_ANY, EXIT_STATUS, EXIT_KILLED, EXIT_ALIVE };

/* What one process must do; EXIT_DEFAULT = exit 0. */
struct process_expect {
	enum exit_expect exit;
	int *statuses; /* EXIT_STATUS */
	size_t status_count;
	int signal; /* EXIT_KILLED */
	struct match out, err;
	struct pos pos;
};

struct file_expect {
	char *path;  /* relative to where ipcfault was started; may begin with ${tmp} */
	bool absent; /* `{path: absent}` */
	struct match content;
	struct pos pos;
};

struct expect_spec {
	struct process_expect *processes; /* as many as the scenario has */
	uint64_t within_ns;
	bool same_output;
	bool no_objects; /* `objects: none` */
	bool same_at_every_level;
	enum survival survives;
	struct file_expect *files;
	size_t file_count;
	struct strings check; /* argv, empty = none */
	uint64_t recovers_ns;
	bool allow[FINDING_MAX_];
	struct pos pos;
};

/* What must be found in the control's run: any one of the alternatives of each row. */
struct caught_spec {
	int process; /* INDEX_NONE = any */
	bool kinds[FINDING_MAX_];
	struct pos pos;
};

/*
 * `build:`: a program and how it is compiled.  A case of one combination has
 * one compiler and one level; with `same-at-every-level` a case has them all.
 */
struct build_spec {
	bool present;
	struct strings sources; /* relative to where ipcfault was started, or ${dir} */
	struct strings compilers, levels, flags;
	char *command; /* NULL: the sources are compiled and linked to one program */
	struct pos pos;
};

struct control_spec {
	bool present;
	struct process_spec *processes; /* replaced ones; name == NULL: not replaced */
	struct build_spec build;	/* present: instead of the scenario's, lists merged */
	struct caught_spec *caught;
	size_t caught_count;
	struct pos pos;
};

struct matrix_value {
	char *name, *value;
};

/* `schedule:` the run takes the interleaving that `ipcfault explore` has found. */
struct schedule_spec {
	char *turns;		   /* of explore/trail.h; NULL = there is none, it is an ordinary run */
	bool shows[FINDING_MAX_];  /* what was found; none = not said */
	struct matrix_value *code; /* of each process's program then: elf/code_digest.h, in hex */
	size_t code_count;
	struct pos pos;
};

struct scenario {
	char *file; /* as given on the command line */
	struct pos pos;
	char *title;
	enum mechanism mechanism;
	char *about;
	struct strings tags, needs;
	struct matrix_value *matrix; /* this combination; for titles and the JSON `case` */
	size_t matrix_count;
	struct build_spec build;
	struct channel *channels;
	size_t channel_count;
	struct process_spec *processes;
	size_t process_count;
	struct fault_spec *faults;
	size_t fault_count;
	struct expect_spec expect;
	struct control_spec control;
	struct schedule_spec schedule;
	enum fault_model model;
	uint64_t deadline_ns; /* always set; default 10 s */
	unsigned repeat;      /* default 1 */
	uint64_t seed;
	bool seed_given;
};

/* Releases @scenario and all it owns; NULL is allowed. */
void scenario_free(struct scenario *scenario);

#endif
