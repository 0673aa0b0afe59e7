/* What mends a program, and the words for it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "run/localise_private.h"

const char *short_path(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

char *declaration_text(const struct declaration *name)
{
	return mem_printf("%s%s%s%s", name->is_target ? "*" : "", name->owner ? name->owner : "",
			  name->owner ? "." : "", name->name);
}

/* "`box.mean` (result.c:15) and `box.full` (result.c:16)" */
static char *names_text(const struct names *names)
{
	char *text = mem_strdup("");

	for (size_t i = 0; text && i < names->count; i++) {
		const struct declaration *d = names->items[i];

		cleanup_free char *name = declaration_text(d);

		text = mem_join(text, name ? mem_printf("%s`%s` (%s:%d)", i ? " and " : "", name,
							short_path(d->file), d->line)
					   : NULL);
	}
	return text;
}

char *mended_proof(const struct localisation *l, const char *qualifier, const struct names *names)
{
	cleanup_free char *who = names_text(names);

	return who ? mem_printf(INDENT "proof: with `%s` at %s %s %s behaves as %s%s%s", qualifier,
				who, l->d->compiler, l->d->level, l->request->wanted_by,
				l->request->wanted_fails ? ", which fails as well: " : "",
				l->request->wanted_fails ? l->request->wanted_fails : "")
		   : NULL;
}

/* Of a type the first one that has it. */
static char *variable_text(const struct localisation *l, const struct declaration *name)
{
	for (size_t i = 0; name->kind == DECLARATION_TYPE && i < l->all.count; i++) {
		const struct declaration *d = &l->all.items[i];

		if (d->kind < DECLARATION_TYPE && d->type && strcmp(d->type, name->name) == 0)
			return declaration_text(d);
	}
	return declaration_text(name);
}

/* --- the list ------------------------------------------------------------ */

static bool is_same_name(const struct declaration *a, const struct declaration *b)
{
	return a->line == b->line && a->column == b->column && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->file, b->file) == 0;
}

static bool is_same_set(const struct mended *mended, const struct names *names)
{
	if (mended->count != names->count)
		return false;
	for (size_t i = 0; i < names->count; i++)
		if (!is_same_name(&mended->names[i], names->items[i]))
			return false;
	return true;
}

static int copy_name(const struct declaration *from, struct declaration *to)
{
	*to = (struct declaration){.kind = from->kind,
				   .line = from->line,
				   .column = from->column,
				   .is_target = from->is_target};
	to->name = mem_strdup(from->name);
	to->file = mem_strdup(from->file);
	to->owner = from->owner ? mem_strdup(from->owner) : NULL;
	return to->name && to->file && (to->owner || !from->owner) ? 0 : -ENOMEM;
}

static struct mended *add_set(struct localisation *l, const struct names *names)
{
	struct mended_list *list = l->list;
	struct mended *slot = mem_append(&list->items, &list->count, sizeof(*slot));

	if (!slot)
		return NULL;
	slot->text = mem_strdup("");
	slot->variable = variable_text(l, names->items[0]);
	slot->names = mem_zalloc(names->count * sizeof(*slot->names));
	if (!slot->text || !slot->names || !slot->variable)
		return NULL;
	for (size_t i = 0; i < names->count; i++) {
		slot->count++;
		if (copy_name(names->items[i], &slot->names[i]))
			return NULL;
	}
	return slot;
}

int mended_add(struct localisation *l, const struct names *names, char *text)
{
	struct mended_list *list = l->list;
	struct mended *mended = NULL;

	for (size_t i = 0; i < list->count && !mended; i++)
		if (is_same_set(&list->items[i], names))
			mended = &list->items[i];
	if (!mended)
		mended = add_set(l, names);
	if (!mended) {
		free(text);
		return -ENOMEM;
	}
	mended->text = mem_join(mended->text, text);
	return mended->text ? 0 : -ENOMEM;
}

void mended_list_release(struct mended_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct declarations names = {list->items[i].names, list->items[i].count};

		declarations_release(&names);
		free(list->items[i].text);
		free(list->items[i].variable);
	}
	free(list->items);
	*list = (struct mended_list){0};
}

/* For whom the values are, as far as the declaration tells. */
#define FOR_PROCESSES                                                                              \
	"`_Atomic`: store with memory_order_release, read with memory_order_acquire; for a "       \
	"signal handler `volatile sig_atomic_t`"
static const char *const advice[] = {
	[DECLARATION_MEMBER] = FOR_PROCESSES,
	[DECLARATION_TYPE] = FOR_PROCESSES,
	[DECLARATION_GLOBAL] = "`volatile sig_atomic_t` for a signal handler; for another thread "
			       "or process `_Atomic`",
	[DECLARATION_LOCAL] = "`volatile`: after longjmp() no other local variable has the value "
			      "that it was given since setjmp()",
};

char *mended_text(const struct mended *mended)
{
	const struct declaration *first = &mended->names[0];

	return mem_printf("%s (%s%s:%d) lacks a qualifier:%s" INDENT "mend: %s", mended->variable,
			  first->kind == DECLARATION_TYPE ? "its type is at " : "",
			  short_path(first->file), first->line, mended->text, advice[first->kind]);
}
