/*
 * server.h - answers the requests of the ring.
 */
#ifndef STORE_SERVER_H
#define STORE_SERVER_H

#include "layout.h"

/* Until somebody asks it to quit; the exit status. */
int server_run(struct store *store);

#endif
