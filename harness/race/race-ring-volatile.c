/*
 * name: race-ring-volatile
 * mechanism: shm-posix
 * bug: what counts is volatile: nothing orders the slots, on x86 only the processor does
 * about: race-ring-volatile producer|consumer: as race-ring, without atomics
 * caught-as: race
 */
#define BUG_VOLATILE
#include "race-ring.c"
