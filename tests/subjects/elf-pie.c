/* elf-pie.c - the sleeper as gcc makes it: PIE, -O2, with debug information */
#include "elf-sleeper.h"
