/*
 * explored_whatif.h - what would mend a race: tried, not guessed.
 *
 * Schedules are run again with every access to certain fields taken as a
 * sequentially consistent atomic: when no bug is left, that mends it; the
 * fields that it does not need are left out again.  What is left tells that
 * no qualifier does.
 */
#ifndef RUN_EXPLORED_WHATIF_H
#define RUN_EXPLORED_WHATIF_H

#include "run/explored_private.h"

/*
 * For the text of each race of @e: "\nmended by ...", to be freed; NULL when
 * the schedules do not tell.
 */
int explored_what_if(struct explored *e, char **ret_text, struct err *err);

#endif
