#include <ctype.h>
#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "qualifier/pass.h"

static const char *const dump_flags[] = {"-w",
					 "-fdump-tree-ssa-lineno",
					 "-fdump-tree-dse-details-lineno",
					 "-fdump-tree-lim-details-lineno",
					 "-fdump-tree-fre-details-lineno",
					 "-fdump-tree-pre-details-lineno",
					 "-fdump-tree-sink-details-lineno",
					 NULL};

/* What stands in front of a statement, and behind it. */
static const struct {
	const char *before, *behind;
	enum pass_effect effect;
} sayings[] = {
	{"Deleted dead store: ", ";", PASS_DELETES_STORE},
	{"Executing store motion of ", " from loop", PASS_KEEPS_IN_REGISTER},
	{"Moving statement\n", ";", PASS_READS_ONCE},
	{"Replaced ", " with ", PASS_SPARES_READ},
	{"Sinking ", ";", PASS_SINKS_STORE},
};

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* `[message.c:12:3] ` → its length; 0 = none is here. */
static size_t location_length(const char *text, const char *end)
{
	const char *close = *text == '[' ? memchr(text, ']', (size_t)(end - text)) : NULL;
	const char *colon = close ? memchr(text, ':', (size_t)(close - text)) : NULL;

	if (!colon || !isdigit((unsigned char)colon[1]))
		return 0;
	return (size_t)(close - text) + 1 + (close + 1 < end && close[1] == ' ');
}

/* Without locations; *@ret_place is the first of them. */
static char *without_locations(const char *text, size_t len, const char **ret_place)
{
	const char *end = text + len;
	char *out = mem_zalloc(len + 1), *to = out;

	while (out && text < end) {
		size_t skip = location_length(text, end);

		if (skip && ret_place && !*ret_place)
			*ret_place = text;
		if (skip)
			text += skip;
		else
			*to++ = *text++;
	}
	return out;
}

/* The `_10(D)` behind a name: its version. */
static size_t version_length(const char *at)
{
	size_t len = 1;

	if (*at != '_' || !isdigit((unsigned char)at[1]))
		return 0;
	while (isdigit((unsigned char)at[len]))
		len++;
	if (is_word_char(at[len]))
		return 0;
	if (strncmp(at + len, "(D)", 3) == 0)
		len += 3;
	if (strncmp(at + len, "(ab)", 4) == 0)
		len += 4;
	return len;
}

/* As in the source, or near it; in place. */
static void drop_versions(char *text)
{
	char *to = text;

	for (const char *at = text; *at;) {
		size_t skip = at > text && is_word_char(at[-1]) ? version_length(at) : 0;

		if (skip)
			at += skip;
		else
			*to++ = *at++;
	}
	*to = '\0';
}

/* `*order.seq` of a restricted pointer → `order->seq` */
static char *readable(const char *statement)
{
	cleanup_free char *text = mem_strdup(statement);
	const char *star = text ? strchr(text, '*') : NULL;
	size_t word = 0;

	if (!text)
		return NULL;
	drop_versions(text);
	if (!star || (star > text && star[-1] != ' '))
		return TAKE_PTR(text);
	while (is_word_char(star[1 + word]))
		word++;
	if (!word || star[1 + word] != '.')
		return TAKE_PTR(text);
	return mem_printf("%.*s%.*s->%s", (int)(star - text), text, (int)word, star + 1,
			  star + word + 2);
}

static bool names(const char *statement, size_t len, const char *name)
{
	size_t name_len = strlen(name);
	const char *end = statement + len, *at = statement;

	while ((at = memmem(at, (size_t)(end - at), name, name_len))) {
		const char *behind = at + name_len;
		bool begins = at == statement || !is_word_char(at[-1]);

		if (begins && (!is_word_char(*behind) || version_length(behind)))
			return true;
		at++;
	}
	return false;
}

/* The side of the assignment that matters: what is stored to, or what is read. */
static bool is_about(enum pass_effect effect, const char *statement, const char *name)
{
	const char *equals = strstr(statement, " = ");

	switch (effect) {
	case PASS_DELETES_STORE:
	case PASS_SINKS_STORE:
		return equals && names(statement, (size_t)(equals - statement), name);
	case PASS_READS_ONCE:
		return equals && names(equals, strlen(equals), name);
	case PASS_SPARES_READ: /* "Replaced redundant PHI node" is about no memory */
		return strncmp(statement, "redundant ", 10) != 0 &&
		       names(statement, strlen(statement), name);
	default:
		return names(statement, strlen(statement), name);
	}
}

static int set_place(struct pass_reason *reason, const char *place)
{
	const char *colon = strchr(place, ':');

	reason->file = mem_strndup(place + 1, (size_t)(colon - place - 1));
	reason->line = (int)strtol(colon + 1, NULL, 10);
	return reason->file ? 0 : -ENOMEM;
}

/* Where the same statement stands in @dump with its location. */
static int look_up(struct pass_reason *reason, const char *dump, const char *statement)
{
	for (const char *line = dump; *line;) {
		size_t len = strcspn(line, "\n");
		const char *place = NULL;
		cleanup_free char *plain = without_locations(line, len, &place);

		if (!plain)
			return -ENOMEM;
		if (place && strstr(plain, statement))
			return set_place(reason, place);
		line += len + (line[len] == '\n');
	}
	return 0;
}

static void reason_release(struct pass_reason *reason)
{
	free(reason->pass);
	free(reason->statement);
	free(reason->file);
}

static bool is_known(const struct pass_reasons *list, const struct pass_reason *reason)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].effect == reason->effect &&
		    list->items[i].line == reason->line &&
		    strcmp(list->items[i].statement, reason->statement) == 0)
			return true;
	return false;
}

/* By effect; takes @reason over. */
static int add(struct pass_reasons *list, struct pass_reason *reason)
{
	struct pass_reason *slot;
	size_t i;

	if (is_known(list, reason)) {
		reason_release(reason);
		return 0;
	}
	slot = mem_append(&list->items, &list->count, sizeof(*slot));
	if (!slot) {
		reason_release(reason);
		return -ENOMEM;
	}
	for (i = list->count - 1; i > 0 && list->items[i - 1].effect > reason->effect; i--)
		list->items[i] = list->items[i - 1];
	list->items[i] = *reason;
	return 0;
}

/* What the statement to look up is: of `Replaced E with X in all uses of S;` S. */
static char *whole_statement(const char *said, const char *statement)
{
	static const char uses[] = " in all uses of ";
	size_t line = strcspn(said, "\n");
	const char *found = memmem(said, line, uses, sizeof(uses) - 1);

	return found ? mem_strndup(found + sizeof(uses) - 1,
				   strcspn(found + sizeof(uses) - 1, ";\n"))
		     : mem_strdup(statement);
}

static int note(struct pass_reasons *list, const char *pass, enum pass_effect effect,
		const char *said, size_t len, const char *const dumps[2], const char *name)
{
	struct pass_reason reason = {.effect = effect};
	const char *place = NULL, *shown;
	cleanup_free char *statement = without_locations(said, len, &place), *whole = NULL;
	int rc = 0;

	if (!statement)
		return -ENOMEM;
	if (!is_about(effect, statement, name))
		return 0;
	whole = whole_statement(said, statement);
	shown = effect == PASS_READS_ONCE ? strstr(statement, " = ") + 3 : statement;
	reason.pass = mem_strdup(pass);
	reason.statement = readable(shown);
	if (!whole || !reason.pass || !reason.statement)
		rc = -ENOMEM;
	else if (place)
		rc = set_place(&reason, place);
	for (int i = 0; !rc && !reason.file && i < 2; i++)
		rc = look_up(&reason, dumps[i], whole);
	if (rc) {
		reason_release(&reason);
		return rc;
	}
	return add(list, &reason);
}

int pass_read_dump(const char *pass, const char *dump, const char *before, const char *name,
		   struct pass_reasons *list)
{
	const char *const dumps[2] = {before, dump};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sayings); i++) {
		const char *at = dump;

		while (!rc && (at = strstr(at, sayings[i].before))) {
			const char *end;
			size_t line;

			at += strlen(sayings[i].before);
			if (strncmp(at, "# .MEM", 6) ==
			    0) /* what else it changes, in a line before */
				at += strcspn(at, "\n");
			at += *at == '\n';
			line = strcspn(at, "\n");
			end = memmem(at, line, sayings[i].behind, strlen(sayings[i].behind));
			if (end)
				rc = note(list, pass, sayings[i].effect, at, (size_t)(end - at),
					  dumps, name);
		}
	}
	return rc;
}

char *pass_reason_text(const struct pass_reason *reason)
{
	static const char *const texts[] = {
		[PASS_DELETES_STORE] = "deletes the store `%s`",
		[PASS_KEEPS_IN_REGISTER] = "keeps `%s` in a register, stored once behind the loop",
		[PASS_READS_ONCE] = "reads `%s` once, in front of the loop",
		[PASS_SPARES_READ] = "does not read `%s` again, but takes the value from before",
		[PASS_SINKS_STORE] = "moves the store `%s` further down",
	};
	cleanup_free char *what = NULL, *place = NULL;
	const char *format = texts[reason->effect], *percent = strstr(format, "%s");

	_Static_assert(ARRAY_SIZE(texts) == PASS_EFFECT_MAX_, "one text for each effect");
	what = mem_printf("%.*s%s%s", (int)(percent - format), format, reason->statement,
			  percent + 2);
	place = reason->file ? mem_printf(" (%s:%d)", reason->file, reason->line) : mem_strdup("");
	return what && place ? mem_printf("gcc's pass %s %s%s", reason->pass, what, place) : NULL;
}

void pass_reasons_release(struct pass_reasons *list)
{
	for (size_t i = 0; i < list->count; i++)
		reason_release(&list->items[i]);
	free(list->items);
	*list = (struct pass_reasons){0};
}

/* --- the files ----------------------------------------------------------- */

struct dump {
	char *path, *text;
	size_t stem;	  /* length of what the dumps of one source share */
	const char *pass; /* in path */
};

struct dumps {
	struct dump *items;
	size_t count;
};

/* "one.c.042t.dse1" */
static bool parse_path(struct dump *dump)
{
	char *dot = strrchr(dump->path, '.');
	const char *number;

	if (!dot || dot - dump->path < 6)
		return false;
	number = dot - 5;
	if (number[0] != '.' || number[4] != 't')
		return false;
	for (int i = 1; i < 4; i++)
		if (!isdigit((unsigned char)number[i]))
			return false;
	dump->stem = (size_t)(number - dump->path);
	dump->pass = dot + 1;
	return true;
}

static int add_dump(struct dumps *dumps, const char *path)
{
	struct dump dump = {.path = mem_strdup(path)}, *slot;
	int rc = dump.path ? 0 : -ENOMEM;

	if (rc || !parse_path(&dump)) {
		free(dump.path);
		return rc;
	}
	rc = compile_read_file(path, &dump.text);
	slot = rc ? NULL : mem_append(&dumps->items, &dumps->count, sizeof(*slot));
	if (!slot) {
		free(dump.path);
		free(dump.text);
		return rc ? rc : -ENOMEM;
	}
	*slot = dump;
	return 0;
}

static int by_path(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int read_dumps(const char *folder, struct dumps *dumps)
{
	cleanup_free char *root = mem_strdup(folder);
	char *roots[] = {root, NULL};
	FTS *walk = root && !fault_point("fts_open")
			    ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_path)
			    : NULL;
	const FTSENT *entry;
	int rc = walk ? 0 : -ENOMEM;

	while (!rc && (entry = fts_read(walk)))
		if (entry->fts_info == FTS_F)
			rc = add_dump(dumps, entry->fts_path);
	if (walk)
		fts_close(walk);
	return rc;
}

static void dumps_release(struct dumps *dumps)
{
	for (size_t i = 0; i < dumps->count; i++) {
		free(dumps->items[i].path);
		free(dumps->items[i].text);
	}
	free(dumps->items);
}

/* All statements of the same source, before anything was optimised. */
static const char *text_before(const struct dumps *dumps, const struct dump *of)
{
	for (size_t i = 0; i < dumps->count; i++) {
		const struct dump *dump = &dumps->items[i];

		if (strcmp(dump->pass, "ssa") == 0 && dump->stem == of->stem &&
		    strncmp(dump->path, of->path, of->stem) == 0)
			return dump->text;
	}
	return "";
}

int pass_ask_gcc(const struct compile_request *build, const char *unit, const char *name,
		 struct pass_reasons *ret, struct err *err)
{
	struct compile_request request = *build;
	struct pass_reasons list = {0};
	struct dumps dumps = {0};
	cleanup_free char *folder = NULL;
	int rc;

	request.extra = dump_flags;
	request.extra_for = unit;
	rc = compile_get(&request, &folder, err);
	if (rc)
		return rc;
	rc = read_dumps(folder, &dumps);
	for (size_t i = 0; !rc && i < dumps.count; i++)
		rc = pass_read_dump(dumps.items[i].pass, dumps.items[i].text,
				    text_before(&dumps, &dumps.items[i]), name, &list);
	dumps_release(&dumps);
	if (rc) {
		pass_reasons_release(&list);
		return err_errno(err, rc, "what gcc has done");
	}
	*ret = list;
	return 0;
}
