/*
 * name: sysv-reader-trusting
 * mechanism: shm-sysv
 * bug: damage in shared memory not noticed
 * about: prints the text whatever its checksum is
 * caught-as: wrong-exit wrong-output
 */
#define BUG_TRUSTING
#include "shm-sysv/sysv-reader.c"
