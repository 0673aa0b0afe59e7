#include "valgrind/report.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"

#define FRAMES_TOLD 6 /* of the stacks that stand in the text */

static const xmlNode *child_of(const xmlNode *node, const char *name)
{
	for (const xmlNode *c = node ? node->children : NULL; c; c = c->next)
		if (c->type == XML_ELEMENT_NODE && xmlStrcmp(c->name, BAD_CAST name) == 0)
			return c;
	return NULL;
}

static bool is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && xmlStrcmp(node->name, BAD_CAST name) == 0;
}

/* Its text, owned by the document; "" when there is none. */
static const char *text_of(const xmlNode *node)
{
	return node && node->children && node->children->content
		       ? (const char *)node->children->content
		       : "";
}

static const char *text_in(const xmlNode *node, const char *name)
{
	return text_of(child_of(node, name));
}

/* NULL for "". */
static int copy_text(const char *text, char **ret_copy)
{
	*ret_copy = *text ? mem_strdup(text) : NULL;
	return *text && !*ret_copy ? -ENOMEM : 0;
}

static int read_frame(const xmlNode *node, struct stack *stack)
{
	struct frame *frame = mem_append(&stack->frames, &stack->count, sizeof(*frame));

	if (!frame)
		return -ENOMEM;
	frame->line = (int)strtol(text_in(node, "line"), NULL, 10);
	frame->offset = strtoull(text_in(node, "ip"), NULL, 16);
	if (copy_text(text_in(node, "fn"), &frame->function) ||
	    copy_text(text_in(node, "file"), &frame->file) ||
	    copy_text(text_in(node, "obj"), &frame->module))
		return -ENOMEM;
	return 0;
}

static int read_stack(const xmlNode *node, struct stack *stack)
{
	int rc = 0;

	for (const xmlNode *c = node->children; c && !rc; c = c->next)
		if (is_named(c, "frame"))
			rc = read_frame(c, stack);
	return rc;
}

static int add_line(char **text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int add_line(char **text, const char *fmt, ...)
{
	cleanup_free char *before = *text, *line = NULL;
	va_list ap;

	va_start(ap, fmt);
	line = mem_vprintf(fmt, ap);
	va_end(ap);
	*text = line ? mem_printf("%s%s%s", before ? before : "", before ? "\n" : "", line) : NULL;
	return *text ? 0 : -ENOMEM;
}

/* A stack that is not the error's own: who else was there. */
static int tell_stack(const xmlNode *node, char **text)
{
	unsigned told = 0;
	int rc = 0;

	for (const xmlNode *c = node->children; c && !rc && told < FRAMES_TOLD; c = c->next) {
		const char *file = text_in(c, "file"), *function = text_in(c, "fn");

		if (!is_named(c, "frame"))
			continue;
		told++;
		if (*file)
			rc = add_line(text, "  at %s (%s:%s)", *function ? function : "?", file,
				      text_in(c, "line"));
		else
			rc = add_line(text, "  at %s in %s",
				      *function ? function : text_in(c, "ip"), text_in(c, "obj"));
	}
	return rc;
}

static int read_part(const xmlNode *c, bool *has_stack, struct valgrind_error *e)
{
	if (is_named(c, "kind"))
		return copy_text(text_of(c), &e->kind);
	if (is_named(c, "what") || is_named(c, "auxwhat"))
		return add_line(&e->text, "%s", text_of(c));
	if (is_named(c, "xwhat") || is_named(c, "xauxwhat")) {
		if (child_of(c, "leakedbytes")) {
			e->bytes = strtoull(text_in(c, "leakedbytes"), NULL, 10);
			e->blocks = strtoull(text_in(c, "leakedblocks"), NULL, 10);
		}
		return add_line(&e->text, "%s", text_in(c, "text"));
	}
	if (!is_named(c, "stack"))
		return 0;
	if (*has_stack)
		return tell_stack(c, &e->text);
	*has_stack = true;
	return read_stack(c, &e->stack);
}

static void error_release(struct valgrind_error *e)
{
	free(e->kind);
	free(e->text);
	stack_release(&e->stack);
}

/* One <error> element.  What two processes have written into each other is told as it is. */
static int read_error(const char *block, size_t size, struct valgrind_error *ret_error)
{
	xmlDoc *doc = xmlReadMemory(block, (int)size, NULL, NULL,
				    XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET);
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	struct valgrind_error e = {0};
	bool has_stack = false;
	int rc = 0;

	for (const xmlNode *c = root ? root->children : NULL; c && !rc; c = c->next)
		rc = read_part(c, &has_stack, &e);
	xmlFreeDoc(doc);
	if (!rc && !e.kind)
		rc = copy_text("Unreadable", &e.kind);
	if (!rc && !e.text)
		rc = add_line(&e.text, "%.*s", (int)size, block);
	if (rc)
		error_release(&e);
	else
		*ret_error = e;
	return rc;
}

/* It has no NUL, so that is where it ends. */
static int read_whole(const char *path, char **ret_text, struct err *err)
{
	cleanup_fclose FILE *file = fopen(path, "re");
	size_t room = 0;

	if (!file)
		return err_errno(err, -errno, "report of valgrind %s", path);
	if (getdelim(ret_text, &room, '\0', file) >= 0)
		return 0;
	free(*ret_text); /* nothing was read, not even the end of the text */
	*ret_text = ferror(file) ? NULL : mem_strdup("");
	return *ret_text ? 0 : err_errno(err, -ENOMEM, "report of valgrind %s", path);
}

int valgrind_read_report(const char *path, struct valgrind_error **ret_errors, size_t *ret_count,
			 struct err *err)
{
	static const char begin[] = "<error>", end[] = "</error>";
	struct valgrind_error *errors = NULL;
	cleanup_free char *text = NULL;
	size_t count = 0;
	int rc = read_whole(path, &text, err);

	if (rc)
		return rc;
	for (const char *from = text, *to; !rc && (from = strstr(from, begin)); from = to) {
		struct valgrind_error *slot;

		to = strstr(from, end);
		if (!to)
			break;
		to += strlen(end);
		slot = mem_append(&errors, &count, sizeof(*slot));
		rc = slot ? read_error(from, (size_t)(to - from), slot) : -ENOMEM;
	}
	if (rc) {
		valgrind_errors_release(errors, count);
		return err_errno(err, rc, "report of valgrind %s", path);
	}
	*ret_errors = errors;
	*ret_count = count;
	return 0;
}

void valgrind_errors_release(struct valgrind_error *errors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		error_release(&errors[i]);
	free(errors);
}
