/*
 * fields_json.h - structs to JSON and back, by tables of their members.
 *
 * A text that is no UTF-8 has a second member, "<key>_hex", with its bytes.
 */
#ifndef MODEL_FIELDS_JSON_H
#define MODEL_FIELDS_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"
#include "base/vocab.h"

/* How one member of a struct is written and read. */
enum field_type {
	FIELD_TEXT,
	FIELD_EXTRA, /* a text that is left out while it is NULL */
	FIELD_TEXTS,
	FIELD_BOOL,
	FIELD_INT,
	FIELD_U64,
	FIELD_WORD,
	FIELD_ARRAY,
	FIELD_VALUES, /* struct case_value */
	FIELD_MS,     /* a u64 of nanoseconds */
	FIELD_WHERE,  /* the first frame of a stack that has a file; not read back */
	FIELD_COUNT,  /* a u64 that is left out while it is 0 */
	FIELD_PART,   /* left out while it is all zero */
	FIELD_MAX_
};

struct shape;

struct field {
	const char *key;
	enum field_type type;
	size_t offset;
	size_t count_offset; /* FIELD_ARRAY, FIELD_TEXTS, FIELD_VALUES */
	const struct shape
		*shape; /* FIELD_ARRAY: of an element; FIELD_PART; FIELD_WHERE: of a frame */
	const struct vocab *vocab; /* FIELD_WORD */
};

struct shape {
	const struct field *fields;
	size_t count, size;
};

/* Adds @base's members to the object @to; 0 or -ENOMEM. */
int shape_write(const struct shape *shape, const void *base, json_t *to);

/*
 * Fills @base, which is all zero, and whose texts and lists the caller frees
 * even after an error.  Members that are missing or null stay zero, others
 * that are not named are let alone.  -EINVAL: of another type; -ENOMEM.
 */
int shape_read(const struct shape *shape, const json_t *from, void *base, struct err *err);

#endif
