/*
 * name: file-lock-spawner-inherit
 * mechanism: file-lock
 * bug: lock inherited by a child that lives on (no O_CLOEXEC)
 * about: file-lock-spawner PATH: its helper has the descriptor too, and so the lock, whatever
 *	becomes of the parent
 * caught-as: deadlock hang
 */
#define BUG_INHERIT
#include "file-lock/file-lock-spawner.c"
