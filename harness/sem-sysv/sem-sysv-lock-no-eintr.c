/*
 * name: sem-sysv-lock-no-eintr
 * mechanism: sem-sysv
 * bug: no EINTR retry (semop, with SA_RESTART)
 * about: sem-sysv-lock PATH: relies on SA_RESTART, or on having no handler, which both do not
 *	help semop
 * caught-as: wrong-exit
 */
#define BUG_NO_EINTR
#include "sem-sysv/sem-sysv-lock.c"
