#include "model/result_json.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/util.h"
#include "model/json_text.h"
#include "model/result.h"

/* How one member of a struct is written and read; rows of the tables below. */
enum field_type {
	FIELD_TEXT,
	FIELD_EXTRA, /* a text that is left out while it is NULL */
	FIELD_TEXTS,
	FIELD_BOOL,
	FIELD_INT,
	FIELD_U64,
	FIELD_WORD,
	FIELD_ARRAY,
	FIELD_VALUES,
	FIELD_MS,
	FIELD_WHERE,
	FIELD_COUNT, /* a u64 that is left out while it is 0 */
	FIELD_PART,  /* left out while it is all zero */
	FIELD_MAX_
};

struct shape;

struct field {
	const char *key;
	enum field_type type;
	size_t offset;
	size_t count_offset;	   /* FIELD_ARRAY, FIELD_TEXTS, FIELD_VALUES */
	const struct shape *shape; /* FIELD_ARRAY: of an element; FIELD_PART */
	const struct vocab *vocab; /* FIELD_WORD */
};

struct shape {
	const struct field *fields;
	size_t count, size;
};

#define SHAPE(name_, type_)                                                                        \
	static const struct shape name_ = {name_##_fields, ARRAY_SIZE(name_##_fields),             \
					   sizeof(type_)}
#define MEMBER(type_, member_) .offset = offsetof(type_, member_)
#define COUNT(type_, member_)  .count_offset = offsetof(type_, member_)

/* clang-format off */
static const struct field frame_fields[] = {
	{ "function", FIELD_TEXT, MEMBER(struct frame, function) },
	{ "file",     FIELD_TEXT, MEMBER(struct frame, file) },
	{ "line",     FIELD_INT,  MEMBER(struct frame, line) },
	{ "module",   FIELD_TEXT, MEMBER(struct frame, module) },
	{ "offset",   FIELD_U64,  MEMBER(struct frame, offset) },
};
SHAPE(frame, struct frame);

static const struct field injection_fields[] = {
	{ "process", FIELD_TEXT,  MEMBER(struct injection, process) },
	{ "text",    FIELD_TEXT,  MEMBER(struct injection, text) },
	{ "at_ns",   FIELD_U64,   MEMBER(struct injection, at_ns) },
	{ "stack",   FIELD_ARRAY, MEMBER(struct injection, stack.frames), COUNT(struct injection, stack.count), .shape = &frame },
};
SHAPE(injection, struct injection);

static const struct field fault_fields[] = {
	{ "name",       FIELD_TEXT,  MEMBER(struct fault_result, name) },
	{ "fired",      FIELD_U64,   MEMBER(struct fault_result, fired) },
	{ "matched",    FIELD_U64,   MEMBER(struct fault_result, matched) },
	{ "refused",    FIELD_TEXT,  MEMBER(struct fault_result, refused) },
	{ "injections", FIELD_ARRAY, MEMBER(struct fault_result, injections), COUNT(struct fault_result, injection_count), .shape = &injection },
};
SHAPE(fault, struct fault_result);

static const struct field finding_fields[] = {
	{ "kind",    FIELD_WORD,  MEMBER(struct finding, kind), .vocab = &finding_vocab },
	{ "process", FIELD_TEXT,  MEMBER(struct finding, process) },
	{ "silent",  FIELD_BOOL,  MEMBER(struct finding, silent) },
	{ "text",    FIELD_TEXT,  MEMBER(struct finding, text) },
	{ "variable", FIELD_TEXT, MEMBER(struct finding, variable) },
	{ "where",   FIELD_WHERE, MEMBER(struct finding, stack) },
	{ "stack",   FIELD_ARRAY, MEMBER(struct finding, stack.frames), COUNT(struct finding, stack.count), .shape = &frame },
};
SHAPE(finding, struct finding);

static const struct field process_fields[] = {
	{ "name",     FIELD_TEXT, MEMBER(struct process_result, name) },
	{ "started",  FIELD_BOOL, MEMBER(struct process_result, started) },
	{ "exited",   FIELD_BOOL, MEMBER(struct process_result, exited) },
	{ "signaled", FIELD_BOOL, MEMBER(struct process_result, signaled) },
	{ "alive",    FIELD_BOOL, MEMBER(struct process_result, alive) },
	{ "status",   FIELD_INT,  MEMBER(struct process_result, status) },
	{ "stdout",   FIELD_TEXT, MEMBER(struct process_result, out_tail) },
	{ "stderr",   FIELD_TEXT, MEMBER(struct process_result, err_tail) },
};
SHAPE(process, struct process_result);

static const struct field place_fields[] = {
	{ "fd",          FIELD_INT,  MEMBER(struct call_place, fd) },
	{ "nth",         FIELD_U64,  MEMBER(struct call_place, nth) },
	{ "errors",      FIELD_U64,  MEMBER(struct call_place, errors) },
	{ "signals",     FIELD_U64,  MEMBER(struct call_place, signals) },
	{ "stdout",      FIELD_BOOL, MEMBER(struct call_place, is_stdout) },
	{ "short",       FIELD_BOOL, MEMBER(struct call_place, can_be_short) },
	{ "nonblocking", FIELD_BOOL, MEMBER(struct call_place, can_be_nonblocking) },
	{ "waits",       FIELD_BOOL, MEMBER(struct call_place, waits) },
	{ "limited",     FIELD_BOOL, MEMBER(struct call_place, is_limited) },
};
SHAPE(place, struct call_place);

static const struct field site_fields[] = {
	{ "process", FIELD_INT,   MEMBER(struct call_site, process) },
	{ "part",    FIELD_INT,   MEMBER(struct call_site, part) },
	{ "child",   FIELD_INT,   MEMBER(struct call_site, child) },
	{ "thread",  FIELD_INT,   MEMBER(struct call_site, thread) },
	{ "label",   FIELD_TEXT,  MEMBER(struct call_site, label) },
	{ "call",    FIELD_TEXT,  MEMBER(struct call_site, call) },
	{ "kind",    FIELD_WORD,  MEMBER(struct call_site, kind), .vocab = &fd_kind_vocab },
	{ "stack",   FIELD_ARRAY, MEMBER(struct call_site, stack.frames), COUNT(struct call_site, stack.count), .shape = &frame },
	{ "places",  FIELD_ARRAY, MEMBER(struct call_site, places), COUNT(struct call_site, place_count), .shape = &place },
};
SHAPE(site, struct call_site);

static const struct field record_fields[] = {
	{ "sites",     FIELD_ARRAY, MEMBER(struct record, sites), COUNT(struct record, site_count), .shape = &site },
	{ "processes", FIELD_INT,   MEMBER(struct record, processes) },
	{ "unsteady",  FIELD_TEXTS, MEMBER(struct record, unsteady), COUNT(struct record, unsteady_count) },
};
SHAPE(record, struct record);

static const struct field outcome_fields[] = {
	{ "text",   FIELD_TEXT,  MEMBER(struct point_outcome, text) },
	{ "end",    FIELD_TEXT,  MEMBER(struct point_outcome, end) },
	{ "points", FIELD_U64,   MEMBER(struct point_outcome, points) },
	{ "tried",  FIELD_U64,   MEMBER(struct point_outcome, tried) },
};
SHAPE(outcome, struct point_outcome);

static const struct field exploration_fields[] = {
	{ "schedules",     FIELD_U64,  MEMBER(struct exploration, schedules) },
	{ "kill_points",   FIELD_U64,  MEMBER(struct exploration, kill_points) },
	{ "signal_points", FIELD_U64,  MEMBER(struct exploration, signal_points) },
	{ "states",        FIELD_U64,  MEMBER(struct exploration, states) },
	{ "outcomes",      FIELD_ARRAY, MEMBER(struct exploration, outcomes), COUNT(struct exploration, outcome_count), .shape = &outcome },
	{ "points",        FIELD_U64,  MEMBER(struct exploration, points) },
	{ "switches",      FIELD_U64,  MEMBER(struct exploration, switches) },
	{ "flows",         FIELD_U64,  MEMBER(struct exploration, flows) },
	{ "strategy",      FIELD_TEXT, MEMBER(struct exploration, strategy) },
	{ "bound",         FIELD_TEXT, MEMBER(struct exploration, bound) },
	{ "schedule",      FIELD_TEXT, MEMBER(struct exploration, schedule) },
	{ "code",          FIELD_VALUES, MEMBER(struct exploration, code), COUNT(struct exploration, code_count) },
};
SHAPE(exploration, struct exploration);

static const struct field case_result_fields[] = {
	{ "file",        FIELD_TEXT,   MEMBER(struct case_result, file) },
	{ "line",        FIELD_INT,    MEMBER(struct case_result, line) },
	{ "scenario",    FIELD_TEXT,   MEMBER(struct case_result, scenario) },
	{ "mechanism",   FIELD_TEXT,   MEMBER(struct case_result, mechanism) },
	{ "case",        FIELD_VALUES, MEMBER(struct case_result, values), COUNT(struct case_result, value_count) },
	{ "variant",     FIELD_TEXT,   MEMBER(struct case_result, variant) },
	{ "role",        FIELD_WORD,   MEMBER(struct case_result, role), .vocab = &role_vocab },
	{ "verdict",     FIELD_WORD,   MEMBER(struct case_result, verdict), .vocab = &verdict_vocab },
	{ "reason",      FIELD_TEXT,   MEMBER(struct case_result, reason) },
	{ "seed",        FIELD_U64,    MEMBER(struct case_result, seed) },
	{ "duration_ms", FIELD_MS,     MEMBER(struct case_result, duration_ns) },
	{ "duration_ns", FIELD_U64,    MEMBER(struct case_result, duration_ns) },
	{ "faults",      FIELD_ARRAY,  MEMBER(struct case_result, faults), COUNT(struct case_result, fault_count), .shape = &fault },
	{ "findings",    FIELD_ARRAY,  MEMBER(struct case_result, findings), COUNT(struct case_result, finding_count), .shape = &finding },
	{ "processes",   FIELD_ARRAY,  MEMBER(struct case_result, processes), COUNT(struct case_result, process_count), .shape = &process },
	{ "notes",       FIELD_TEXTS,  MEMBER(struct case_result, notes), COUNT(struct case_result, note_count) },
	{ "reproduce",   FIELD_TEXT,   MEMBER(struct case_result, reproduce) },
	{ "bug",         FIELD_EXTRA,  MEMBER(struct case_result, bug) },
	{ "occurrences", FIELD_COUNT,  MEMBER(struct case_result, occurrences) },
	{ "explore",     FIELD_PART,   MEMBER(struct case_result, explore), .shape = &exploration },
	{ "record",      FIELD_PART,   MEMBER(struct case_result, record), .shape = &record },
};
SHAPE(case_result, struct case_result);
/* clang-format on */
#undef SHAPE

static int shape_write(const struct shape *shape, const void *base, json_t *to);
static int shape_read(const struct shape *shape, const json_t *from, void *base, struct err *err);

static const void *slot_of(const struct field *field, const void *base)
{
	return (const char *)base + field->offset;
}

static size_t count_of(const struct field *field, const void *base)
{
	return *(const size_t *)((const char *)base + field->count_offset);
}

/* One pair of functions for each type; 0 or a negative errno. */

static int write_text(const struct field *field, const void *base, json_t *to)
{
	const char *text = *(char *const *)slot_of(field, base);
	cleanup_free char *hex_key = NULL;
	bool exact;

	if (json_object_set_new(to, field->key, text_to_json(text, &exact)) < 0)
		return -ENOMEM;
	if (exact)
		return 0;
	hex_key = mem_printf("%s_hex", field->key);
	if (!hex_key)
		return -ENOMEM;
	return json_object_set_new(to, hex_key, hex_of(text)) < 0 ? -ENOMEM : 0;
}

static int write_extra(const struct field *field, const void *base, json_t *to)
{
	return *(char *const *)slot_of(field, base) ? write_text(field, base, to) : 0;
}

static int wrong_type(const struct field *field, const char *wanted, struct err *err)
{
	return err_set(err, -EINVAL, "`%s` is not %s", field->key, wanted);
}

static int read_text(const struct field *field, const json_t *from, void *slot, struct err *err)
{
	cleanup_free char *hex_key = mem_printf("%s_hex", field->key);
	int r;

	if (!hex_key)
		return err_errno(err, -ENOMEM, "%s", field->key);
	r = text_from_json(json_object_get(from, field->key), json_object_get(from, hex_key), slot);
	return r == -EINVAL ? wrong_type(field, "a text", err) : r;
}

static int write_texts(const struct field *field, const void *base, json_t *to)
{
	char *const *texts = *(char **const *)slot_of(field, base);
	cleanup_free char *hex_key = mem_printf("%s_hex", field->key);
	json_t *array = json_array(), *hex = json_array();
	bool all_exact = true;
	int failed = !hex_key;

	for (size_t i = 0; i < count_of(field, base); i++) {
		bool exact;

		failed |= json_array_append_new(array, text_to_json(texts[i], &exact));
		failed |= json_array_append_new(hex, exact ? json_null() : hex_of(texts[i]));
		all_exact &= exact;
	}
	failed |= json_object_set_new(to, field->key, array);
	if (all_exact || failed)
		json_decref(hex);
	else
		failed |= json_object_set_new(to, hex_key, hex);
	return failed ? -ENOMEM : 0;
}

static int read_texts(const struct field *field, const json_t *from, void *slot, struct err *err)
{
	const json_t *array = json_object_get(from, field->key), *hex;
	cleanup_free char *hex_key = mem_printf("%s_hex", field->key);
	size_t *count = (size_t *)((char *)slot - field->offset + field->count_offset);

	if (!hex_key)
		return err_errno(err, -ENOMEM, "%s", field->key);
	if (!array || json_is_null(array))
		return 0;
	hex = json_object_get(from, hex_key);
	for (size_t i = 0; i < json_array_size(array); i++) {
		char **text = mem_append(slot, count, sizeof(*text));
		int r = text ? text_from_json(json_array_get(array, i), json_array_get(hex, i),
					      text)
			     : -ENOMEM;

		if (r < 0)
			return r == -EINVAL ? wrong_type(field, "a list of texts", err) : r;
	}
	return json_is_array(array) ? 0 : wrong_type(field, "a list", err);
}

static int write_bool(const struct field *field, const void *base, json_t *to)
{
	return json_object_set_new(to, field->key,
				   json_boolean(*(const bool *)slot_of(field, base)));
}

static int read_bool(const struct field *field, const json_t *from, void *slot, struct err *err)
{
	const json_t *json = json_object_get(from, field->key);

	if (!json || json_is_null(json))
		return 0;
	if (!json_is_boolean(json))
		return wrong_type(field, "true or false", err);
	*(bool *)slot = json_is_true(json);
	return 0;
}

static int write_int(const struct field *field, const void *base, json_t *to)
{
	return json_object_set_new(to, field->key,
				   json_integer(*(const int *)slot_of(field, base)));
}

static int read_int(const struct field *field, const json_t *from, void *slot, struct err *err)
{
	const json_t *json = json_object_get(from, field->key);

	if (!json || json_is_null(json))
		return 0;
	if (!json_is_integer(json) || json_integer_value(json) != (int)json_integer_value(json))
		return wrong_type(field, "an integer", err);
	*(int *)slot = (int)json_integer_value(json);
	return 0;
}

static int write_u64(const struct field *field, const void *base, json_t *to)
{
	uint64_t value = *(const uint64_t *)slot_of(field, base);

	return json_object_set_new(to, field->key,
				   value <= INT64_MAX ? json_integer((json_int_t)value)
						      : json_sprintf("%" PRIu64, value));
}

static int write_count(const struct field *field, const void *base, json_t *to)
{
	return *(const uint64_t *)slot_of(field, base) ? write_u64(field, base, to) : 0;
}

static int u64_from_text(const char *text, uint64_t *ret_value)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno)
		return -EINVAL;
	*ret_value = value;
	return 0;
}

static int read_u64(const struct field *field, const json_t *from, void *slot, struct err *err)
{
	const json_t *json = json_object_get(from, field->key);

	if (!json || json_is_null(json))
		return 0;
	if (json_is_string(json) && u64_from_text(json_string_value(json), slot) == 0)
		return 0;
	if (!json_is_integer(json) || json_integer_value(json) < 0)
		return wrong_type(field, "a number that is not negative", err);
	*(uint64_t *)slot = (uint64_t)json_integer_value(json);
	return 0;
}

static int write_word(const struct field *field, const void *base, json_t *to)
{
	const char *name = vocab_name(field->vocab, *(const int *)slot_of(field, base));

	return json_object_set_new(to, field->key, name ? json_string(name) : json_null());
}

static int read_word(const struct field *field, const json_t *from, void *slot, struct err *err)
{
	const char *name = json_string_value(json_object_get(from, field->key));
	int value = name ? vocab_find(field->vocab, name) : -1;

	if (value < 0)
		return err_set(err, -EINVAL, "`%s` is not a %s", field->key, field->vocab->what);
	*(int *)slot = value;
	return 0;
}

static int write_array(const struct field *field, const void *base, json_t *to)
{
	const char *elements = *(char *const *)slot_of(field, base);
	json_t *array = json_array();
	int failed = 0;

	for (size_t i = 0; i < count_of(field, base); i++) {
		json_t *element = json_object();

		failed |= shape_write(field->shape, elements + i * field->shape->size, element);
		failed |= json_array_append_new(array, element);
	}
	return failed | json_object_set_new(to, field->key, array);
}

static int read_array(const struct field *field, const json_t *from, void *slot, struct err *err)
{
	const json_t *array = json_object_get(from, field->key);
	size_t *count = (size_t *)((char *)slot - field->offset + field->count_offset);

	if (!array || json_is_null(array))
		return 0;
	if (!json_is_array(array))
		return wrong_type(field, "a list", err);
	for (size_t i = 0; i < json_array_size(array); i++) {
		void *element = mem_append(slot, count, field->shape->size);
		int r;

		if (!element)
			return err_errno(err, -ENOMEM, "%s", field->key);
		r = shape_read(field->shape, json_array_get(array, i), element, err);
		if (r < 0)
			return err_wrap(err, r, "%s[%zu]", field->key, i);
	}
	return 0;
}

/* The matrix's names and values come from YAML, which is Unicode: no second form. */
static int write_values(const struct field *field, const void *base, json_t *to)
{
	const struct case_value *values = *(struct case_value *const *)slot_of(field, base);
	json_t *object = json_object();
	int failed = 0;

	for (size_t i = 0; i < count_of(field, base); i++) {
		cleanup_free char *name = utf8_replace_invalid(values[i].name);
		bool exact;

		failed |= !name ||
			  json_object_set_new(object, name, text_to_json(values[i].value, &exact));
	}
	return failed | json_object_set_new(to, field->key, object);
}

static int read_values(const struct field *field, const json_t *from, void *slot, struct err *err)
{
	json_t *object = json_object_get(from, field->key), *json;
	size_t *count = (size_t *)((char *)slot - field->offset + field->count_offset);
	const char *name;

	if (object && !json_is_null(object) && !json_is_object(object))
		return wrong_type(field, "names with values", err);
	json_object_foreach(object, name, json)
	{
		struct case_value *value = mem_append(slot, count, sizeof(*value));

		if (!json_is_string(json))
			return wrong_type(field, "names with texts", err);
		if (!value)
			return err_errno(err, -ENOMEM, "%s", field->key);
		value->name = mem_strdup(name);
		value->value = mem_strdup(json_string_value(json));
		if (!value->name || !value->value)
			return err_errno(err, -ENOMEM, "%s", field->key);
	}
	return 0;
}

static int write_ms(const struct field *field, const void *base, json_t *to)
{
	uint64_t ns = *(const uint64_t *)slot_of(field, base);

	return json_object_set_new(to, field->key, json_integer((json_int_t)(ns / NS_PER_MS)));
}

static int read_ms(const struct field *field, const json_t *from, void *slot, struct err *err)
{
	int r = read_u64(field, from, slot, err);

	*(uint64_t *)slot *= r < 0 ? 1 : NS_PER_MS;
	return r;
}

static int write_where(const struct field *field, const void *base, json_t *to)
{
	const struct stack *stack = slot_of(field, base);
	json_t *where;

	for (size_t i = 0; i < stack->count; i++) {
		if (!stack->frames[i].file)
			continue;
		where = json_object();
		return shape_write(&(const struct shape){frame_fields, 3, 0}, &stack->frames[i],
				   where) |
		       json_object_set_new(to, field->key, where);
	}
	return json_object_set_new(to, field->key, json_null());
}

static int read_nothing(const struct field *field, const json_t *from, void *slot, struct err *err)
{
	(void)field, (void)from, (void)slot, (void)err;
	return 0;
}

static bool is_zero(const void *base, size_t size)
{
	const char *bytes = base;

	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static int write_part(const struct field *field, const void *base, json_t *to)
{
	const void *slot = slot_of(field, base);
	json_t *part;

	if (is_zero(slot, field->shape->size))
		return 0;
	part = json_object();
	return shape_write(field->shape, slot, part) | json_object_set_new(to, field->key, part);
}

static int read_part(const struct field *field, const json_t *from, void *slot, struct err *err)
{
	const json_t *part = json_object_get(from, field->key);
	int r = part ? shape_read(field->shape, part, slot, err) : 0;

	return r < 0 ? err_wrap(err, r, "%s", field->key) : 0;
}

static const struct codec {
	int (*write)(const struct field *field, const void *base, json_t *to);
	int (*read)(const struct field *field, const json_t *from, void *slot, struct err *err);
} codecs[] = {
	[FIELD_TEXT] = {write_text, read_text},	      [FIELD_EXTRA] = {write_extra, read_text},
	[FIELD_TEXTS] = {write_texts, read_texts},    [FIELD_BOOL] = {write_bool, read_bool},
	[FIELD_INT] = {write_int, read_int},	      [FIELD_U64] = {write_u64, read_u64},
	[FIELD_WORD] = {write_word, read_word},	      [FIELD_ARRAY] = {write_array, read_array},
	[FIELD_VALUES] = {write_values, read_values}, [FIELD_MS] = {write_ms, read_ms},
	[FIELD_WHERE] = {write_where, read_nothing},  [FIELD_COUNT] = {write_count, read_u64},
	[FIELD_PART] = {write_part, read_part},
};
_Static_assert(ARRAY_SIZE(codecs) == FIELD_MAX_, "one codec for each type");

static int shape_write(const struct shape *shape, const void *base, json_t *to)
{
	int failed = 0;

	for (size_t i = 0; i < shape->count; i++)
		failed |= codecs[shape->fields[i].type].write(&shape->fields[i], base, to);
	return failed ? -ENOMEM : 0;
}

static int shape_read(const struct shape *shape, const json_t *from, void *base, struct err *err)
{
	int r = 0;

	if (!json_is_object(from))
		return err_set(err, -EINVAL, "not an object");
	for (size_t i = 0; i < shape->count && r == 0; i++) {
		const struct field *field = &shape->fields[i];

		r = codecs[field->type].read(field, from, (char *)base + field->offset, err);
	}
	return r;
}

json_t *case_result_to_json(const struct case_result *result)
{
	json_t *json = json_object();

	if (json && shape_write(&case_result, result, json) < 0) {
		json_decref(json);
		return NULL;
	}
	return json;
}

int case_result_from_json(const json_t *json, struct case_result *ret_result, struct err *err)
{
	struct case_result result = {0};
	int r = shape_read(&case_result, json, &result, err);

	if (r < 0) {
		case_result_release(&result);
		return err_wrap(err, r, "a case's result");
	}
	*ret_result = result;
	return 0;
}

char *case_result_to_text(const struct case_result *result)
{
	json_t *json = case_result_to_json(result);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

int case_result_from_text(const char *text, size_t size, struct case_result *ret_result,
			  struct err *err)
{
	json_error_t why;
	json_t *json = json_loadb(text, size, 0, &why);
	int rc = json ? case_result_from_json(json, ret_result, err)
		      : err_set(err, -EINVAL, "no JSON: %s", why.text);

	json_decref(json);
	return rc;
}
