/*
 * compile_private.h - what the files of compile/ share: argument lists, and what is run with them.
 */
#ifndef COMPILE_COMPILE_PRIVATE_H
#define COMPILE_COMPILE_PRIVATE_H

#include <stddef.h>
#include <sys/stat.h>

#include "compile/compile.h"

struct argv {
	const char **items;
	size_t count;
	char *levels; /* argz: a level may be several flags */
	size_t levels_len;
	char **owned; /* some of the items */
	size_t owned_count;
};

int argv_push(struct argv *argv, const char *text);
/* Takes @text over; NULL is short memory. */
int argv_push_owned(struct argv *argv, char *text);
/* The compiler and all flags of the request. */
int argv_push_flags(struct argv *argv, const struct compile_request *r);
void argv_release(struct argv *argv);

const struct compile_change *change_of(const struct compile_request *r, const char *file);

int write_text(const char *path, const char *text, struct err *err);

/* -ENOEXEC with what the compiler has said. */
int compile_run(const struct compile_request *r, const struct argv *argv, const char *output,
		struct err *err);

/* What makes a program; what is said about it is kept in its folder when someone has asked. */
int compile_run_in(const struct compile_request *r, const struct argv *argv, const char *cwd,
		   const char *folder, struct err *err);

/* The same for a compiler's arguments, with the runtime; objects lie in @folder for a while. */
int compile_run_counted(const struct compile_request *r, const struct argv *argv,
			const char *folder, struct err *err);

/* -ENOENT: the compiler is not installed; otherwise as compile_get(). */
int compile_key(const struct compile_request *r, char ret_key[33], struct err *err);

/* Its file, looked for as execvp(3) does.  -ENOENT: it is not installed. */
int compile_find_compiler(const char *compiler, struct stat *ret_st, struct err *err);

int compile_preprocess_to(const struct compile_request *r, const char *source, const char *output,
			  struct err *err);

/* libipcfault_rt.a of @ipcfault, on the heap; NULL with @err. */
char *compile_runtime(const char *ipcfault, struct err *err);

#endif
