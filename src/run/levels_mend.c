/*
 * levels_mend.c - what is proven to mend a program that behaves differently.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "run/levels_private.h"

/* Of each compiler the first level that differs. */
static int first_divergences(const struct levels *levels, struct divergence **ret_items,
			     size_t *ret_count)
{
	const struct cell *reference = &levels->cells[levels->reference];
	struct divergence *items = mem_zalloc(levels->count * sizeof(*items));
	size_t count = 0;

	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < levels->count; i++) {
		const struct cell *cell = &levels->cells[i];

		if (levels_differ(cell, reference) &&
		    (!count || strcmp(items[count - 1].compiler, cell->compiler) != 0))
			items[count++] = (struct divergence){cell->compiler, cell->level};
	}
	*ret_items = items;
	*ret_count = count;
	return 0;
}

/* With the texts of @field, but for the owner, which is to be freed. */
static int declaration_of(const struct field *field, struct declaration *ret)
{
	static const enum declaration_kind kinds[] = {
		[FIELD_MEMBER] = DECLARATION_MEMBER,
		[FIELD_GLOBAL] = DECLARATION_GLOBAL,
		[FIELD_LOCAL] = DECLARATION_LOCAL,
	};
	const char *dot = strrchr(field->name, '.');

	*ret = (struct declaration){.kind = kinds[field->kind],
				    .name = field->identifier,
				    .file = field->file,
				    .type = field->type,
				    .line = (int)field->line,
				    .column = (int)field->column,
				    .is_target = field->name[0] == '*'};
	if (dot)
		ret->owner = mem_strndup(field->name, (size_t)(dot - field->name));
	return ret->owner || !dot ? 0 : -ENOMEM;
}

static int take_suspects(const struct culprits *culprits, struct declaration *suspects,
			 size_t *ret_count)
{
	size_t count = 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < culprits->count; i++)
		if (culprits->items[i].field.file)
			rc = declaration_of(&culprits->items[i].field, &suspects[count++]);
	*ret_count = count;
	return rc;
}

/* Each access's file, as often as it comes; NULL: memory is short. */
static const char **files_of(const struct culprits *culprits, size_t *ret_count)
{
	const char **files = mem_zalloc(sizeof(*files));
	size_t count = 0;

	for (size_t i = 0; files && i < culprits->count; i++)
		for (size_t k = 0; k < culprits->items[i].place_count; k++) {
			const char **slot = mem_append(&files, &count, sizeof(*files));

			if (!slot) {
				free(files);
				return NULL;
			}
			*slot = culprits->items[i].places[k].file;
		}
	*ret_count = count;
	return files;
}

static bool has_kind(const struct culprits *culprits, enum difference_kind kind)
{
	for (size_t i = 0; i < culprits->count; i++)
		for (size_t k = 0; k < culprits->items[i].place_count; k++)
			if (culprits->items[i].places[k].kind == kind)
				return true;
	return false;
}

/* As it is written it is wrong; what the optimised program makes of it does not show it. */
static const char *why_as_written_fails(const struct culprits *culprits)
{
	if (has_kind(culprits, READS_CACHED) || has_kind(culprits, READS_HOISTED))
		return "what is read twice may have changed; read it once, into a local variable";
	if (has_kind(culprits, STORES_MERGED) || has_kind(culprits, STORES_TORN))
		return "what is stored one by one is seen half done; store last what tells that "
		       "the rest is there";
	return "the program is wrong as it is written, too";
}

int levels_find_mended(struct job *job, const struct levels *levels, bool wanted_fails,
		       struct mended_list *ret)
{
	const struct cell *reference = &levels->cells[levels->reference];
	cleanup_free char *wanted_by = mem_printf("%s %s", reference->compiler, reference->level);
	cleanup_free struct declaration *suspects =
		mem_zalloc((levels->culprits.count + 1) * sizeof(*suspects));
	cleanup_free struct divergence *items = NULL;
	struct localise_request request = {
		.wanted_by = wanted_by,
		.wanted = &reference->seen,
		.wanted_fails = wanted_fails ? why_as_written_fails(&levels->culprits) : NULL};
	const char **files = files_of(&levels->culprits, &request.file_count);
	size_t suspect_count = 0;
	int rc = wanted_by && suspects && files ? 0 : -ENOMEM;

	rc = rc ? rc : first_divergences(levels, &items, &request.count);
	rc = rc ? rc : take_suspects(&levels->culprits, suspects, &suspect_count);
	request.items = items;
	request.suspects = suspects;
	request.suspect_count = suspect_count;
	request.files = files;
	rc = rc ? rc : localise(job, &request, ret);
	for (size_t i = 0; i < suspect_count; i++)
		free(suspects[i].owner);
	free(files);
	return rc;
}

/* A type has another place than what is of it; the last part of the name tells then. */
static bool is_about(const struct mended *mended, const struct culprit *culprit)
{
	const char *dot = strrchr(mended->variable, '.');

	if (!culprit->field.identifier)
		return false;
	if (mended->names[0].kind == DECLARATION_TYPE)
		return strcmp(dot ? dot + 1 : mended->variable, culprit->field.identifier) == 0;
	for (size_t i = 0; i < mended->count; i++)
		if (mended->names[i].line == (int)culprit->field.line &&
		    strcmp(mended->names[i].name, culprit->field.identifier) == 0)
			return true;
	return false;
}

bool levels_is_proven(const struct mended_list *mended, const struct culprit *culprit)
{
	for (size_t i = 0; i < mended->count; i++)
		if (is_about(&mended->items[i], culprit))
			return true;
	return false;
}

int levels_add_proof(struct job *job, const struct levels *levels, const struct culprit *culprit,
		     struct mended_list *mended, char **text)
{
	bool any = false;

	for (size_t i = 0; i < mended->count; i++) {
		struct mended *m = &mended->items[i];

		if (!m->text || !is_about(m, culprit))
			continue;
		any = true;
		*text = mem_join(*text, m->text);
		m->text = NULL;
		if (!*text)
			return -ENOMEM;
	}
	for (size_t i = 0; !any && culprit->field.identifier && i < culprit->cell_count; i++) {
		const struct cell *cell = &levels->cells[culprit->cells[i]];
		const struct divergence d = {cell->compiler, cell->level};
		char *said = NULL;

		if (localise_ask_gcc(job, &d, culprit->field.identifier, &said))
			return -ENOMEM;
		any = *said;
		*text = mem_join(*text, said);
		if (!*text)
			return -ENOMEM;
	}
	return 0;
}

int levels_add_mended(const struct mended *mended, const char *outcomes, struct findings *findings)
{
	cleanup_free char *text = mended_text(mended);
	const struct declaration *first = &mended->names[0];
	struct finding *finding =
		text ? findings_add(findings, FINDING_OPTIMIZATION, NULL, "%s%s%s",
				    outcomes ? outcomes : "", outcomes ? "\n" : "", text)
		     : NULL;
	struct frame *frame =
		finding ? mem_append(&finding->stack.frames, &finding->stack.count, sizeof(*frame))
			: NULL;

	if (!frame)
		return -ENOMEM;
	finding->variable = mem_strdup(mended->variable);
	*frame = (struct frame){.line = first->line, .file = mem_strdup(first->file)};
	return finding->variable && frame->file ? 0 : -ENOMEM;
}
