/*
 * result_json.h - a case's result as JSON, and back.
 *
 * The members are those that ipcfault(1) tells and more: everything that
 * struct case_result holds, so that reading what was written gives the same
 * result again.  The `json` report, the recorded results of the tests and the
 * workers' messages to the main process are all this.
 *
 * JSON is Unicode, but what programs print need not be.  A text that is not
 * UTF-8 is written with U+FFFD for its bad bytes, for people, and a member
 * beside it holds all its bytes, for the way back: "stdout": "a\ufffd",
 * "stdout_hex": "61ff".  A number above INT64_MAX is written as a string.
 * "where" (a finding's innermost frame with a source file) and "duration_ms"
 * are derived, and only read where the exact form is missing.
 */
#ifndef MODEL_RESULT_JSON_H
#define MODEL_RESULT_JSON_H

#include <jansson.h>

struct case_result;
struct err;

/* A new reference; NULL when memory is short. */
json_t *case_result_to_json(const struct case_result *result);

/*
 * Fill *@ret_result from @json; release it with case_result_release().
 * Members that are missing or null are 0 or NULL, unknown ones are ignored.
 * -EINVAL: something is of a wrong type, or a word is unknown.
 */
int case_result_from_json(const json_t *json, struct case_result *ret_result, struct err *err);

/* The same as one text, to be freed; NULL when memory is short. */
char *case_result_to_text(const struct case_result *result);
int case_result_from_text(const char *text, size_t size, struct case_result *ret_result,
			  struct err *err);

#endif
