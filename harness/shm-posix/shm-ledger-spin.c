/*
 * name: shm-ledger-spin
 * mechanism: shm-posix
 * bug: a spin lock shared by processes
 * about: shm-ledger-spin [--updates N]: as shm-ledger, with a spin lock, which has no owner
 * caught-as: spin
 */
#define BUG_SPIN
#include "shm-posix/shm-ledger.c"
