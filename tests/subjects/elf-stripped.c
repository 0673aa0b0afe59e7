/*
 * elf-stripped.c - the sleeper with no symbols but those for the dynamic linker
 *
 * cflags: -s -rdynamic
 */
#include "elf-sleeper.h"
