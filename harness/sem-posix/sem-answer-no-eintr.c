/*
 * name: sem-answer-no-eintr
 * mechanism: sem-posix
 * bug: sem_wait is taken to have succeeded
 * about: sem-answer-no-eintr [--timed]: as sem-answer, but it only knows of the time limit: after
 *	a signal it takes an answer that is not there yet
 * caught-as: wrong-exit
 */
#define BUG_NO_EINTR
#include "sem-posix/sem-answer.c"
