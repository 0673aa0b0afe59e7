/*
 * elf-musl.c - the sleeper with musl inside, whose functions have no unwind information
 *
 * build: musl
 */
#include "elf-sleeper.h"
