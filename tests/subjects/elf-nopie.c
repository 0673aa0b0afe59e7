/*
 * elf-nopie.c - the sleeper with frame pointers, at fixed addresses
 *
 * cflags: -O0 -no-pie -fno-pie
 */
#include "elf-sleeper.h"
