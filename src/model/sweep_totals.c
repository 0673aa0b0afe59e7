#include "model/sweep_totals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

double sweep_share_score(size_t places, size_t survived)
{
	return places ? (double)survived / (double)places : 1.0;
}

static int compare(const void *left, const void *right)
{
	const struct sweep_share *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static struct sweep_share *share_of(struct sweep_shares *shares, const char *name)
{
	struct sweep_share *share;

	for (size_t i = 0; i < shares->count; i++)
		if (strcmp(shares->items[i].name, name) == 0)
			return &shares->items[i];
	share = mem_append(&shares->items, &shares->count, sizeof(*share));
	if (share && !(share->name = mem_strdup(name)))
		shares->count--;
	return share && share->name ? share : NULL;
}

int sweep_shares_add(struct sweep_shares *shares, const char *name, size_t places, size_t survived)
{
	struct sweep_share *share = share_of(shares, name);

	if (!share)
		return -ENOMEM;
	share->places += places;
	share->survived += survived;
	qsort(shares->items, shares->count, sizeof(*share), compare);
	return 0;
}

void sweep_shares_release(struct sweep_shares *shares)
{
	for (size_t i = 0; i < shares->count; i++)
		free(shares->items[i].name);
	free(shares->items);
	*shares = (struct sweep_shares){NULL, 0};
}

static int add_shares(struct sweep_shares *shares, const struct sweep_shares *more)
{
	int rc = 0;

	for (size_t i = 0; i < more->count && !rc; i++)
		rc = sweep_shares_add(shares, more->items[i].name, more->items[i].places,
				      more->items[i].survived);
	return rc;
}

int sweep_totals_add(struct sweep_totals *totals, const struct sweep_totals *more)
{
	int rc;

	totals->sites += more->sites;
	totals->planned += more->planned;
	totals->places += more->places;
	totals->survived += more->survived;
	totals->not_possible += more->not_possible;
	totals->left_out += more->left_out;
	totals->waiting += more->waiting;
	totals->failed += more->failed;
	totals->runs += more->runs;
	totals->bugs += more->bugs;
	totals->remembered += more->remembered;
	totals->known += more->known;
	totals->mended += more->mended;
	totals->elapsed_ns += more->elapsed_ns;
	totals->score = sweep_share_score(totals->places, totals->survived);
	rc = add_shares(&totals->mechanisms, &more->mechanisms);
	return rc ? rc : add_shares(&totals->files, &more->files);
}

void sweep_totals_release(struct sweep_totals *totals)
{
	sweep_shares_release(&totals->mechanisms);
	sweep_shares_release(&totals->files);
}
