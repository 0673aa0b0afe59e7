#include "lib/stream.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

#define BATCH_MAX 1024

static volatile sig_atomic_t asked;

static void on_usr1(int sig)
{
	(void)sig;
	asked++;
}

static int report(int error, unsigned sent)
{
	const char *me = program_invocation_short_name;

	if (error == -EPIPE) {
		fprintf(stderr, "%s: the reader has gone, of %u records\n", me, sent);
		return STATUS_GONE;
	}
	fprintf(stderr, "%s: write: %s\n", me, strerror(-error));
	return STATUS_WRONG;
}

static int send_all(stream_send *send, unsigned records, unsigned batch)
{
	static struct record block[BATCH_MAX];
	unsigned sent = 0;
	uint32_t checksum = 0;
	int error;

	while (sent < records) {
		unsigned n = records - sent < batch ? records - sent : batch;

		for (unsigned i = 0; i < n; i++) {
			record_fill(&block[i], RECORD_DATA, 0, sent + i);
			checksum += block[i].sum;
		}
		error = send(STDOUT_FILENO, block, n * sizeof(block[0]));
		if (error)
			return report(error, sent);
		sent += n;
	}
	record_fill(&block[0], RECORD_END, 0, sent);
	error = send(STDOUT_FILENO, block, sizeof(block[0]));
	if (error)
		return report(error, sent);
	fprintf(stderr, "wrote %u records checksum %08x\n", sent, checksum);
	return 0;
}

int stream_write(int argc, char **argv, stream_send *send)
{
	unsigned records, batch;

	args_init(argc, argv);
	records = args_number("--records", 1000);
	batch = args_number("--batch", 1);
	args_end();
	if (batch == 0 || batch > BATCH_MAX) {
		fprintf(stderr, "%s: --batch 1 to 1024\n", program_invocation_short_name);
		return STATUS_USAGE;
	}
	on_signal(SIGUSR1, on_usr1, 0);
	return send_all(send, records, batch);
}

static int receive_all(stream_receive *receive, bool until_end, struct tally *tally)
{
	while (!until_end || tally->ends == 0) {
		struct record r;
		ssize_t n = receive(STDIN_FILENO, &r, sizeof(r));

		if (n < 0)
			return (int)n;
		if (n == 0)
			return 0;
		if (n < (ssize_t)sizeof(r))
			memset((char *)&r + n, 0, sizeof(r) - (size_t)n);
		tally_add(tally, &r);
	}
	return 0;
}

static int read_stream(stream_receive *receive, bool complete, bool until_end)
{
	struct tally tally = {0};
	int error;

	on_signal(SIGUSR1, on_usr1, 0);
	error = receive_all(receive, until_end, &tally);
	tally_print(&tally, stdout);
	if (error) {
		fprintf(stderr, "%s: read: %s\n", program_invocation_short_name, strerror(-error));
		return STATUS_WRONG;
	}
	if (complete && tally.ends == 0) {
		fprintf(stderr, "%s: the input ended early\n", program_invocation_short_name);
		return STATUS_EARLY;
	}
	return tally_is_clean(&tally) ? 0 : STATUS_WRONG;
}

int stream_read(int argc, char **argv, stream_receive *receive)
{
	bool complete, until_end;

	args_init(argc, argv);
	complete = args_flag("--complete");
	until_end = args_flag("--until-end");
	args_end();
	return read_stream(receive, complete, until_end);
}

int stream_read_anything(int argc, char **argv, stream_receive *receive)
{
	bool until_end;

	args_init(argc, argv);
	args_flag("--complete");
	until_end = args_flag("--until-end");
	args_end();
	return read_stream(receive, false, until_end);
}
