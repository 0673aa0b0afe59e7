/*
 * name: sem-answer-impatient
 * mechanism: sem-posix
 * bug: EINTR taken for the time limit
 * about: sem-answer-impatient [--timed]: as sem-answer, but any failure of the wait means that
 *	there is no answer
 * caught-as: wrong-exit
 */
#define BUG_IMPATIENT
#include "sem-posix/sem-answer.c"
