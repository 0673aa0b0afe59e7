#include "sweep/yaml.h"

#include <errno.h>

#include "base/utf8.h"

int yaml_write_quoted(FILE *to, const char *text)
{
	int rc = utf8_is_valid(text) ? 0 : -EILSEQ;

	putc('"', to);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", to);
		else if (c < 0x20 || c == 0x7f)
			fprintf(to, "\\x%02x", c);
		else
			putc(c, to);
	}
	putc('"', to);
	return rc;
}
