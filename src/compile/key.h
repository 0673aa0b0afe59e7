/*
 * key.h - a name for what was compiled: a hash of all that it is made of.
 */
#ifndef COMPILE_KEY_H
#define COMPILE_KEY_H

#include <stddef.h>
#include <sys/stat.h>

#include "base/err.h"

#define KEY_SIZE 33 /* of its text, with the 0 */

struct key;

/* NULL: memory is short. */
struct key *key_new(void);
void key_free(struct key *key);

void key_add_text(struct key *key, const char *text);
/* The same text wherever @root is; NULL = as it is. */
void key_add_text_below(struct key *key, const char *text, const char *root);
/* What is in the file: 0 or a negative errno. */
int key_add_file(struct key *key, const char *path);
/* As make does: another compiler of the same name has another size or time. */
int key_add_compiler(struct key *key, const char *compiler, struct err *err);
/* The names of the headers in it, so that a new one is seen; no folder has none. */
void key_add_headers_of(struct key *key, const char *folder);
/* The same of the folders that a compiler's arguments name, -I and such. */
void key_add_folders(struct key *key, char *const *args, size_t count);

/* Of all that was added until now. */
void key_print(const struct key *key, char ret_text[KEY_SIZE]);

/* Its file, looked for as execvp(3) does.  -ENOENT: it is not installed. */
int compile_find_compiler(const char *compiler, struct stat *ret_st, struct err *err);

#endif
