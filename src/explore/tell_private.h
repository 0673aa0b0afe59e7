/* tell_private.h - between tell.c and picture.c. */
#ifndef EXPLORE_TELL_PRIVATE_H
#define EXPLORE_TELL_PRIVATE_H

#include "explore/tell.h"

#define TELL_PAGE 4096 /* bytes at address 0 that are never mapped */

/* "add() lost.c:12 reads *count"; to be freed, NULL when memory is short. */
char *tell_event(const struct teller *teller, const struct control_event *event);

#endif
