#include "model/sweep_totals.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/err.h"
#include "lib/fault.h"
#include "model/sweep_json.h"

static struct sweep_totals example(void)
{
	struct sweep_totals totals = {.sites = 1,
				      .planned = 20,
				      .places = 10,
				      .survived = 7,
				      .not_possible = 2,
				      .left_out = 3,
				      .waiting = 4,
				      .failed = 1,
				      .runs = 30,
				      .bugs = 2,
				      .known = 1,
				      .mended = 1,
				      .elapsed_ns = 5000000,
				      .score = 0.7};

	cr_assert(eq(int, sweep_shares_add(&totals.mechanisms, "pipe", 4, 2), 0));
	cr_assert(eq(int, sweep_shares_add(&totals.mechanisms, "fifo", 6, 5), 0));
	cr_assert(eq(int, sweep_shares_add(&totals.files, "a.c", 10, 7), 0));
	return totals;
}

Test(model_sweep_totals, a_name_has_one_share)
{
	struct sweep_shares shares = {NULL, 0};

	cr_assert(eq(int, sweep_shares_add(&shares, "pipe", 1, 1), 0));
	cr_assert(eq(int, sweep_shares_add(&shares, "fifo", 1, 0), 0));
	cr_assert(eq(int, sweep_shares_add(&shares, "pipe", 3, 1), 0));
	cr_assert(eq(sz, shares.count, 2));
	cr_expect(eq(str, shares.items[0].name, "fifo"), "by name");
	cr_expect(eq(sz, shares.items[1].places, 4));
	cr_expect(eq(sz, shares.items[1].survived, 2));
	sweep_shares_release(&shares);
}

Test(model_sweep_totals, adds_up)
{
	struct sweep_totals sum = example(), more = example();

	cr_assert(eq(int, sweep_totals_add(&sum, &more), 0));
	cr_expect(eq(sz, sum.places, 20));
	cr_expect(eq(sz, sum.bugs, 4));
	cr_expect(eq(dbl, sum.score, 0.7));
	cr_expect(eq(sz, sum.mechanisms.items[0].survived, 10));
	sweep_totals_release(&sum);
	sweep_totals_release(&more);
}

Test(model_sweep_totals, nothing_tried_is_nothing_lost)
{
	cr_expect(eq(dbl, sweep_share_score(0, 0), 1.0));
}

Test(model_sweep_totals, go_to_json_and_back)
{
	struct sweep_totals totals = example(), back;
	struct err err = ERR_INIT;
	json_t *json = sweep_totals_to_json(&totals), *again;

	cr_expect(eq(int, (int)json_integer_value(json_object_get(json, "skipped")), 10));
	cr_assert(eq(int, sweep_totals_from_json(json, &back, &err), 0), "%s", err.text);
	again = sweep_totals_to_json(&back);
	cr_expect(json_equal(json, again));
	json_decref(json);
	json_decref(again);
	sweep_totals_release(&totals);
	sweep_totals_release(&back);
}

Test(model_sweep_totals, refuse_what_is_no_number)
{
	json_t *json = json_pack("{s:s}", "places", "many");
	struct sweep_totals back;
	struct err err = ERR_INIT;

	cr_expect(lt(int, sweep_totals_from_json(json, &back, &err), 0));
	cr_expect(ne(ptr, strstr(err.text, "places"), NULL));
	json_decref(json);
}

static int add_up(void *arg)
{
	struct sweep_totals sum = {0};
	int rc = sweep_totals_add(&sum, arg);

	sweep_totals_release(&sum);
	return rc;
}

Test(model_sweep_totals, survive_want_of_memory)
{
	struct sweep_totals more = example();

	fault_sweep(add_up, &more);
	sweep_totals_release(&more);
}
