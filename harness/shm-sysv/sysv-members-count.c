/*
 * name: sysv-members-count
 * mechanism: shm-sysv
 * bug: own count of users
 * about: sysv-members-count: counts the members in the segment; one that is killed never
 *	leaves, and the segment stays for ever
 * caught-as: leak
 */
#define BUG_COUNT
#include "shm-sysv/sysv-members.c"
