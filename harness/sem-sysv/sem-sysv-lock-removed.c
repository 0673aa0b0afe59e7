/*
 * name: sem-sysv-lock-removed
 * mechanism: sem-sysv
 * bug: every error taken for EINTR (EIDRM)
 * about: sem-sysv-lock PATH: asks again and again for a semaphore that is gone
 * caught-as: spin hang
 */
#define BUG_REMOVED
#include "sem-sysv/sem-sysv-lock.c"
