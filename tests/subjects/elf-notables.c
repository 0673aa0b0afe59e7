/*
 * elf-notables.c - the sleeper without any unwind information of its own, with frame pointers
 *
 * cflags: -O1 -g0 -fno-asynchronous-unwind-tables -fno-omit-frame-pointer -fcf-protection=none
 */
#include "elf-sleeper.h"
