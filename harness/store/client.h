/*
 * client.h - sends the requests of a script and prints the replies.
 */
#ifndef STORE_CLIENT_H
#define STORE_CLIENT_H

#include <stdio.h>

#include "layout.h"

/* One request in a line; `#` begins a comment.  The exit status. */
int client_run(struct store *store, FILE *script);

#endif
