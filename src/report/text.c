#include "report/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/util.h"

/* Characters that a terminal obeys or that hide what stands there. */
static const struct span {
	uint32_t first, last;
} unsafe[] = {
	{0x00, 0x1f},	  {0x7f, 0x9f},	    {0xad, 0xad},	{0x61c, 0x61c},
	{0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},	{0xfeff, 0xfeff},
	{0xfff9, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe007f},
};

static bool is_unsafe(uint32_t c)
{
	for (size_t i = 0; i < ARRAY_SIZE(unsafe); i++)
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return true;
	return (c & 0xfffe) == 0xfffe;
}

static void print_spelt(FILE *out, uint32_t c)
{
	if (c == '\n')
		fputs("\\n", out);
	else if (c == '\r')
		fputs("\\r", out);
	else if (c < 0x80)
		fprintf(out, "\\x%02" PRIx32, c);
	else
		fprintf(out, "\\u{%" PRIx32 "}", c);
}

/* Prints the character at @text, spelt when it must be; returns its length. */
static unsigned print_char(FILE *out, const char *text)
{
	uint32_t c;
	unsigned len = utf8_decode(text, &c);

	if (!len) {
		fprintf(out, "\\x%02x", (unsigned char)*text);
		return 1;
	}
	if (is_unsafe(c) && c != '\t')
		print_spelt(out, c);
	else
		fwrite(text, 1, len, out);
	return len;
}

void text_print(FILE *out, const char *text)
{
	while (text && *text)
		text += print_char(out, text);
}

/* Prints one line, and returns where the next begins; NULL = that was the last. */
static const char *print_line(FILE *out, const char *text, size_t width)
{
	size_t shown = 0;

	while (*text && *text != '\n' && (!width || shown < width)) {
		text += print_char(out, text);
		shown++;
	}
	if (*text && *text != '\n') {
		size_t rest = strcspn(text, "\n");

		fprintf(out, " ... (%zu bytes more)", rest);
		text += rest;
	}
	putc('\n', out);
	return text[0] && text[1] ? text + 1 : NULL;
}

void text_print_lines(FILE *out, const char *text, const char *prefix, size_t width)
{
	while (text) {
		fputs(prefix, out);
		text = print_line(out, text, width);
	}
}

static char *printed(const char *text, bool keep_newlines)
{
	char *copy = NULL;
	size_t size;
	FILE *out = open_memstream(&copy, &size);
	bool failed;

	if (!out)
		return NULL;
	while (text && *text) {
		if (keep_newlines && *text == '\n')
			putc(*text++, out);
		else
			text += print_char(out, text);
	}
	failed = ferror(out);
	if (fclose(out) == 0 && !failed)
		return copy;
	free(copy);
	return NULL;
}

char *text_printable(const char *text)
{
	return printed(text, true);
}

char *text_one_line(const char *text)
{
	return printed(text, false);
}

const char *duration_text(uint64_t ns, char buf[DURATION_TEXT_MAX])
{
	uint64_t seconds = ns / NS_PER_S;

	if (ns == 0)
		snprintf(buf, DURATION_TEXT_MAX, "0 ms");
	else if (ns < NS_PER_MS)
		snprintf(buf, DURATION_TEXT_MAX, "%.3f ms", (double)ns / (double)NS_PER_MS);
	else if (ns < NS_PER_S - NS_PER_MS / 2)
		snprintf(buf, DURATION_TEXT_MAX, "%.0f ms", (double)ns / (double)NS_PER_MS);
	else if (seconds < 60)
		snprintf(buf, DURATION_TEXT_MAX, "%.*f s", seconds < 10 ? 2 : 1,
			 (double)ns / (double)NS_PER_S);
	else
		snprintf(buf, DURATION_TEXT_MAX, "%" PRIu64 " min %" PRIu64 " s", seconds / 60,
			 seconds % 60);
	return buf;
}
