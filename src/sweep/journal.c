#include "sweep/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "model/result_json.h"
#include "sweep/digest.h"
#include "sweep/site.h"
#include "sweep/sweep.h"

/*
 * The head line, and then
 *	sweep PROGRAMS PLAN NAME	what follows is of it
 *	tried ATTEMPT VERDICT [RESULT]	with the result as JSON where it failed
 * where the words in capitals but NAME and VERDICT are digests in hexadecimal.
 */
#define HEAD   "ipcfault sweep state 1"
#define DIGEST 16

struct entry {
	size_t section;
	uint64_t key;
	enum verdict verdict;
	const char *json; /* in the text */
	bool taken;
};

struct section {
	const char *name; /* in the text */
	uint64_t programs, plan;
};

struct journal {
	int fd;
	char *path, *text;
	struct section *sections;
	size_t section_count;
	struct entry *entries;
	size_t count;
	char *name; /* of the sweep that was begun */
	int rc;
};

/* Reading */

static int read_all(struct journal *journal)
{
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;

	if (fstat(journal->fd, &st))
		return -errno;
	journal->text = mem_zalloc((size_t)st.st_size + 1);
	if (!journal->text)
		return -ENOMEM;
	while (len < (size_t)st.st_size && n > 0) {
		n = pread(journal->fd, journal->text + len, (size_t)st.st_size - len, (off_t)len);
		if (n < 0)
			return -errno;
		len += (size_t)n;
	}
	return 0;
}

/* What a dying machine, or a full disk, left of the last line. */
static int cut_torn_line(struct journal *journal)
{
	char *end = strrchr(journal->text, '\n');
	size_t len = end ? (size_t)(end - journal->text) + 1 : 0;

	if (!journal->text[len])
		return 0;
	journal->text[len] = '\0';
	return ftruncate(journal->fd, (off_t)len) ? -errno : 0;
}

static bool read_digest(char **line, uint64_t *ret)
{
	char *end;

	*ret = strtoull(*line, &end, 16);
	if (end != *line + DIGEST || (*end != ' ' && *end))
		return false;
	*line = *end ? end + 1 : end;
	return true;
}

static int read_section(struct journal *journal, char *line)
{
	struct section section = {.name = NULL}, *slot;

	if (!read_digest(&line, &section.programs) || !read_digest(&line, &section.plan))
		return -EINVAL;
	section.name = line;
	slot = mem_append(&journal->sections, &journal->section_count, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = section;
	return 0;
}

static int read_entry(struct journal *journal, char *line)
{
	struct entry entry = {.section = journal->section_count - 1}, *slot;
	char *word;
	int verdict;

	if (!journal->section_count || !read_digest(&line, &entry.key))
		return -EINVAL;
	word = strsep(&line, " ");
	verdict = vocab_find(&verdict_vocab, word);
	if (verdict < 0)
		return -EINVAL;
	entry.verdict = (enum verdict)verdict;
	entry.json = line;
	slot = mem_append(&journal->entries, &journal->count, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = entry;
	return 0;
}

static int read_line(struct journal *journal, char *line, size_t number)
{
	if (number == 1)
		return strcmp(line, HEAD) ? -EINVAL : 0;
	if (strncmp(line, "sweep ", 6) == 0)
		return read_section(journal, line + 6);
	return strncmp(line, "tried ", 6) == 0 ? read_entry(journal, line + 6) : -EINVAL;
}

static int read_lines(struct journal *journal, struct err *err)
{
	char *next = journal->text, *line;
	size_t number = 0;
	int rc = 0;

	while (!rc && (line = strsep(&next, "\n")) && next)
		rc = read_line(journal, line, ++number);
	if (rc == -EINVAL)
		return err_set(err, rc, "%s:%zu: this is not the state of a sweep", journal->path,
			       number);
	return rc ? err_errno(err, rc, "%s", journal->path) : 0;
}

/* In one write(2): a line is there or not, also when we are killed. */
static int append(struct journal *journal, const char *line)
{
	size_t len = strlen(line);
	ssize_t n;

	do
		n = write(journal->fd, line, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -ENOSPC;
}

static int start(struct journal *journal, bool resume, struct err *err)
{
	int rc = flock(journal->fd, LOCK_EX | LOCK_NB) ? -errno : 0;

	if (rc == -EWOULDBLOCK)
		return err_set(err, -EBUSY, "%s: another sweep uses it", journal->path);
	if (!rc && !resume && ftruncate(journal->fd, 0))
		rc = -errno;
	if (!rc)
		rc = read_all(journal);
	/* Before anything is cut: is it ours? */
	if (!rc && *journal->text && strncmp(journal->text, HEAD "\n", strlen(HEAD) + 1) != 0)
		return err_set(err, -EINVAL, "%s:1: this is not the state of a sweep",
			       journal->path);
	if (!rc)
		rc = cut_torn_line(journal);
	if (!rc && !*journal->text)
		rc = append(journal, HEAD "\n");
	return rc ? err_errno(err, rc, "%s", journal->path) : read_lines(journal, err);
}

int journal_open(const char *path, bool resume, struct journal **ret_journal, struct err *err)
{
	struct journal *journal = mem_zalloc(sizeof(*journal));
	int rc;

	if (!journal)
		return err_errno(err, -ENOMEM, "%s", path);
	journal->path = mem_strdup(path);
	journal->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0666);
	if (journal->fd < 0)
		rc = err_errno(err, -errno, "%s", path);
	else
		rc = journal->path ? start(journal, resume, err)
				   : err_errno(err, -ENOMEM, "%s", path);
	if (rc) {
		journal_close(journal);
		return rc;
	}
	*ret_journal = journal;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0)
		close(journal->fd);
	free(journal->path);
	free(journal->text);
	free(journal->sections);
	free(journal->entries);
	free(journal->name);
	free(journal);
}

int journal_error(const struct journal *journal)
{
	return journal->rc;
}

/* One attempt of a plan, whatever its place in it; 0 when memory is short. */
static uint64_t key_of(const struct sweep *sweep, const struct attempt *attempt)
{
	const struct call_site *site = &sweep->record.sites[attempt->site];
	cleanup_free char *at = site_at(site);
	cleanup_free char *text =
		at ? mem_printf("%s\n%d\n%s", attempt->scenario.title, site->thread, at) : NULL;

	return text ? digest_text(text) : 0;
}

static uint64_t plan_digest(const struct sweep *sweep)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < sweep->plan.count; i++)
		if (sweep->plan.attempts[i]->state != ATTEMPT_ELSEWHERE)
			sum += key_of(sweep, sweep->plan.attempts[i]);
	return sum;
}

static int check_sections(const struct journal *journal, const struct section *now, struct err *err)
{
	for (size_t i = 0; i < journal->section_count; i++) {
		const struct section *then = &journal->sections[i];

		if (strcmp(then->name, now->name) != 0)
			continue;
		if (then->programs != now->programs)
			return err_set(err, -ESTALE,
				       "%s: the program has changed since: what was tried then "
				       "says nothing of it",
				       journal->path);
		if (then->plan != now->plan)
			return err_set(err, -ESTALE,
				       "%s: the plan is another one: the options were others, or "
				       "the program does not make the same calls each time",
				       journal->path);
	}
	return 0;
}

int journal_begin(struct journal *journal, const char *name, const struct sweep *sweep,
		  struct err *err)
{
	cleanup_free char *line = NULL;
	struct section now;
	int rc;

	free(journal->name);
	journal->name = mem_printf("%s:%d %s", sweep->base->file, sweep->base->pos.line, name);
	if (!journal->name)
		return err_errno(err, -ENOMEM, "%s", journal->path);
	for (char *c = journal->name; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	now = (struct section){journal->name, programs_digest(&sweep->programs),
			       plan_digest(sweep)};
	rc = check_sections(journal, &now, err);
	if (rc)
		return rc;
	line = mem_printf("sweep %016" PRIx64 " %016" PRIx64 " %s\n", now.programs, now.plan,
			  now.name);
	rc = line ? append(journal, line) : -ENOMEM;
	return rc ? err_errno(err, rc, "%s", journal->path) : 0;
}

static struct entry *find(struct journal *journal, uint64_t key)
{
	for (size_t i = 0; i < journal->count; i++) {
		struct entry *entry = &journal->entries[i];

		if (entry->key == key && !entry->taken &&
		    strcmp(journal->sections[entry->section].name, journal->name) == 0)
			return entry;
	}
	return NULL;
}

int journal_take(struct journal *journal, const struct sweep *sweep, const struct attempt *attempt,
		 struct case_result *ret_result, struct err *err)
{
	struct entry *entry = journal->count ? find(journal, key_of(sweep, attempt)) : NULL;
	int rc;

	if (!entry)
		return 0;
	entry->taken = true;
	if (!entry->json) {
		*ret_result = (struct case_result){.verdict = entry->verdict};
		return 1;
	}
	rc = case_result_from_text(entry->json, strlen(entry->json), ret_result, err);
	return rc ? err_wrap(err, rc, "%s", journal->path) : 1;
}

static int add(struct journal *journal, uint64_t key, const struct case_result *result)
{
	bool with_result = result->verdict == VERDICT_FAIL;
	cleanup_free char *json = with_result ? case_result_to_text(result) : NULL;
	cleanup_free char *line =
		!with_result || json ? mem_printf("tried %016" PRIx64 " %s%s%s\n", key,
						  vocab_name(&verdict_vocab, (int)result->verdict),
						  json ? " " : "", json ? json : "")
				     : NULL;

	return line ? append(journal, line) : -ENOMEM;
}

void journal_add(struct journal *journal, const struct sweep *sweep, const struct attempt *attempt,
		 const struct case_result *result)
{
	uint64_t key = key_of(sweep, attempt);

	if (journal->rc || result->verdict == VERDICT_ERROR || result->verdict == VERDICT_SKIP)
		return;
	journal->rc = key ? add(journal, key, result) : -ENOMEM;
}
