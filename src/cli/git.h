/*
 * git.h - what git(1) says of the tree that ipcfault was started in.
 */
#ifndef CLI_GIT_H
#define CLI_GIT_H

#include <stddef.h>

struct err;

struct git_changes {
	char *top, *text;
	char **files; /* in @text */
	size_t count;
};

/*
 * The files that differ from commit @rev, committed or not, with those that
 * git does not know.  -EINVAL: no such commit, or this is no repository;
 * -ENOENT: git is not installed.
 */
int git_changes_since(const char *rev, struct git_changes *ret_changes, struct err *err);
void git_changes_release(struct git_changes *changes);

#endif
