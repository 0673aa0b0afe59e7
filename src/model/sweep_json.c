#include "model/sweep_json.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/utf8.h"
#include "base/util.h"
#include "model/sweep_totals.h"

/* clang-format off */
#define NUMBER(key_, member_) { key_, offsetof(struct sweep_totals, member_) }
static const struct number {
	const char *key;
	size_t offset;
} numbers[] = {
	NUMBER("sites",        sites),
	NUMBER("places",       places),
	NUMBER("runs",         runs),
	NUMBER("survived",     survived),
	NUMBER("planned",      planned),
	NUMBER("not_possible", not_possible),
	NUMBER("left_out",     left_out),
	NUMBER("not_tried",    waiting),
	NUMBER("errors",       failed),
	NUMBER("bugs",         bugs),
	NUMBER("remembered",   remembered),
	NUMBER("known",        known),
	NUMBER("mended",       mended),
};
#undef NUMBER
/* clang-format on */

static json_t *number_json(size_t number)
{
	return json_integer((json_int_t)number);
}

static json_t *shares_json(const struct sweep_shares *shares)
{
	json_t *json = json_object();

	for (size_t i = 0; i < shares->count; i++) {
		const struct sweep_share *share = &shares->items[i];
		cleanup_free char *name = utf8_replace_invalid(share->name);
		json_t *one = json_pack("{s:I, s:I, s:f}", "places", (json_int_t)share->places,
					"survived", (json_int_t)share->survived, "score",
					sweep_share_score(share->places, share->survived));

		if (!name || json_object_set_new(json, name, one) < 0) {
			json_decref(json);
			return NULL;
		}
	}
	return json;
}

json_t *sweep_totals_to_json(const struct sweep_totals *totals)
{
	json_t *json = json_object();
	int failed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		failed |= json_object_set_new(
			json, numbers[i].key,
			number_json(*(const size_t *)((const char *)totals + numbers[i].offset)));
	failed |=
		json_object_set_new(json, "skipped", number_json(totals->planned - totals->places));
	failed |= json_object_set_new(json, "score", json_real(totals->score));
	failed |= json_object_set_new(json, "elapsed_ms",
				      number_json(totals->elapsed_ns / NS_PER_MS));
	failed |= json_object_set_new(json, "mechanisms", shares_json(&totals->mechanisms));
	failed |= json_object_set_new(json, "files", shares_json(&totals->files));
	if (!failed)
		return json;
	json_decref(json);
	return NULL;
}

static int read_number(const json_t *from, const char *key, size_t *ret, struct err *err)
{
	const json_t *json = json_object_get(from, key);

	if (!json)
		return 0;
	if (!json_is_integer(json) || json_integer_value(json) < 0)
		return err_set(err, -EINVAL, "sweep: `%s` is not a number of something", key);
	*ret = (size_t)json_integer_value(json);
	return 0;
}

static int read_shares(const json_t *from, const char *key, struct sweep_shares *shares,
		       struct err *err)
{
	json_t *object = json_object_get(from, key), *one;
	const char *name;

	if (object && !json_is_object(object))
		return err_set(err, -EINVAL, "sweep: `%s` is not names with numbers", key);
	json_object_foreach(object, name, one)
	{
		size_t places = 0, survived = 0;
		int rc = read_number(one, "places", &places, err);

		if (!rc)
			rc = read_number(one, "survived", &survived, err);
		if (!rc && sweep_shares_add(shares, name, places, survived))
			rc = err_errno(err, -ENOMEM, "sweep");
		if (rc)
			return rc;
	}
	return 0;
}

int sweep_totals_from_json(const json_t *json, struct sweep_totals *ret_totals, struct err *err)
{
	struct sweep_totals totals = {0};
	size_t ms = 0;
	int rc = json_is_object(json) ? 0 : err_set(err, -EINVAL, "`sweep` is not an object");

	for (size_t i = 0; i < ARRAY_SIZE(numbers) && !rc; i++)
		rc = read_number(json, numbers[i].key,
				 (size_t *)((char *)&totals + numbers[i].offset), err);
	if (!rc)
		rc = read_number(json, "elapsed_ms", &ms, err);
	if (!rc)
		rc = read_shares(json, "mechanisms", &totals.mechanisms, err);
	if (!rc)
		rc = read_shares(json, "files", &totals.files, err);
	if (rc) {
		sweep_totals_release(&totals);
		return rc;
	}
	totals.elapsed_ns = ms * NS_PER_MS;
	totals.score = sweep_share_score(totals.places, totals.survived);
	*ret_totals = totals;
	return 0;
}
