/*
 * emulator.h - for programs that were not compiled by `ipcfault cc`: qemu-user
 * with our plugin (src/plugin).
 */
#ifndef EXPLORE_EMULATOR_H
#define EXPLORE_EMULATOR_H

struct err;
struct launch;

struct emulator {
	char *program, *plugin; /* paths */
};

/*
 * For @ipcfault, the path of that program.  -ENOPKG: it is not installed, or there is none for this
 * machine; @err says what to do.  To be released.
 */
int emulator_find(const char *ipcfault, struct emulator *ret_emulator, struct err *err);
void emulator_release(struct emulator *emulator);

/*
 * The arguments by which @emulator starts @launch as program @role (1, 2, ...)
 * of a run; NULL when memory is short.  To be freed by emulator_argv_free(), in
 * front of @emulator and @launch, whose words they have.
 */
char **emulator_argv(const struct emulator *emulator, const struct launch *launch, unsigned role);
void emulator_argv_free(char **argv);

#endif
