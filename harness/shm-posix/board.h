/*
 * board.h - what shm-board and its readers share.
 */
#ifndef SHM_POSIX_BOARD_H
#define SHM_POSIX_BOARD_H

#include <stdint.h>

#define BOARD_VALUES 16
#define BOARD_READY  0x626f6172u

struct board {
	uint32_t ready; /* BOARD_READY once the values are there */
	uint32_t values[BOARD_VALUES];
};

#endif
