#include "request.h"

#include <stddef.h>
#include <string.h>

#include "text.h"

enum { TAKES_KEY = 1, TAKES_VALUE = 2, TAKES_NUMBER = 4, CHANGES = 8 };

static const struct {
	const char *name;
	unsigned flags;
} kinds[REQUEST_KINDS] = {
	[REQUEST_GET] = {"get", TAKES_KEY},
	[REQUEST_SET] = {"set", TAKES_KEY | TAKES_VALUE | CHANGES},
	[REQUEST_APPEND] = {"append", TAKES_KEY | TAKES_VALUE | CHANGES},
	[REQUEST_ADD] = {"add", TAKES_KEY | TAKES_VALUE | TAKES_NUMBER | CHANGES},
	[REQUEST_DELETE] = {"delete", TAKES_KEY | CHANGES},
	[REQUEST_RENAME] = {"rename", TAKES_KEY | TAKES_VALUE | CHANGES},
	[REQUEST_COUNT] = {"count", 0},
	[REQUEST_KEYS] = {"keys", 0},
	[REQUEST_CLEAR] = {"clear", CHANGES},
	[REQUEST_STATS] = {"stats", 0},
	[REQUEST_QUIT] = {"quit", 0},
};

static const char *const replies[] = {
	[REPLY_OK] = "ok",
	[REPLY_NOT_FOUND] = "not found",
	[REPLY_FULL] = "the store is full",
	[REPLY_BAD] = "not a number",
	[REPLY_TOO_LONG] = "too long",
};

static bool find_kind(const char *name, enum request_kind *ret_kind)
{
	for (unsigned i = 0; i < REQUEST_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0) {
			*ret_kind = (enum request_kind)i;
			return true;
		}
	return false;
}

static const char *parse_key(char **line, struct request *r)
{
	char *word = text_word(line);

	if (!word)
		return "a key is missing";
	return text_copy(r->key, KEY_ROOM, word) ? NULL : "the key is too long";
}

static const char *parse_value(char **line, struct request *r)
{
	char *rest = text_rest(line);
	long long number;

	if (!*rest)
		return "a value is missing";
	if (!text_copy(r->value, VALUE_ROOM, rest))
		return "the value is too long";
	if (kinds[r->kind].flags & TAKES_NUMBER && !text_to_number(r->value, &number))
		return "this is no number";
	if (r->kind == REQUEST_RENAME && strlen(r->value) >= KEY_ROOM)
		return "the key is too long";
	return NULL;
}

const char *request_parse(char *line, struct request *ret_request)
{
	struct request r = {.kind = REQUEST_KINDS};
	char *name = text_word(&line);
	const char *wrong = NULL;

	if (!name)
		return "nothing is asked for";
	if (!find_kind(name, &r.kind))
		return "no such request";
	if (kinds[r.kind].flags & TAKES_KEY)
		wrong = parse_key(&line, &r);
	if (!wrong && kinds[r.kind].flags & TAKES_VALUE)
		wrong = parse_value(&line, &r);
	if (!wrong && *text_rest(&line))
		wrong = "too many words";
	if (!wrong)
		*ret_request = r;
	return wrong;
}

const char *request_name(enum request_kind kind)
{
	return kind < REQUEST_KINDS ? kinds[kind].name : "?";
}

bool request_changes(enum request_kind kind)
{
	return kind < REQUEST_KINDS && kinds[kind].flags & CHANGES;
}

const char *reply_text(enum reply_status status)
{
	return status <= REPLY_TOO_LONG ? replies[status] : "?";
}
