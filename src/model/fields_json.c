#include "model/fields_json.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/util.h"
#include "model/json_text.h"
#include "model/result.h"

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
		return shape_write(field->shape, &stack->frames[i], where) |
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

int shape_write(const struct shape *shape, const void *base, json_t *to)
{
	int failed = 0;

	for (size_t i = 0; i < shape->count; i++)
		failed |= codecs[shape->fields[i].type].write(&shape->fields[i], base, to);
	return failed ? -ENOMEM : 0;
}

int shape_read(const struct shape *shape, const json_t *from, void *base, struct err *err)
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
