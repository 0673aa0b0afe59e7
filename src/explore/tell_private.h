/* tell_private.h - between tell.c and picture.c. */
#ifndef EXPLORE_TELL_PRIVATE_H
#define EXPLORE_TELL_PRIVATE_H

#include "explore/tell.h"

#define TELL_PAGE 4096 /* bytes at address 0 that are never mapped */

#endif
