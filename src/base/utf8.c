#include "base/utf8.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"

static const struct lead {
	unsigned char mask, mark;
	uint32_t least; /* smaller values have a shorter form */
} leads[] = {
	{0x80, 0x00, 0},
	{0xe0, 0xc0, 0x80},
	{0xf0, 0xe0, 0x800},
	{0xf8, 0xf0, 0x10000},
};

static bool is_scalar(uint32_t c)
{
	return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

unsigned utf8_decode(const char *text, uint32_t *ret_char)
{
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned more = 0;
	uint32_t c;

	while (more < ARRAY_SIZE(leads) && (bytes[0] & leads[more].mask) != leads[more].mark)
		more++;
	if (more == ARRAY_SIZE(leads))
		return 0;
	c = bytes[0] & (unsigned char)~leads[more].mask;
	for (unsigned i = 1; i <= more; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (bytes[i] & 0x3f);
	}
	if (c < leads[more].least || !is_scalar(c))
		return 0;
	*ret_char = c;
	return more + 1;
}

bool utf8_is_valid(const char *text)
{
	uint32_t c;

	while (*text) {
		unsigned len = utf8_decode(text, &c);

		if (!len)
			return false;
		text += len;
	}
	return true;
}

char *utf8_replace_invalid(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const size_t replacement_len = sizeof(replacement) - 1;
	char *copy = mem_zalloc(strlen(text) * replacement_len + 1), *to = copy;

	if (!copy)
		return NULL;
	while (*text) {
		uint32_t c;
		unsigned len = utf8_decode(text, &c);

		memcpy(to, len ? text : replacement, len ? len : replacement_len);
		to += len ? len : replacement_len;
		text += len ? len : 1;
	}
	return copy;
}
