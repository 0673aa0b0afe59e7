/*
 * args.h - `--name value` and `--name` options, as all programs here take them.
 *
 *	args_init(argc, argv);
 *	records = args_number("--records", 1000);
 *	path = args_operand();
 *	args_end();
 */
#ifndef LIB_ARGS_H
#define LIB_ARGS_H

#include <stdbool.h>

void args_init(int argc, char **argv);
bool args_flag(const char *name);
unsigned args_number(const char *name, unsigned otherwise);

/* The first word that no call has taken yet; ends the program when there is none. */
const char *args_operand(void);

/* Ends the program with a message when a word is left over. */
void args_end(void);

#endif
