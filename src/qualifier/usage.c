#include "qualifier/usage.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"
#include "elf/declarations.h"
#include "qualifier/insert.h"
#include "qualifier/program_text.h"
#include "qualifier/tokens.h"

static bool is_setjmp(const struct tokens *t, size_t index)
{
	static const char *const calls[] = {"setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp"};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (token_is(t, index, calls[i]))
			return token_is(t, index + 1, "(");
	return false;
}

/* In the body that holds the token. */
static bool calls_setjmp(const struct tokens *t, size_t index)
{
	while (t->items[index].opener != TOKEN_NONE)
		index = t->items[index].opener;
	for (index++; index < t->count && t->items[index].opener != TOKEN_NONE; index++)
		if (is_setjmp(t, index))
			return true;
	return false;
}

/* `name = `, `(p->name) = `, `name++`, `name += ` */
static bool is_store(const struct tokens *t, size_t index)
{
	static const char *const operators[] = {"+", "-", "*", "/", "%", "&", "|", "^"};
	size_t at = index + 1;

	while (token_is(t, at, ")"))
		at++;
	if (token_is(t, at, "="))
		return !token_is(t, at + 1, "=");
	if ((token_is(t, at, "+") && token_is(t, at + 1, "+")) ||
	    (token_is(t, at, "-") && token_is(t, at + 1, "-")))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
		if (token_is(t, at, operators[i]))
			return token_is(t, at + 1, "=");
	return false;
}

static void look(const struct tokens *t, const struct declaration *name, struct usage *usage)
{
	for (size_t i = 0; i < t->count; i++) {
		if (!token_is(t, i, name->name))
			continue;
		if (t->items[i].line == name->line &&
		    source_agrees(t->files[t->items[i].file], name->file))
			usage->over_setjmp |= calls_setjmp(t, i);
		if (is_store(t, i) && i + 1 > usage->last_store)
			usage->last_store = i + 1;
	}
}

int usage_of_text(const char *text, const char *file, const struct declaration *const *names,
		  size_t count, struct usage *usages)
{
	struct tokens tokens;
	int rc = tokens_init(&tokens, text, file);

	if (rc)
		return rc;
	for (size_t i = 0; i < count; i++)
		look(&tokens, names[i], &usages[i]);
	tokens_release(&tokens);
	return 0;
}

int usage_read(const struct program_texts *texts, const struct declaration *const *names,
	       size_t count, struct usage *ret_usages)
{
	int rc = 0;

	memset(ret_usages, 0, count * sizeof(*ret_usages));
	for (size_t i = 0; !rc && i < texts->count; i++)
		rc = usage_of_text(texts->items[i].text, texts->items[i].shown, names, count,
				   ret_usages);
	return rc;
}
