/*
 * ipcfault new: a scenario to start from, which runs as it is printed.
 */
#include <errno.h>

#include "base/err.h"
#include "base/util.h"
#include "cli/command.h"
#include "cli/new.h"
#include "model/words.h"

static const char head[] =
	"# A scenario for ipcfault.  Run it:    ipcfault run THIS-FILE -v\n"
	"# All keys: ipcfault-scenario(5); all words: ipcfault list faults, list triggers, ...\n"
	"# The programs are bundled ones: put your own in their place.\n";

static const char pipe_text[] =
	"\n"
	"scenario: the writer survives when its reader goes away\n"
	"mechanism: pipe\n"
	"\n"
	"channels:                       # what ipcfault makes and hands out\n"
	"  data: pipe\n"
	"\n"
	"processes:                      # name: how it is started\n"
	"  writer: {run: [\"${harness}/pipe-writer\", --records, 1000], stdout: data}\n"
	"  reader: {run: [\"${harness}/pipe-reader\"], stdin: data}\n"
	"\n"
	"faults:\n"
	"  - name: reader leaves\n"
	"    # when: at the third write of the writer to that pipe\n"
	"    at: {process: writer, call: write, on: data, nth: 3}\n"
	"    # what: every process that holds the other end closes it\n"
	"    do: {close-peer: all}\n"
	"\n"
	"expect:                         # a program that is not named here must exit with 0\n"
	"  writer: {exit: 3, stderr: /reader has gone/}\n"
	"  reader: {exit: 0}\n"
	"  within: 2s\n"
	"\n"
	"# The same faults against a program that has the bug: it must be caught, or this\n"
	"# scenario could not find anything.\n"
	"control:\n"
	"  writer: {run: [\"${harness}/pipe-writer-naive\", --records, 1000]}\n"
	"  caught: {writer: sigpipe}\n";

static const char signal_text[] =
	"\n"
	"scenario: a SIGTERM that arrives just before the program waits is not lost\n"
	"mechanism: signal\n"
	"\n"
	"processes:                      # name: how it is started\n"
	"  service: {run: [\"${harness}/signal-stop\", --alone]}\n"
	"\n"
	"faults:\n"
	"  - name: stop\n"
	"    # when: as the program is about to wait\n"
	"    at: {process: service, call: [rt_sigsuspend, pause]}\n"
	"    # what: the handler runs to its end, and only then the wait begins.  Other moments:\n"
	"    # pending (arrives as the call starts), blocked (while it sleeps), after\n"
	"    do: {signal: SIGTERM, when: before}\n"
	"\n"
	"expect:\n"
	"  service: {exit: 0, stdout: stopped}\n"
	"deadline: 1s                    # the whole run; then it is a hang\n"
	"\n"
	"# The same faults against a program that has the bug: it must be caught, or this\n"
	"# scenario could not find anything.\n"
	"control:\n"
	"  service: {run: [\"${harness}/signal-stop-pause\", --alone]}\n"
	"  caught: {service: [hang, deadlock]}\n";

static const char fifo_text[] =
	"\n"
	"scenario: a signal while it waits for the server does not send the client away\n"
	"mechanism: fifo\n"
	"\n"
	"channels:                       # what ipcfault makes; ${requests} is the FIFO's path\n"
	"  requests: {fifo: requests}\n"
	"\n"
	"processes:                      # the server is started once the fault has struck\n"
	"  client: {run: [\"${harness}/fifo-client\", --wait, \"${requests}\"]}\n"
	"  server: {run: [\"${harness}/fifo-server\", \"${requests}\"], start: {after: {fault: "
	"asked}}}\n"
	"\n"
	"faults:\n"
	"  - name: asked\n"
	"    # when: the client is proven asleep in open(), as nobody has opened the other end\n"
	"    at: {process: client, call: opens, on: \"*/requests\", phase: blocked}\n"
	"    # what: a signal wakes it, and open() fails with EINTR\n"
	"    do: {signal: SIGUSR1, when: blocked}\n"
	"\n"
	"expect:\n"
	"  client: {exit: 0, stdout: sent 10 records}\n"
	"  server: {exit: 0, stdout: /^records 10 /}\n"
	"deadline: 2s                    # the whole run; then it is a hang\n"
	"\n"
	"# The same faults against a program that has the bug: it must be caught, or this\n"
	"# scenario could not find anything.\n"
	"control:\n"
	"  client: {run: [\"${harness}/fifo-client-no-eintr\", --wait, \"${requests}\"]}\n"
	"  caught: {client: wrong-exit}\n";

static const char process_text[] =
	"\n"
	"scenario: a child that dies is started again and the sum is whole\n"
	"mechanism: process\n"
	"matrix: {death: [SIGKILL, SIGTERM]}   # one case for each value\n"
	"\n"
	"processes:                      # name: how it is started\n"
	"  supervisor: {run: [\"${harness}/process-supervisor\"]}\n"
	"\n"
	"faults:\n"
	"  - name: second child dies\n"
	"    # when: at the first write of the second child that the supervisor makes\n"
	"    at: {process: \"supervisor/child[2]\", call: write}\n"
	"    do:\n"
	"      kill: ${death}\n"
	"\n"
	"expect:\n"
	"  # the same output as in a run without faults, which ipcfault makes first\n"
	"  supervisor: {exit: 0, stdout: {same-as: fault-free}}\n"
	"deadline: 2s                    # the whole run; then it is a hang\n"
	"\n"
	"# The same faults against a program that has the bug: it must be caught, or this\n"
	"# scenario could not find anything.\n"
	"control:\n"
	"  supervisor: {run: [\"${harness}/process-supervisor-once\"]}\n"
	"  caught: {supervisor: [wrong-output, wrong-exit]}\n";

/* Those that are not `later` in mechanism_vocab have one. */
/* clang-format off */
static const char *const texts[MECHANISM_MAX_] = {
	[MECHANISM_SIGNAL]     = signal_text,
	[MECHANISM_PIPE]       = pipe_text,
	[MECHANISM_FIFO]       = fifo_text,
	[MECHANISM_FD_PASSING] = new_fd_passing,
	[MECHANISM_UNIX_SEQPACKET] = new_unix_seqpacket,
	[MECHANISM_UNIX_DGRAM] = new_unix_dgram,
	[MECHANISM_UDP]        = new_udp,
	[MECHANISM_TCP]        = new_tcp,
	[MECHANISM_UNIX_STREAM] = new_unix_stream,
	[MECHANISM_MQ_POSIX]   = new_mq_posix,
	[MECHANISM_MSG_SYSV]   = new_msg_sysv,
	[MECHANISM_SHM_POSIX]  = new_shm_posix,
	[MECHANISM_SHM_SYSV]   = new_shm_sysv,
	[MECHANISM_MMAP]       = new_mmap,
	[MECHANISM_SEM_POSIX]  = new_sem_posix,
	[MECHANISM_SEM_SYSV]   = new_sem_sysv,
	[MECHANISM_FUTEX]      = new_futex,
	[MECHANISM_EVENTFD]    = new_eventfd,
	[MECHANISM_FILE_LOCK]  = new_file_lock,
	[MECHANISM_PROCESS]    = process_text,
};
/* clang-format on */

static error_t refuse_mechanism(struct argp_state *state, const char *name)
{
	const char *near = vocab_nearest(&mechanism_vocab, name);

	return arg_refuse(state, "new %s: no such mechanism%s%s%s", name,
			  near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	int *mechanism = arg_options(state);

	switch (key) {
	case ARGP_KEY_ARG:
		if (*mechanism >= 0)
			return arg_refuse(state, "new: one mechanism at a time");
		*mechanism = vocab_find(&mechanism_vocab, arg);
		if (*mechanism < 0)
			return refuse_mechanism(state, arg);
		return texts[*mechanism] ? 0 : arg_refuse(state, "new %s: not available yet", arg);
	case ARGP_KEY_NO_ARGS:
		return arg_refuse(state, "new: which mechanism? See `ipcfault list mechanisms`");
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp new_argp = {
	.parser = parse_option,
	.args_doc = "MECHANISM",
	.doc = "Print a commented scenario that runs as it is: pipe, mmap, and so on.",
};

int new_command(const struct cli_env *env, int argc, char **argv)
{
	struct err err = ERR_INIT;
	int mechanism = -1;

	if (arg_parse(&new_argp, 0, argc, argv, &mechanism, &err) < 0)
		return usage_error(env, err.text);
	fputs(head, env->out);
	fputs(texts[mechanism], env->out);
	return EXIT_PASSED;
}
