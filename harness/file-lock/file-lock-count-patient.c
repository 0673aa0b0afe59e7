/*
 * name: file-lock-count-patient
 * mechanism: file-lock
 * bug: no time limit (a holder that hangs)
 * about: file-lock-count PATH: waits as long as it takes for a lock whose holder may hang
 * caught-as: deadlock hang
 */
#define BUG_PATIENT
#include "file-lock/file-lock-count.c"
