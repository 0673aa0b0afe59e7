#include "model/words.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <string.h>
#include <sys/resource.h>

#include "base/util.h"

static const struct vocab *const all[] = {
	&mechanism_vocab, &channel_vocab, &trigger_vocab, &phase_vocab, &action_vocab,
	&when_vocab,	  &finding_vocab, &verdict_vocab, &role_vocab,	&model_vocab,
	&under_vocab,	  &limit_vocab,	  &fd_kind_vocab,
};

/* A row without a name, or two rows with one name, fail here. */
Test(model_words, names_round_trip)
{
	for (size_t v = 0; v < ARRAY_SIZE(all); v++) {
		cr_expect(gt(int, all[v]->count, 0), "%s", all[v]->what);
		for (int i = 0; i < all[v]->count; i++) {
			const char *name = vocab_name(all[v], i);

			cr_assert(ne(ptr, (void *)name, NULL), "%s %d has no name", all[v]->what,
				  i);
			cr_expect(eq(int, vocab_find(all[v], name), i), "%s '%s'", all[v]->what,
				  name);
		}
	}
}

static bool is_plain_word(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-')
			return false;
	return *name != '\0';
}

Test(model_words, names_are_lower_case_with_dashes)
{
	for (size_t v = 0; v < ARRAY_SIZE(all); v++)
		for (int i = 0; i < all[v]->count; i++)
			cr_expect(is_plain_word(all[v]->rows[i].name), "%s '%s'", all[v]->what,
				  all[v]->rows[i].name);
}

Test(model_words, every_word_has_half_a_line_of_explanation)
{
	for (size_t v = 0; v < ARRAY_SIZE(all); v++)
		for (int i = 0; i < all[v]->count; i++) {
			const struct vocab_row *row = &all[v]->rows[i];
			size_t len = row->summary ? strlen(row->summary) : 0;

			cr_expect(len > 0 && len <= 64, "%s '%s': %zu characters", all[v]->what,
				  row->name, len);
		}
}

/* One letter left out, anywhere, still leads to a word of the vocabulary. */
Test(model_words, a_missing_letter_has_a_suggestion)
{
	for (size_t v = 0; v < ARRAY_SIZE(all); v++)
		for (int i = 0; i < all[v]->count; i++) {
			const char *name = all[v]->rows[i].name;
			size_t len = strlen(name);

			for (size_t cut = 0; len > 1 && cut < len; cut++) {
				char text[64];

				memcpy(text, name, cut);
				memcpy(text + cut, name + cut + 1, len - cut);
				cr_expect(ne(ptr, (void *)vocab_nearest(all[v], text), NULL),
					  "'%s'", text);
			}
		}
}

Test(model_words, limits_are_the_systems)
{
	cr_expect(eq(int, limit_resource(LIMIT_NOFILE), RLIMIT_NOFILE));
	cr_expect(eq(int, limit_resource(LIMIT_MEMLOCK), RLIMIT_MEMLOCK));
	for (int a = 0; a < LIMIT_MAX_; a++)
		for (int b = 0; b < a; b++)
			cr_expect(ne(int, limit_resource((enum limit_kind)a),
				     limit_resource((enum limit_kind)b)),
				  "%s and %s", vocab_name(&limit_vocab, a),
				  vocab_name(&limit_vocab, b));
}
