#include "scenario/text.h"

#include "base/utf8.h"

bool is_control_char(uint32_t character)
{
	return character < ' ' || (character >= 0x7f && character < 0xa0);
}

static const char *complaint(unsigned len, uint32_t c)
{
	if (!len)
		return "not UTF-8 text";
	if (!c)
		return "a NUL byte: this is not a text file";
	if (is_control_char(c) && c != '\t' && c != '\n' && c != '\r')
		return "a control character: this is not a text file";
	return NULL;
}

bool text_find_fault(const char *text, size_t len, struct text_fault *ret_fault)
{
	const char *end = text + len;
	int line = 1, col = 1;

	while (text < end) {
		uint32_t c = 0;
		unsigned n = utf8_decode(text, &c);
		const char *why = complaint(n, c);

		if (why) {
			*ret_fault = (struct text_fault){line, col, why};
			return true;
		}
		col = c == '\n' ? 1 : col + 1;
		line += c == '\n';
		text += n;
	}
	return false;
}
