#include "lib/pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

static const struct pool_way *way;
static int jobs, answers;
static unsigned live = POOL_WORKERS;

static void on_usr1(int sig)
{
	(void)sig;
}

static void must(int error, const char *what)
{
	errno = -error;
	if (error < 0)
		die(what);
}

void pool_work(const struct record *job, unsigned worker, struct record *answer)
{
	record_fill(answer, RECORD_DATA, worker, job->seq);
}

void pool_answer(const struct record *answer)
{
	must(way->queue->send(answers, answer), "answer");
}

void pool_receiver(unsigned worker)
{
	struct record job = {0}, answer;

	on_signal(SIGUSR1, on_usr1, 0);
	for (;;) {
		must(way->take(jobs, &job), "take a job");
		if (job.kind == RECORD_END)
			_exit(0);
		pool_work(&job, worker, &answer);
		pool_answer(&answer);
	}
}

/* Tells the publisher of each end, by a record that says whether it was a death. */
static void *reap(void *arg)
{
	struct record r;
	int status;

	for (unsigned i = 0; i < POOL_WORKERS; i++) {
		if (safe_wait(-1, &status) < 0)
			die("wait");
		record_fill(&r, RECORD_END, 0, status != 0);
		must(way->queue->send(answers, &r), "tell of an end");
	}
	return arg;
}

static bool next_job(const struct pool *pool, unsigned *ret_seq)
{
	for (unsigned seq = 0; seq < pool->records; seq++)
		if (pool->jobs[seq] == JOB_TO_SEND) {
			*ret_seq = seq;
			return pool->under_way < way->window;
		}
	return false;
}

static void send_jobs(struct pool *pool)
{
	struct record r;
	unsigned seq;

	while (next_job(pool, &seq)) {
		record_fill(&r, RECORD_DATA, 0, seq);
		must(way->queue->send(jobs, &r), "send a job");
		pool->jobs[seq] = JOB_SENT;
		pool->under_way++;
	}
}

static void receive_answer(struct pool *pool)
{
	struct record r;

	must(way->queue->receive(answers, &r), "receive an answer");
	if (!record_is_sound(&r) || r.seq >= pool->records)
		return;
	if (r.kind == RECORD_END) {
		live--;
		pool->dead += r.seq != 0;
		if (r.seq)
			way->after_death(pool);
		return;
	}
	if (pool->under_way)
		pool->under_way--;
	way->answered(pool, r.seq);
}

static void stop_workers(struct pool *pool)
{
	struct record r;

	record_fill(&r, RECORD_END, 0, 0);
	for (unsigned i = 0; i < POOL_WORKERS - pool->dead; i++)
		must(way->queue->send(jobs, &r), "send the end");
	while (live)
		receive_answer(pool);
}

static int report(const struct pool *pool)
{
	unsigned lost = pool->records;

	for (unsigned seq = 0; seq < pool->records; seq++)
		lost -= pool->jobs[seq] == JOB_DONE;
	printf("results %u repeated %u lost %u\n", pool->results, pool->repeated, lost);
	return lost || pool->repeated ? STATUS_WRONG : 0;
}

int pool_main(int argc, char **argv, const struct pool_way *chosen)
{
	static struct pool pool;
	bool named = chosen->queue == &queue_posix;
	pthread_t reaper;

	way = chosen;
	args_init(argc, argv);
	pool.records = args_number("--records", 24);
	jobs = way->queue->open(named ? args_operand() : NULL);
	answers = way->queue->open(named ? args_operand() : NULL);
	args_end();
	must(jobs, "queue");
	must(answers, "queue");
	for (unsigned i = 0; i < POOL_WORKERS; i++)
		if (make_child() == 0)
			pool_receiver(i);
	if (pthread_create(&reaper, NULL, reap, NULL))
		die("thread");
	wait_for_input();
	while (live && pool.results < pool.records) {
		send_jobs(&pool);
		receive_answer(&pool);
	}
	stop_workers(&pool);
	pthread_join(reaper, NULL);
	way->queue->remove(jobs);
	way->queue->remove(answers);
	return report(&pool);
}
