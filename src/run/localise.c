#include "run/localise.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "qualifier/candidates.h"
#include "qualifier/cure.h"
#include "qualifier/usage.h"
#include "run/localise_private.h"

#define BUILDS_MAX 60

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

int localise_behaves(void *arg, const char *folder, struct err *err)
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
					     .texts = &l->texts,
					     .known_to_fail = l->fails,
					     .qualifier = qualifier,
					     .candidates = names->items,
					     .count = names->count,
					     .builds_max = BUILDS_MAX,
					     .behaves = localise_behaves,
					     .arg = l};
	struct cure cure = {0};
	int rc = names->count ? cure_find(&request, &cure, err) : 0;
	size_t found = cure.count;

	if (!rc && names->count && !cure.fails)
		rc = -ECANCELED; /* it does not fail as it is: nothing can be proven */
	l->fails |= !rc && names->count;
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
	rc = count ? usage_read(&l->texts, names->items, count, usages) : 0;
	for (size_t i = 0; !rc && i < count; i++)
		if (usages[i].over_setjmp)
			names->items[kept++] = names->items[i];
	names->count = kept;
	return rc ? rc : try_names(l, "volatile", names, err);
}

/* "word []" is of "word". */
static bool is_type_of(const struct declaration *type, const struct declaration *value)
{
	size_t len = strlen(type->name);

	return type->kind == DECLARATION_TYPE && value->type &&
	       strncmp(value->type, type->name, len) == 0 &&
	       (!value->type[len] || value->type[len] == ' ');
}

/* Where a pointer to it goes round, only the type can be qualified. */
static int try_types(struct localisation *l, const struct declarations *all, struct names *names,
		     struct err *err)
{
	const struct localise_request *r = l->request;
	size_t kept = 0;

	free(names->items);
	names->items = NULL;
	if (names_take(names, all->items, all->count))
		return -ENOMEM;
	for (size_t i = 0; i < all->count; i++)
		for (size_t k = 0; k < r->suspect_count; k++)
			if (is_type_of(&all->items[i], &r->suspects[k])) {
				names->items[kept++] = &all->items[i];
				break;
			}
	names->count = kept;
	return try_names(l, "volatile", names, err);
}

/* The suspects, and their types; members and globals; types as well; locals. */
static int find_names(struct localisation *l, struct declarations *all, struct names *names,
		      struct err *err)
{
	const struct localise_request *r = l->request;
	size_t values, outside;
	int rc = try_list(l, r->suspects, r->suspect_count, names, err);

	rc = rc ? rc : candidates_find(&l->build, all, err);
	values = count_up_to(all, DECLARATION_GLOBAL);
	outside = count_up_to(all, DECLARATION_TYPE);
	rc = rc ? rc : try_types(l, all, names, err);
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
static int sort_by_last_store(struct localisation *l, struct names *names)
{
	cleanup_free struct usage *usages = mem_zalloc(names->count * sizeof(*usages));
	int rc = usages ? usage_read(&l->texts, names->items, names->count, usages) : -ENOMEM;

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
	if (any_local(names) || (names->count > 1 && sort_by_last_store(l, names)))
		return false;
	return try_names(l, "_Atomic", names, err) > 0;
}

/* --- all of it ----------------------------------------------------------- */

static int describe(struct localisation *l, struct names *names, struct err *err)
{
	char *text = mended_proof(l, "volatile", names);
	size_t before = names->count;

	if (text && try_atomic(l, names, err))
		text = mem_join(text, before == names->count ? mem_strdup("; with `_Atomic`, too")
							     : mended_proof(l, "_Atomic", names));
	text = localise_say_pass(l, names, text, err);
	return text ? mended_add(l, names, text) : -ENOMEM;
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
	struct names names = {0};
	int rc = program_texts_read(&l->build, &l->texts, err);

	/* A command builds the very same program: how that behaves has been seen. */
	l->fails = l->build.spec->command != NULL;
	rc = rc ? rc : try_known(l, &names, err);
	rc = rc ? rc : find_names(l, &l->all, &names, err);
	if (rc > 0)
		rc = describe(l, &names, err);
	free(names.items);
	declarations_release(&l->all);
	program_texts_release(&l->texts);
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
