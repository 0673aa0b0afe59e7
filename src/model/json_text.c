#include "model/json_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/utf8.h"

json_t *hex_of(const char *text)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = strlen(text);
	cleanup_free char *hex = mem_zalloc(2 * len + 1);

	if (!hex)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		hex[2 * i] = digits[byte >> 4];
		hex[2 * i + 1] = digits[byte & 15];
	}
	return json_string_nocheck(hex);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int text_from_hex(const char *hex, char **ret_text)
{
	size_t len = strlen(hex) / 2;
	cleanup_free char *text = mem_zalloc(len + 1);

	if (!text)
		return -ENOMEM;
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0 || high + low == 0)
			return -EINVAL;
		text[i] = (char)(high << 4 | low);
	}
	if (hex[2 * len])
		return -EINVAL;
	*ret_text = TAKE_PTR(text);
	return 0;
}

/* JSON for @text as people read it; @ret_exact tells whether it is all of it. */
json_t *text_to_json(const char *text, bool *ret_exact)
{
	cleanup_free char *clean = NULL;

	*ret_exact = !text || utf8_is_valid(text);
	if (!text)
		return json_null();
	if (*ret_exact)
		return json_string_nocheck(text);
	clean = utf8_replace_invalid(text);
	return clean ? json_string_nocheck(clean) : NULL;
}

/* @hex, when there, goes before @json. */
int text_from_json(const json_t *json, const json_t *hex, char **ret_text)
{
	if (json_is_string(hex))
		return text_from_hex(json_string_value(hex), ret_text);
	if (!json || json_is_null(json))
		return 0;
	if (!json_is_string(json))
		return -EINVAL;
	*ret_text = mem_strdup(json_string_value(json));
	return *ret_text ? 0 : -ENOMEM;
}
