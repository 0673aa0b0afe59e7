/*
 * elf-static.c - the sleeper with glibc inside
 *
 * build: static
 */
#include "elf-sleeper.h"
