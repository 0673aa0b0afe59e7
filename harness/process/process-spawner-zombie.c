/*
 * name: process-spawner-zombie
 * mechanism: process
 * bug: zombie left on the error path
 * about: each of five children sends a sum through a pipe of its own; one whose sum does
 *	not come is not waited for
 * caught-as: leak
 */
#define BUG_ZOMBIE
#include "process/process-spawner.c"
