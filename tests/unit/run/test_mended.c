/* What is said of declarations that mend a program. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "run/levels_private.h"
#include "run/localise_private.h"

static struct declaration full = {.kind = DECLARATION_MEMBER,
				  .owner = (char *)"box",
				  .name = (char *)"full",
				  .file = (char *)"/x/result.c",
				  .line = 16};
static struct declaration mean = {.kind = DECLARATION_MEMBER,
				  .owner = (char *)"box",
				  .name = (char *)"mean",
				  .file = (char *)"/x/result.c",
				  .line = 15};
static struct declaration word = {
	.kind = DECLARATION_TYPE, .name = (char *)"word", .file = (char *)"/x/word.h", .line = 3};
static struct declaration *const of_word = &(struct declaration){.kind = DECLARATION_MEMBER,
								 .owner = (char *)"slot",
								 .name = (char *)"state",
								 .type = (char *)"word",
								 .file = (char *)"/x/slot.h",
								 .line = 9};

static const struct divergence gcc = {"gcc", "-O2"}, clang = {"clang", "-O1"};
static struct mended_list list;
static struct localise_request request;
static struct localisation l;

static void set_up(void)
{
	request = (struct localise_request){.wanted_by = "gcc -O0"};
	l = (struct localisation){.request = &request, .d = &gcc, .list = &list};
}

static void tear_down(void)
{
	mended_list_release(&list);
}

TestSuite(run_mended, .init = set_up, .fini = tear_down);

static void add(const struct declaration *first, const struct declaration *second, const char *text)
{
	const struct declaration *items[] = {first, second};
	const struct names names = {items, second ? 2 : 1};

	cr_assert(eq(int, mended_add(&l, &names, mem_strdup(text)), 0));
}

Test(run_mended, the_proof_names_all_that_are_needed)
{
	const struct declaration *items[] = {&mean, &full};
	const struct names names = {items, 2};
	cleanup_free char *text = mended_proof(&l, "volatile", &names), *why = NULL;

	cr_expect(eq(str, text,
		     "\n  proof: with `volatile` at `box.mean` (result.c:15) and `box.full` "
		     "(result.c:16) gcc -O2 behaves as gcc -O0"));
	request.wanted_fails = "it is wrong";
	why = mended_proof(&l, "volatile", &names);
	cr_expect(ne(ptr, strstr(why, "gcc -O0, which fails as well: it is wrong"), NULL), "%s",
		  why);
}

Test(run_mended, what_a_pointer_points_to_is_told_from_the_pointer)
{
	struct declaration at = full;
	cleanup_free char *pointer = declaration_text(&at), *target = NULL;

	at.is_target = true;
	target = declaration_text(&at);
	cr_expect(eq(str, pointer, "box.full"));
	cr_expect(eq(str, target, "*box.full"));
}

Test(run_mended, the_same_declarations_are_one_entry_for_all_compilers)
{
	add(&full, NULL, "\n  one");
	l.d = &clang;
	add(&full, NULL, "\n  two");
	add(&mean, &full, "\n  three");
	cr_assert(eq(sz, list.count, 2));
	cr_expect(eq(str, list.items[0].text, "\n  one\n  two"));
	cr_expect(eq(str, list.items[0].variable, "box.full"));
	cr_expect(eq(sz, list.items[1].count, 2));
}

Test(run_mended, a_type_is_called_by_what_is_of_it)
{
	cleanup_free char *text = NULL;

	l.all = (struct declarations){of_word, 1};
	add(&word, NULL, "");
	cr_expect(eq(str, list.items[0].variable, "slot.state"));
	text = mended_text(&list.items[0]);
	cr_expect(ne(ptr, strstr(text, "slot.state (its type is at word.h:3) lacks a qualifier:"),
		     NULL),
		  "%s", text);
}

Test(run_mended, the_advice_is_for_those_who_share_it)
{
	static const struct {
		enum declaration_kind kind;
		const char *advice;
	} rows[] = {
		{DECLARATION_MEMBER, "mend: `_Atomic`: store with memory_order_release"},
		{DECLARATION_GLOBAL, "mend: `volatile sig_atomic_t` for a signal handler"},
		{DECLARATION_LOCAL, "mend: `volatile`: after longjmp()"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct declaration d = full;
		const struct mended mended = {
			.names = &d, .count = 1, .variable = (char *)"x", .text = (char *)""};
		cleanup_free char *text = NULL;

		d.kind = rows[i].kind;
		text = mended_text(&mended);
		cr_expect(ne(ptr, strstr(text, rows[i].advice), NULL), "%s", text);
	}
}

static bool is_proven(const char *name, const char *identifier, unsigned line)
{
	const struct culprit culprit = {.field = {.name = (char *)(uintptr_t)name,
						  .identifier = (char *)(uintptr_t)identifier,
						  .line = line}};

	return levels_is_proven(&list, &culprit);
}

Test(run_mended, a_proof_is_about_the_same_declaration_or_its_type)
{
	add(&full, NULL, "");
	cr_expect(is_proven("box.full", "full", 16));
	cr_expect(not(is_proven("box.full", "full", 17)));
	cr_expect(not(is_proven("box.mean", "mean", 16)));
	l.all = (struct declarations){of_word, 1};
	add(&word, NULL, "");
	cr_expect(is_proven("ring.slots.state", "state", 9));
}

Test(run_mended, what_no_access_tells_is_a_finding_of_its_own)
{
	struct findings findings = {0};

	add(&full, NULL, "\n  proof");
	cr_assert(eq(int, levels_add_mended(&list.items[0], "it differs", &findings), 0));
	cr_assert(eq(sz, findings.count, 1));
	cr_expect(eq(str, findings.items[0].variable, "box.full"));
	cr_expect(eq(int, findings.items[0].stack.frames[0].line, 16));
	cr_expect(
		eq(int,
		   strncmp(findings.items[0].text, "it differs\nbox.full (result.c:16) lacks", 38),
		   0),
		"%s", findings.items[0].text);
	finding_release(&findings.items[0]);
	free(findings.items);
}
