#include "base/vocab.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/util.h"

static const char *const names[] = {"signal", "pulse", "kill", "close-peer", "fill"};

static const char *nearest(const char *text)
{
	return nearest_word(text, names, ARRAY_SIZE(names));
}

Test(base_vocab, a_typing_error_has_a_nearest_word)
{
	cr_expect(eq(str, (char *)nearest("close-per"), "close-peer"));
	cr_expect(eq(str, (char *)nearest("singal"), "signal"), "swapped neighbours");
	cr_expect(eq(str, (char *)nearest("pules"), "pulse"));
	cr_expect(eq(str, (char *)nearest("kil"), "kill"), "the first of equals");
}

Test(base_vocab, another_word_has_none)
{
	cr_expect(eq(ptr, (void *)nearest("teleport"), NULL));
	cr_expect(eq(ptr, (void *)nearest(""), NULL));
	cr_expect(eq(ptr, (void *)nearest_word("kill", NULL, 0), NULL), "no words at all");
}

Test(base_vocab, long_text_does_not_overrun)
{
	char text[4096];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	cr_expect(eq(ptr, (void *)nearest(text), NULL));
}

static const struct vocab_row rows[] = {{"one", "the first", false}, {"two", "the second", true}};
static const struct vocab vocab = {"number", rows, 2};

Test(base_vocab, names_and_values_round_trip)
{
	cr_expect(eq(str, (char *)vocab_name(&vocab, 1), "two"));
	cr_expect(eq(int, vocab_find(&vocab, "two"), 1));
	cr_expect(eq(int, vocab_find(&vocab, "three"), -1));
	cr_expect(eq(ptr, (void *)vocab_name(&vocab, 2), NULL));
	cr_expect(eq(ptr, (void *)vocab_name(&vocab, -1), NULL));
	cr_expect(eq(str, (char *)vocab_nearest(&vocab, "tow"), "two"));
}
