/*
 * accesses.h - who has read and written what in shared memory, in one run.
 */
#ifndef EXPLORE_ACCESSES_H
#define EXPLORE_ACCESSES_H

#include "explore/tell.h"

/*
 * A line for each word: "*count, 4 bytes: lost 2 reads, 1 write; lost/child[1] 1 change".
 * A change is an atomic operation that reads and writes.
 * Words are in the order in which they were first accessed.  Of a run with more than
 * CONTROL_EVENTS events the last ones are counted.  *@ret_lines is NULL-terminated, to be
 * freed with its texts by accesses_free().  0 or -ENOMEM.
 */
int accesses_tell(const struct teller *teller, char ***ret_lines);
void accesses_free(char **lines);

#endif
