#include "scenario/utf8.h"

#include <stdint.h>

size_t utf8_length(const char *text, size_t len)
{
	static const struct {
		unsigned char first_min, first_max, second_min, second_max;
		size_t len;
	} forms[] = {
		{0x00, 0x7f, 0x80, 0xbf, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3}, /* no surrogates */
		{0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
		{0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	const unsigned char *p = (const unsigned char *)text;

	for (size_t i = 0; len && i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (*p < forms[i].first_min || *p > forms[i].first_max)
			continue;
		if (forms[i].len > len)
			return 0;
		if (forms[i].len > 1 && (p[1] < forms[i].second_min || p[1] > forms[i].second_max))
			return 0;
		for (size_t k = 2; k < forms[i].len; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].len;
	}
	return 0;
}

bool utf8_is_control(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	return *p < ' ' || *p == 0x7f || (*p == 0xc2 && p[1] < 0xa0);
}

static const char *complaint(const char *p, size_t len)
{
	if (!len)
		return "not UTF-8 text";
	if (!*p)
		return "a NUL byte: this is not a text file";
	if (utf8_is_control(p) && *p != '\t' && *p != '\n' && *p != '\r')
		return "a control character: this is not a text file";
	return NULL;
}

bool utf8_find_fault(const char *text, size_t len, struct utf8_fault *ret_fault)
{
	const char *end = text + len;
	int line = 1, col = 1;

	while (text < end) {
		size_t n = utf8_length(text, (size_t)(end - text));
		const char *why = complaint(text, n);

		if (why) {
			*ret_fault = (struct utf8_fault){line, col, why};
			return true;
		}
		col = *text == '\n' ? 1 : col + 1;
		line += *text == '\n';
		text += n;
	}
	return false;
}
