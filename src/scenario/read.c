#include "scenario/node.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>
#define HASH_NONFATAL_OOM 1 /* never exit(): hh.tbl stays NULL */
#include <uthash.h>

#include "base/mem.h"
#include "scenario/problem.h"
#include "scenario/text.h"

#define DEPTH_MAX 32
#define NODES_MAX 100000

struct anchor {
	char *name;
	struct node *node;
	UT_hash_handle hh;
};

/* A document is built from libfyaml's events, with its open collections on a stack. */
struct builder {
	struct source *source;
	struct tree *tree;
	struct node *stack[DEPTH_MAX];
	size_t depth;
	struct node *root; /* of this document */
	struct anchor *anchors;
	struct pos last; /* of the last node that has a place */
	size_t node_count;
	bool stop; /* a limit is passed */
	int error; /* 0 or -ENOMEM */
};

#define COMPLAIN(b, pos, ...)                                                                      \
	do {                                                                                       \
		int r_ = source_problem((b)->source, pos, NULL, __VA_ARGS__);                      \
		if (r_ < 0)                                                                        \
			(b)->error = r_;                                                           \
	} while (0)

static struct node *add_node(struct builder *b, enum node_kind kind, struct pos pos)
{
	struct node *node;

	if (++b->node_count > NODES_MAX) {
		COMPLAIN(b, pos, "more than %d values in one file", NODES_MAX);
		b->stop = true;
		return NULL;
	}
	node = mem_zalloc(sizeof(*node));
	if (!node) {
		b->error = -ENOMEM;
		return NULL;
	}
	*node = (struct node){.kind = kind, .pos = pos, .next = b->tree->nodes};
	b->tree->nodes = node;
	return node;
}

static bool append(struct builder *b, struct node *parent, struct node *child)
{
	struct node **slot = mem_append(&parent->items, &parent->count, sizeof(*slot));

	if (!slot) {
		b->error = -ENOMEM;
		return false;
	}
	*slot = child;
	return true;
}

/* A mapping with an odd number of items waits for the value of its last key. */
static bool is_key(const struct builder *b)
{
	const struct node *top = b->depth ? b->stack[b->depth - 1] : NULL;

	return top && top->kind == NODE_MAP && top->count % 2 == 0;
}

/* Keys are texts; for any other one an empty text takes the place. */
static struct node *as_key(struct builder *b, struct node *node)
{
	if (node->kind == NODE_TEXT && !node_is_null(node))
		return node;
	COMPLAIN(b, node->pos, "a key must be a text, not %s", node_kind_name(node));
	node = add_node(b, NODE_TEXT, node->pos);
	if (node && !(node->text = mem_strdup("")))
		b->error = -ENOMEM;
	return node && node->text ? node : NULL;
}

/* Hang @node into what is open now; false = stop. */
static bool place(struct builder *b, struct node *node)
{
	struct node *key;

	if (!b->depth) {
		b->root = node;
		return true;
	}
	key = is_key(b) ? as_key(b, node) : node;
	return key && append(b, b->stack[b->depth - 1], key);
}

static void name_anchor(struct builder *b, struct fy_event *event, struct node *node)
{
	struct fy_token *token = fy_event_get_anchor_token(event);
	const char *text;
	size_t len;
	struct anchor *anchor;

	if (!token)
		return;
	text = fy_token_get_text(token, &len);
	HASH_FIND(hh, b->anchors, text, len, anchor);
	if (anchor) { /* the latest one counts */
		anchor->node = node;
		return;
	}
	anchor = mem_zalloc(sizeof(*anchor));
	if (!anchor || !(anchor->name = mem_strndup(text, len))) {
		free(anchor);
		b->error = -ENOMEM;
		return;
	}
	anchor->node = node;
	HASH_ADD_KEYPTR(hh, b->anchors, anchor->name, len, anchor);
	if (!anchor->hh.tbl) {
		free(anchor->name);
		free(anchor);
		b->error = -ENOMEM;
	}
}

static void forget_anchors(struct builder *b)
{
	struct anchor *anchor = b->anchors, *next;

	HASH_CLEAR(hh, b->anchors);
	for (; anchor; anchor = next) {
		next = anchor->hh.next;
		free(anchor->name);
		free(anchor);
	}
}

/* The mark of a quoted text is behind the quote, that of an alias behind the `*`. */
static bool has_mark_inside(const struct fy_event *event)
{
	enum fy_scalar_style style;

	if (event->type != FYET_SCALAR)
		return event->type == FYET_ALIAS;
	style = fy_scalar_token_get_style(event->scalar.value);
	return style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
}

static struct pos event_pos(struct builder *b, struct fy_event *event)
{
	const struct fy_mark *mark = fy_event_start_mark(event);

	if (mark && (event->type != FYET_SCALAR || fy_token_start_mark(event->scalar.value)))
		b->last = (struct pos){mark->line + 1,
				       mark->column +
					       (has_mark_inside(event) && mark->column ? 0 : 1)};
	return b->last; /* an empty value stands nowhere: take its key's place */
}

static void refuse_tag(struct builder *b, struct fy_event *event, struct pos pos)
{
	if (fy_event_get_tag_token(event))
		COMPLAIN(b, pos, "tags (`!name`) are not part of the language");
}

static bool on_text(struct builder *b, struct fy_event *event)
{
	struct pos pos = event_pos(b, event);
	struct node *node = add_node(b, NODE_TEXT, pos);
	struct fy_token *token = event->scalar.value;
	const char *text;
	size_t len = 0;

	if (!node)
		return false;
	text = fy_token_get_text(token, &len);
	node->text = mem_strndup(text ? text : "", text ? len : 0);
	if (!node->text) {
		b->error = -ENOMEM;
		return false;
	}
	if (strlen(node->text) != len)
		COMPLAIN(b, pos, "a NUL character in a text");
	node->quoted = len && fy_scalar_token_get_style(token) != FYSS_PLAIN;
	node->quoted |= fy_scalar_token_get_style(token) == FYSS_SINGLE_QUOTED ||
			fy_scalar_token_get_style(token) == FYSS_DOUBLE_QUOTED;
	refuse_tag(b, event, pos);
	name_anchor(b, event, node);
	return place(b, node);
}

static bool on_start(struct builder *b, struct fy_event *event, enum node_kind kind)
{
	struct pos pos = event_pos(b, event);
	struct node *node = add_node(b, kind, pos);

	if (!node)
		return false;
	if (b->depth == DEPTH_MAX) {
		COMPLAIN(b, pos, "nested more than %d levels deep", DEPTH_MAX);
		b->stop = true;
		return false;
	}
	refuse_tag(b, event, pos);
	name_anchor(b, event, node);
	if (!place(b, node))
		return false;
	node->open = true;
	b->stack[b->depth++] = node;
	return true;
}

static int compare_keys(const void *left, const void *right)
{
	const struct node *a = *(struct node *const *)left, *b = *(struct node *const *)right;
	int order = strcmp(a->text, b->text);

	if (order)
		return order;
	if (a->pos.line != b->pos.line)
		return a->pos.line < b->pos.line ? -1 : 1;
	return a->pos.col < b->pos.col ? -1 : a->pos.col > b->pos.col;
}

static void check_duplicates(struct builder *b, const struct node *map)
{
	size_t count = map->count / 2;
	struct node **keys = count > 1 ? mem_zalloc(count * sizeof(struct node *)) : NULL;

	if (count < 2)
		return;
	if (!keys) {
		b->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < count; i++)
		keys[i] = map->items[2 * i];
	qsort(keys, count, sizeof(struct node *), compare_keys);
	for (size_t i = 1; i < count; i++)
		if (strcmp(keys[i - 1]->text, keys[i]->text) == 0)
			COMPLAIN(b, keys[i]->pos, "`%s` is given twice, first in line %d",
				 keys[i]->text, keys[i - 1]->pos.line);
	free(keys);
}

static bool on_end(struct builder *b)
{
	struct node *node;

	if (!b->depth)
		return true;
	node = b->stack[--b->depth];
	node->open = false;
	if (node->kind == NODE_MAP)
		check_duplicates(b, node);
	return true;
}

static bool on_alias(struct builder *b, struct fy_event *event)
{
	size_t len;
	const char *text = fy_token_get_text(event->alias.anchor, &len);
	struct pos pos = event_pos(b, event);
	struct anchor *anchor = NULL;

	HASH_FIND(hh, b->anchors, text, len, anchor);
	if (anchor && !anchor->node->open)
		return place(b, anchor->node);
	if (anchor)
		COMPLAIN(b, pos, "`*%.*s` contains itself", (int)len, text);
	else
		COMPLAIN(b, pos, "there is no anchor `&%.*s`", (int)len, text);
	b->stop = true;
	return false;
}

static bool on_document_end(struct builder *b)
{
	struct node **slot;

	if (b->root && !node_is_null(b->root)) {
		slot = mem_append(&b->tree->roots, &b->tree->count, sizeof(*slot));
		if (!slot) {
			b->error = -ENOMEM;
			return false;
		}
		*slot = b->root;
	}
	b->root = NULL;
	forget_anchors(b);
	return true;
}

static bool on_event(struct builder *b, struct fy_event *event)
{
	switch (event->type) {
	case FYET_SCALAR:
		return on_text(b, event);
	case FYET_ALIAS:
		return on_alias(b, event);
	case FYET_MAPPING_START:
		return on_start(b, event, NODE_MAP);
	case FYET_SEQUENCE_START:
		return on_start(b, event, NODE_LIST);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		return on_end(b);
	case FYET_DOCUMENT_END:
		return on_document_end(b);
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_STREAM_END:
	case FYET_DOCUMENT_START:
		break;
	}
	return true;
}

/* What libfyaml has to say; its lines and columns count from 1. */
static void take_errors(struct builder *b, struct fy_parser *parser, struct fy_diag *diag)
{
	struct fy_diag_error *error;
	void *state = NULL;
	bool any = false;

	while ((error = fy_diag_errors_iterate(diag, &state))) {
		struct pos pos = {error->line > 0 ? error->line : 1,
				  error->column > 0 ? error->column : 1};

		COMPLAIN(b, pos, "not valid YAML: %s", error->msg);
		any = true;
	}
	if (!any && !b->stop && !b->error && fy_parser_get_stream_error(parser))
		COMPLAIN(b, b->last, "not valid YAML from here on");
}

static void parse(struct builder *b, struct fy_parser *parser)
{
	struct fy_event *event;
	bool more = true;

	while (more && !b->error && (event = fy_parser_parse(parser))) {
		more = on_event(b, event);
		fy_parser_event_free(parser, event);
	}
}

static struct fy_diag *make_diag(void)
{
	struct fy_diag_cfg cfg;
	struct fy_diag *diag;

	fy_diag_cfg_default(&cfg);
	cfg.fp = NULL;
	diag = fy_diag_create(&cfg);
	if (diag)
		fy_diag_set_collect_errors(diag, true);
	return diag;
}

static int parse_text(struct builder *b, const char *text, size_t len)
{
	struct fy_diag *diag = make_diag();
	struct fy_parse_cfg cfg = {.flags = FYPCF_DEFAULT_PARSE, .diag = diag};
	struct fy_parser *parser = diag ? fy_parser_create(&cfg) : NULL;

	if (!parser || fy_parser_set_string(parser, text, len) < 0) {
		b->error = -ENOMEM;
	} else {
		parse(b, parser);
		take_errors(b, parser, diag);
	}
	fy_parser_destroy(parser);
	fy_diag_destroy(diag);
	return b->error;
}

int tree_read(struct source *source, struct tree *tree)
{
	struct builder b = {.source = source, .tree = tree, .last = {1, 1}};
	struct text_fault fault;

	if (text_find_fault(source->text, source->len, &fault))
		return source_problem(source, (struct pos){fault.line, fault.col}, NULL, "%s",
				      fault.text);
	parse_text(&b, source->text, source->len);
	forget_anchors(&b);
	return b.error;
}
