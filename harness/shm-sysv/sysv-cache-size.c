/*
 * name: sysv-cache-size
 * mechanism: shm-sysv
 * bug: segment of another size left by a dead run
 * about: sysv-cache-size FOLDER: shmget fails with EINVAL until somebody removes the
 *	segment by hand
 * caught-as: wrong-exit
 */
#define BUG_SIZE
#include "shm-sysv/sysv-cache.c"
