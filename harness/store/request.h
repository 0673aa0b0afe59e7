/*
 * request.h - requests as people write them, and replies as they read them.
 *
 *	set KEY VALUE   get KEY   append KEY TEXT   add KEY NUMBER   delete KEY
 *	rename KEY NEW  count     keys              clear            stats   quit
 */
#ifndef STORE_REQUEST_H
#define STORE_REQUEST_H

#include <stdbool.h>

#include "layout.h"

struct request {
	enum request_kind kind;
	char key[KEY_ROOM], value[VALUE_ROOM];
};

/* NULL, or what is wrong with the line, which is taken apart. */
const char *request_parse(char *line, struct request *ret_request);

const char *request_name(enum request_kind kind);

/* Whether the kind changes the store. */
bool request_changes(enum request_kind kind);

const char *reply_text(enum reply_status status);

#endif
