#include "run/localise.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "compile/compile.h"
#include "instrument/compiler.h"
#include "qualifier/candidates.h"
#include "qualifier/cure.h"
#include "qualifier/pass.h"
#include "qualifier/usage.h"

#define BUILDS_MAX  60
#define REASONS_MAX 2 /* of one variable that are shown */
#define INDENT	    "\n  "

struct localisation {
	struct job *job;
	const struct localise_request *request;
	const struct divergence *d; /* the one that it is about */
	struct compile_request build;
	const struct declarations *all; /* of the program; may be empty */
	struct mended_list *list;
};

/* --- does it behave? ----------------------------------------------------- */

static int run_build(struct localisation *l, const char *folder, struct behaviour *ret,
		     struct err *err)
{
	struct job *job = l->job;
	struct job_build before = job->build;
	char *tmp = job->tmp;
	int rc;

	job->tmp = NULL;
	job->build.folder = (char *)(uintptr_t)folder;
	job->build.compiler = l->d->compiler;
	job->build.level = l->d->level;
	rc = job_behave(job, ret, err);
	job->build = before;
	free(job->tmp);
	job->tmp = tmp;
	return rc;
}

/* What is a cure once must be one again. */
static int behaves(void *arg, const char *folder, struct err *err)
{
	struct localisation *l = arg;

	for (int i = 0; i < 2; i++) {
		struct behaviour seen = {0};
		int rc = run_build(l, folder, &seen, err);
		bool differs = !rc && (!behaviour_is_comparable(&seen) ||
				       behaviour_differs(&seen, l->request->wanted));

		behaviour_release(&seen);
		if (rc || differs)
			return rc;
	}
	return 1;
}

/* --- which declarations -------------------------------------------------- */

/* Some of the candidates. */
struct names {
	const struct declaration **items;
	size_t count;
};

static int names_take(struct names *names, const struct declaration *list, size_t count)
{
	names->items = mem_zalloc((count + 1) * sizeof(*names->items));
	if (!names->items)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		names->items[i] = &list[i];
	names->count = count;
	return 0;
}

/* 1: @names, replaced by those that are needed, mend it; 0: they do not. */
static int try_names(struct localisation *l, const char *qualifier, struct names *names,
		     struct err *err)
{
	const struct cure_request request = {.build = &l->build,
					     .qualifier = qualifier,
					     .candidates = names->items,
					     .count = names->count,
					     .builds_max = BUILDS_MAX,
					     .behaves = behaves,
					     .arg = l};
	struct cure cure = {0};
	int rc = names->count ? cure_find(&request, &cure, err) : 0;
	size_t found = cure.count;

	if (!rc && names->count && !cure.fails)
		rc = -ECANCELED; /* it does not fail as it is: nothing can be proven */
	for (size_t i = 0; !rc && i < found; i++) /* ascending */
		names->items[i] = names->items[cure.names[i]];
	if (!rc && found)
		names->count = found;
	cure_release(&cure);
	return rc ? rc : found > 0;
}

static int try_list(struct localisation *l, const struct declaration *list, size_t count,
		    struct names *names, struct err *err)
{
	int rc;

	free(names->items);
	names->items = NULL;
	rc = names_take(names, list, count);
	return rc ? rc : try_names(l, "volatile", names, err);
}

static size_t count_up_to(const struct declarations *all, enum declaration_kind kind)
{
	size_t n = 0;

	while (n < all->count && all->items[n].kind <= kind)
		n++;
	return n;
}

/*
 * Of locals only those that longjmp() may find in a register.  Any other one,
 * volatile, is something that the compiler must not move, and may mend by
 * chance what lacks a qualifier elsewhere.
 */
static int try_locals(struct localisation *l, const struct declarations *all, struct names *names,
		      struct err *err)
{
	size_t outside = count_up_to(all, DECLARATION_TYPE), count = all->count - outside, kept = 0;
	cleanup_free struct usage *usages = mem_zalloc((count + 1) * sizeof(*usages));
	int rc;

	free(names->items);
	names->items = NULL;
	rc = names_take(names, all->items + outside, count);
	if (rc || !usages)
		return -ENOMEM;
	rc = count ? usage_read(&l->build, names->items, count, usages, err) : 0;
	for (size_t i = 0; !rc && i < count; i++)
		if (usages[i].over_setjmp)
			names->items[kept++] = names->items[i];
	names->count = kept;
	return rc ? rc : try_names(l, "volatile", names, err);
}

/* The suspects; members and globals; types as well; locals. */
static int find_names(struct localisation *l, struct declarations *all, struct names *names,
		      struct err *err)
{
	const struct localise_request *r = l->request;
	size_t values, outside;
	int rc = try_list(l, r->suspects, r->suspect_count, names, err);

	rc = rc ? rc : candidates_find(&l->build, all, err);
	values = count_up_to(all, DECLARATION_GLOBAL);
	outside = count_up_to(all, DECLARATION_TYPE);
	if (!rc)
		rc = try_list(l, all->items, values, names, err);
	if (!rc && outside > values)
		rc = try_list(l, all->items, outside, names, err);
	return rc ? rc : try_locals(l, all, names, err);
}

static bool any_local(const struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->items[i]->kind == DECLARATION_LOCAL)
			return true;
	return false;
}

/* What is stored last tells that the rest is there: the likeliest to order it all. */
static int sort_by_last_store(struct localisation *l, struct names *names, struct err *err)
{
	cleanup_free struct usage *usages = mem_zalloc(names->count * sizeof(*usages));
	int rc = usages ? usage_read(&l->build, names->items, names->count, usages, err) : -ENOMEM;

	for (size_t i = 1; !rc && i < names->count; i++)
		for (size_t k = i; k > 0 && usages[k].last_store > usages[k - 1].last_store; k--) {
			const struct declaration *name = names->items[k];
			struct usage usage = usages[k];

			names->items[k] = names->items[k - 1];
			names->items[k - 1] = name;
			usages[k] = usages[k - 1];
			usages[k - 1] = usage;
		}
	return rc;
}

/* Atomic ones order the others, so that fewer may be enough; true: @names are those. */
static bool try_atomic(struct localisation *l, struct names *names, struct err *err)
{
	if (any_local(names) || (names->count > 1 && sort_by_last_store(l, names, err)))
		return false;
	return try_names(l, "_Atomic", names, err) > 0;
}

/* --- what is said -------------------------------------------------------- */

static const char *short_path(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

char *declaration_text(const struct declaration *name)
{
	return mem_printf("%s%s%s", name->owner ? name->owner : "", name->owner ? "." : "",
			  name->name);
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

static char *say_gcc(const struct compile_request *build, const char *name, char *text,
		     struct err *err)
{
	struct pass_reasons reasons = {0};

	if (!text || pass_ask_gcc(build, name, &reasons, err))
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

static char *say_clang(struct localisation *l, char *text, struct err *err)
{
	struct pass_step step = {0};

	if (!text || pass_bisect_clang(&l->build, behaves, l, &step, err) || !step.pass)
		return text;
	text = mem_join(text, mem_printf(INDENT "%s %s: from %s%s%s on (-opt-bisect-limit=%u)",
					 l->build.compiler, l->build.level, step.pass,
					 step.function ? " in " : "",
					 step.function ? step.function : "", step.number));
	pass_step_release(&step);
	return text;
}

static char *say_pass(struct localisation *l, const struct names *names, char *text,
		      struct err *err)
{
	struct compiler compiler;

	if (!text || compiler_init(&compiler, l->d->compiler, err))
		return text;
	if (compiler.is_clang)
		text = say_clang(l, text, err);
	for (size_t i = 0; !compiler.is_clang && text && i < names->count; i++)
		text = say_gcc(&l->build, names->items[i]->name, text, err);
	compiler_release(&compiler);
	return text;
}

static char *proof(const struct localisation *l, const char *qualifier, const struct names *names)
{
	cleanup_free char *who = names_text(names);

	return who ? mem_printf(INDENT "proof: with `%s` at %s %s %s behaves as %s%s", qualifier,
				who, l->d->compiler, l->d->level, l->request->wanted_by,
				l->request->wanted_fails
					? ", which fails as well: what is read twice may have "
					  "changed; read it once, into a local variable"
					: "")
		   : NULL;
}

/* Of a type the first one that has it. */
static char *variable_text(const struct localisation *l, const struct declaration *name)
{
	for (size_t i = 0; name->kind == DECLARATION_TYPE && i < l->all->count; i++) {
		const struct declaration *d = &l->all->items[i];

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
	*to = (struct declaration){.kind = from->kind, .line = from->line, .column = from->column};
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

/* Takes @text over; of another compiler the same declarations are one entry. */
static int add(struct localisation *l, const struct names *names, char *text)
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

/* --- all of it ----------------------------------------------------------- */

static int describe(struct localisation *l, struct names *names, struct err *err)
{
	char *text = proof(l, "volatile", names);
	size_t before = names->count;

	if (text && try_atomic(l, names, err))
		text = mem_join(text, before == names->count ? mem_strdup("; with `_Atomic`, too")
							     : proof(l, "_Atomic", names));
	text = say_pass(l, names, text, err);
	return text ? add(l, names, text) : -ENOMEM;
}

/* What has mended one compiler's program is what the next one's lacks, most probably. */
static int try_known(struct localisation *l, struct names *names, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < l->list->count; i++)
		rc = try_list(l, l->list->items[i].names, l->list->items[i].count, names, err);
	return rc;
}

static int localise_one(struct localisation *l, struct err *err)
{
	struct declarations all = {0};
	struct names names = {0};
	int rc = try_known(l, &names, err);

	l->all = &all;
	rc = rc ? rc : find_names(l, &all, &names, err);
	if (rc > 0)
		rc = describe(l, &names, err);
	free(names.items);
	declarations_release(&all);
	return rc;
}

int localise(struct job *job, const struct localise_request *request, struct mended_list *ret)
{
	struct mended_list list = {0};
	int rc = 0;

	for (size_t i = 0; rc != -ENOMEM && i < request->count; i++) {
		struct localisation l = {.job = job, .request = request, .list = &list};
		struct job_request made;
		struct err err = ERR_INIT;

		l.d = &request->items[i];
		rc = job_request_make(job, l.d->compiler, l.d->level, &made, &err);
		if (rc)
			continue;
		l.build = made.request;
		rc = sandbox_clean(&job->worker->sandbox, &err);
		rc = rc ? rc : localise_one(&l, &err);
		job_request_release(&made);
	}
	if (rc == -ENOMEM) {
		mended_list_release(&list);
		return rc;
	}
	*ret = list;
	return 0;
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
		text = say_gcc(&made.request, name, text, &err);
		job_request_release(&made);
	}
	compiler_release(&compiler);
out:
	*ret_text = text;
	return text ? 0 : -ENOMEM;
}
