/*
 * name: msg-tenants-collide
 * mechanism: msg-sysv
 * bug: ftok collision
 * about: makes a queue for each of its tenants with keys that are the same, so that one
 *	gets what is for the other
 * caught-as: wrong-output wrong-exit
 */
#define BUG_COLLIDE
#include "msg-sysv/msg-tenants.c"
