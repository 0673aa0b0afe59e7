#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "model/words.h"
#include "scenario/schema.h"

#define MANUAL TESTS "/../src/doc/ipcfault-scenario.5"

static char *read_manual(void)
{
	cleanup_fclose FILE *file = fopen(MANUAL, "r");
	char *text = NULL;
	size_t room = 0;

	cr_assert(ne(ptr, file, NULL), MANUAL);
	cr_assert(ge(long, (long)getdelim(&text, &room, '\0', file), 1));
	return text;
}

/* What stands between `.\" table NAME` and `.\" end`; NULL = there is no such list. */
static char *section(const char *manual, const char *name)
{
	cleanup_free char *mark = mem_printf(".\\\" table %s\n", name);
	const char *begin = strstr(manual, mark), *end;

	if (!begin)
		return NULL;
	begin += strlen(mark);
	end = strstr(begin, ".\\\" end\n");
	cr_assert(ne(ptr, (void *)end, NULL), "%s has no end", name);
	return mem_strndup(begin, (size_t)(end - begin));
}

/* The entry of a key up to the next one; NULL = there is none. */
static char *entry(const char *list, const char *key)
{
	cleanup_free char *mark = mem_printf(".It Cm %s :", key);
	const char *begin = strstr(list, mark), *end;

	if (!begin)
		return NULL;
	end = strstr(begin + 1, "\n.It Cm ");
	return mem_strndup(begin, end ? (size_t)(end - begin) : strlen(begin));
}

static size_t count_entries(const char *list)
{
	size_t count = 0;

	for (const char *at = list; (at = strstr(at, ".It Cm ")); at++)
		count++;
	return count;
}

/* Options of what is not available have no list. */
static bool is_left_out(const struct key_table *table)
{
	static const char *const names[] = {"corrupt", "replacement"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], table->name) == 0)
			return true;
	return false;
}

static void check_table(const char *manual, const struct key_table *table)
{
	cleanup_free char *list = section(manual, table->name);

	if (is_left_out(table))
		return;
	cr_assert(ne(ptr, list, NULL), "no list of %s", table->name);
	cr_expect(eq(sz, count_entries(list), table->count), "%s", table->name);
	for (size_t i = 0; i < table->count; i++) {
		const struct key_row *row = &table->rows[i];
		cleanup_free char *text = entry(list, key_name(row));

		cr_expect(ne(ptr, text, NULL), "%s has no %s", table->name, key_name(row));
		if (text && strcmp(key_name(row), "under") && strcmp(key_name(row), "when") &&
		    strcmp(key_name(row), "mechanism"))
			cr_expect(eq(int, strstr(text, "Not available yet") != NULL,
				     key_is_later(row)),
				  "%s of %s", key_name(row), table->name);
		if (text)
			cr_expect(eq(int, strstr(text, "Required") != NULL,
				     (row->flags & KEY_REQUIRED) != 0),
				  "%s of %s", key_name(row), table->name);
	}
}

Test(scenario_manual, has_exactly_the_keys_of_the_tables)
{
	cleanup_free char *manual = read_manual();
	size_t count;
	const struct key_table *const *tables = schema_tables(&count);

	for (size_t i = 0; i < count; i++)
		check_table(manual, tables[i]);
}

/* Whether @word stands in the manual, with something else around it. */
static bool has_word(const char *manual, const char *word)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";
	size_t len = strlen(word);

	for (const char *at = manual; (at = strstr(at, word)); at++)
		if (!strchr(letters, at[-1]) && !strchr(letters, at[len]))
			return true;
	return false;
}

Test(scenario_manual, has_every_word)
{
	static const struct vocab *const vocabs[] = {
		&mechanism_vocab, &channel_vocab, &trigger_vocab, &phase_vocab, &action_vocab,
		&when_vocab,	  &finding_vocab, &model_vocab,	  &under_vocab, &limit_vocab,
	};
	cleanup_free char *manual = read_manual();

	for (size_t i = 0; i < sizeof(vocabs) / sizeof(vocabs[0]); i++)
		for (int k = 0; k < vocabs[i]->count; k++)
			cr_expect(has_word(manual, vocabs[i]->rows[k].name), "%s %s",
				  vocabs[i]->what, vocabs[i]->rows[k].name);
}
