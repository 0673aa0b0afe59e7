/*
 * tmp.h - the folder of a worker for its runs' files, and its removal.
 *
 * It is called ipcfault-NAMESPACE-PID-START-XXXXXX, after the process that
 * made it, so that a later ipcfault can tell that its maker is dead and remove
 * it.  Where the sandbox mounts a tmpfs there, the files are gone with the
 * worker and only the empty folder can be left.
 */
#ifndef SANDBOX_TMP_H
#define SANDBOX_TMP_H

#include <stdbool.h>

#include "base/err.h"

/* The path of a folder that may be made in @parent (NULL = $TMPDIR, or /tmp); the caller's. */
int tmp_name(const char *parent, char **ret_path, struct err *err);

/* tmp_name(), and the folder is made. */
int tmp_make(const char *parent, char **ret_path, struct err *err);

/* There is nothing in it, and its owner may do everything with it. */
bool tmp_is_empty(const char *path);

/* Remove all that is in @path, also folders without permissions, but not itself. */
int tmp_empty(const char *path, struct err *err);

/* Remove @path and all that is in it; does not go into other file systems.  Gone is fine. */
int tmp_remove(const char *path, struct err *err);

/* Remove the folders in @parent (as above) whose maker is dead; *@ret_count (may be NULL) of them.
 */
int tmp_remove_stale(const char *parent, unsigned *ret_count, struct err *err);

#endif
