/* What the compiler has done to a variable, in its own words. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "instrument/compiler.h"
#include "qualifier/insert.h"
#include "qualifier/pass.h"
#include "run/localise_private.h"

#define REASONS_MAX 2 /* of one variable that are shown */

/* --- the sources --------------------------------------------------------- */

static bool is_likely(const struct program_text *text, const char *const *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (source_agrees(text->file, files[i]))
			return true;
	return false;
}

/* Those that each make an object, with the likely ones in front; NULL: memory is short. */
static const char **list_units(const struct program_texts *texts, const char *const *files,
			       size_t file_count, size_t *ret_count)
{
	const char **units = mem_zalloc((texts->count + 1) * sizeof(*units));
	size_t count = 0;

	for (int likely = 1; units && likely >= 0; likely--)
		for (size_t i = 0; i < texts->count; i++)
			if (program_text_is_unit(&texts->items[i]) &&
			    is_likely(&texts->items[i], files, file_count) == likely)
				units[count++] = texts->items[i].file;
	*ret_count = count;
	return units;
}

/* The only one that is likely; NULL: it may be any. */
static const char *only_unit(const struct program_texts *texts, const char *const *files,
			     size_t file_count)
{
	const char *unit = NULL;

	for (size_t i = 0; i < texts->count; i++) {
		if (!program_text_is_unit(&texts->items[i]) ||
		    !is_likely(&texts->items[i], files, file_count))
			continue;
		if (unit)
			return NULL;
		unit = texts->items[i].file;
	}
	return unit;
}

/* --- gcc ----------------------------------------------------------------- */

static char *say_gcc(const struct compile_request *build, const char *unit, const char *name,
		     char *text, struct err *err)
{
	struct pass_reasons reasons = {0};

	if (!text || pass_ask_gcc(build, unit, name, &reasons, err))
		return text;
	for (size_t i = 0, shown = 0; text && i < reasons.count && shown < REASONS_MAX; i++) {
		struct pass_reason *reason = &reasons.items[i];
		char *file = reason->file;
		char *said;

		if (i && reason->effect == reasons.items[i - 1].effect)
			continue;
		shown++;
		if (file)
			memmove(file, short_path(file), strlen(short_path(file)) + 1);
		said = pass_reason_text(reason);
		text = mem_join(text, said ? mem_printf(INDENT "%s %s: %s", build->compiler,
							build->level, said)
					   : NULL);
		free(said);
	}
	pass_reasons_release(&reasons);
	return text;
}

/* --- clang --------------------------------------------------------------- */

static char *clang_text(const struct localisation *l, const struct pass_step *step, bool is_alone)
{
	return mem_printf(INDENT "%s %s: from %s%s%s%s%s on (-opt-bisect-limit=%u)",
			  l->build.compiler, l->build.level, step->pass,
			  step->function ? " in " : "", step->function ? step->function : "",
			  is_alone ? "" : " of ", is_alone ? "" : short_path(step->unit),
			  step->number);
}

static char *say_clang(struct localisation *l, char *text, struct err *err)
{
	const struct localise_request *r = l->request;
	struct pass_step step = {0};
	struct pass_question question = {
		.build = &l->build, .texts = &l->texts, .behaves = localise_behaves, .arg = l};
	const char **units = list_units(&l->texts, r->files, r->file_count, &question.unit_count);

	question.units = units;
	if (units && !pass_bisect_clang(&question, &step, err) && step.pass)
		text = mem_join(text, clang_text(l, &step, question.unit_count == 1));
	pass_step_release(&step);
	free(units);
	return text;
}

char *localise_say_pass(struct localisation *l, const struct names *names, char *text,
			struct err *err)
{
	struct compiler compiler;

	if (!text || compiler_init(&compiler, l->d->compiler, err))
		return text;
	if (compiler.is_clang)
		text = say_clang(l, text, err);
	for (size_t i = 0; !compiler.is_clang && text && i < names->count; i++)
		text = say_gcc(&l->build,
			       only_unit(&l->texts, l->request->files, l->request->file_count),
			       names->items[i]->name, text, err);
	compiler_release(&compiler);
	return text;
}

int localise_ask_gcc(struct job *job, const struct divergence *d, const char *name, char **ret_text)
{
	struct job_request made;
	struct compiler compiler;
	struct err err = ERR_INIT;
	char *text = mem_strdup("");

	if (!text || compiler_init(&compiler, d->compiler, &err))
		goto out;
	if (!compiler.is_clang && !job_request_make(job, d->compiler, d->level, &made, &err)) {
		text = say_gcc(&made.request, NULL, name, text, &err);
		job_request_release(&made);
	}
	compiler_release(&compiler);
out:
	*ret_text = text;
	return text ? 0 : -ENOMEM;
}
