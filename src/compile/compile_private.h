/*
 * compile_private.h - what the files of compile/ share: argument lists, and what is run with them.
 */
#ifndef COMPILE_COMPILE_PRIVATE_H
#define COMPILE_COMPILE_PRIVATE_H

#include <stddef.h>

#include "compile/compile.h"
#include "compile/deps.h"
#include "compile/key.h"

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
/* The compiler and the flags of the request, but for the extra ones. */
int argv_push_flags(struct argv *argv, const struct compile_request *r);
void argv_release(struct argv *argv);

const struct compile_change *change_of(const struct compile_request *r, const char *file);

/* files.c */
/* A name beside it that nobody else has. */
char *fresh_path(const char *path);
int write_text(const char *path, const char *text, struct err *err);
/* Nobody finds half of it. */
int write_text_at_once(const char *path, const char *text, struct err *err);
/* The same for a copy: 0 or a negative errno. */
int copy_file(const char *from, const char *to);
/* It is used: see cli/cache.h. */
void touch(const char *path);
int make_folders(const char *path, struct err *err);
void remove_folder(const char *path);

int compile_run(const struct compile_request *r, const struct argv *argv, const char *output,
		struct err *err);

/* -ENOEXEC with what the compiler has said. */
int compile_refused(const struct compile_request *r, const char *said, struct err *err);

/* Run it in @cwd; what is said is kept in @folder when someone has asked. */
int compile_run_in(const struct compile_request *r, const struct argv *argv, const char *cwd,
		   const char *folder, struct err *err);

/* program.c.  The sources become a program in @folder; what was read is appended to @deps. */
int compile_program(const struct compile_request *r, const char *folder, struct deps *deps,
		    struct err *err);

/* copy.c.  In @folder is a copy of the sources, where the command is run. */
int compile_by_command(const struct compile_request *r, const char *folder, struct err *err);

/*
 * request_key.c.  The name of the request; with `command` that of all it is made of.
 * -ENOENT: the compiler is not installed; otherwise as compile_get().
 */
int compile_key(const struct compile_request *r, char ret_key[KEY_SIZE], struct err *err);

int compile_preprocess_to(const struct compile_request *r, const char *source, const char *output,
			  struct err *err);

/* libipcfault_rt.a of @ipcfault, on the heap; NULL with @err. */
char *compile_runtime(const char *ipcfault, struct err *err);

#endif
