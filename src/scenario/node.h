/*
 * node.h - a YAML document as a tree of texts, lists and mappings.
 *
 * Made by read.c, the only file that knows libfyaml.  Aliases share the node
 * of their anchor, so that the tree is a graph without cycles: whoever walks
 * it needs a budget (reader.h has one).
 */
#ifndef SCENARIO_NODE_H
#define SCENARIO_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/scenario.h"

struct problems;

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	struct pos pos;
	bool quoted;	     /* NODE_TEXT: not a plain one, so never null */
	char *text;	     /* NODE_TEXT */
	struct node **items; /* NODE_LIST: values; NODE_MAP: key, value, key, value, … */
	size_t count;	     /* of items */
	bool open;	     /* its end has not been read yet */
	struct node *next;   /* all nodes of the tree */
};

/* The documents of one file, empty ones left out. */
struct tree {
	struct node **roots;
	size_t count;
	struct node *nodes;
};

/* The text of a file, with a NUL behind it, and where its problems go. */
struct source {
	const char *text;
	size_t len;
	struct problems *problems;
};

/*
 * Read all documents of @source.  What is not YAML is put into its problems,
 * as are duplicate keys, tags, recursive aliases and whatever passes a limit;
 * the documents before that are in the tree.  0 or -ENOMEM; tree_release()
 * in both cases.
 */
int tree_read(struct source *source, struct tree *tree);
void tree_release(struct tree *tree);

/* `key:`, `key: ~` or `key: null`. */
bool node_is_null(const struct node *node);

/* "a text", "a list", "a mapping" or "nothing". */
const char *node_kind_name(const struct node *node);

/* The key node, and the value, of @name in a mapping; NULL = not there. */
const struct node *map_key(const struct node *map, const char *name);
const struct node *map_value(const struct node *map, const char *name);

/* Put a problem at @pos.  0 or -ENOMEM. */
int source_problem(struct source *source, struct pos pos, const char *suggestion, const char *fmt,
		   ...) __attribute__((format(printf, 4, 5)));

#endif
