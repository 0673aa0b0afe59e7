/*
 * json_text.h - what programs print, in JSON: it may be no UTF-8, and then its bytes go in hex,
 * too.
 */
#ifndef MODEL_JSON_TEXT_H
#define MODEL_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>

/* The caller's reference; NULL when memory is short.  *@ret_exact: the JSON says all of it. */
json_t *text_to_json(const char *text, bool *ret_exact);

/* All bytes of @text in hex; the caller's reference. */
json_t *hex_of(const char *text);

/* @hex, unless it is NULL, says what @json cannot.  *@ret_text is the caller's; 0 or -errno. */
int text_from_json(const json_t *json, const json_t *hex, char **ret_text);

#endif
