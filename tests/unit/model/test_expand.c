#include "model/expand.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "lib/fault.h"

static const char *lookup(const char *name, size_t len, void *data)
{
	(void)data;
	if (len == 1 && *name == 'a')
		return "one";
	if (len == 4 && memcmp(name, "self", 4) == 0)
		return "${self}";
	if (len == 5 && memcmp(name, "empty", 5) == 0)
		return "";
	return NULL;
}

Test(model_expand, puts_values_in)
{
	static const struct {
		const char *text, *now, *final;
	} rows[] = {
		{"", "", ""},
		{"plain", "plain", "plain"},
		{"${a}", "one", "one"},
		{"<${a}${a}>", "<oneone>", "<oneone>"},
		{"${empty}", "", ""},
		{"${unknown}", "${unknown}", "${unknown}"},
		{"${self}", "${self}", "${self}"},
		{"$${a}", "$${a}", "${a}"},
		{"$$${a}", "$$${a}", "$${a}"},
		{"$a $ $$ 5$", "$a $ $$ 5$", "$a $ $$ 5$"},
		{"${", "${", "${"},
		{"${a", "${a", "${a"},
		{"x${a}${", "xone${", "xone${"},
		{"${}", "${}", "${}"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *text = NULL;

		cr_assert(eq(int, expand_text(rows[i].text, lookup, NULL, false, &text), 0));
		cr_expect(eq(str, text, (char *)rows[i].now), "'%s'", rows[i].text);
		free(text);
		cr_assert(eq(int, expand_text(rows[i].text, lookup, NULL, true, &text), 0));
		cr_expect(eq(str, text, (char *)rows[i].final), "'%s' at last", rows[i].text);
		free(text);
	}
}

static const char *lookup_long(const char *name, size_t len, void *data)
{
	(void)name;
	(void)len;
	return data;
}

Test(model_expand, has_a_limit)
{
	static char half[EXPAND_MAX / 2 + 1];
	char *text = NULL;

	memset(half, 'x', sizeof(half) - 1);
	cr_expect(eq(int, expand_text("${a}${a}", lookup_long, half, true, &text), 0));
	cr_expect(eq(sz, strlen(text), EXPAND_MAX));
	free(text);
	cr_expect(eq(int, expand_text("${a}${a}.", lookup_long, half, true, &text), -E2BIG));
}

static int expand_once(void *arg)
{
	char *text;
	int r = expand_text("${a}${a}${a}", lookup_long, arg, true, &text);

	if (r == 0)
		free(text);
	return r;
}

Test(model_expand, survives_every_failure)
{
	static char value[1000];

	memset(value, 'x', sizeof(value) - 1);
	fault_sweep(expand_once, value);
}
