/*
 * tmpdir.h - a folder for one test.
 */
#ifndef TESTS_LIB_TMPDIR_H
#define TESTS_LIB_TMPDIR_H

/* A fresh folder under $TMPDIR or /tmp; the path is the caller's. */
char *tmpdir_new(void);

/* Remove it with all that is in it, and free the path; NULL is allowed. */
void tmpdir_free(char *path);

/* Write @text to the file @name there; returns its path, the caller's. */
char *tmpdir_write(const char *path, const char *name, const char *text);

#endif
