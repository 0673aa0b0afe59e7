/*
 * compiler.h - what a compiler needs to be told so that the runtime sees the accesses.
 *
 * gcc 12, clang 14 and 19 put calls of __tsan_... in front of loads and stores;
 * src/rt supplies them instead of the compilers' own library.  They do it
 * behind most optimisations: what is seen is what the program would do.
 */
#ifndef INSTRUMENT_COMPILER_H
#define INSTRUMENT_COMPILER_H

#include <stdbool.h>

struct err;

struct compiler {
	char **words; /* NULL at the end: "ccache", "gcc" */
	bool is_clang, is_cplusplus;
};

/* @command is divided at spaces.  What neither has gcc nor clang in its name is asked. */
int compiler_init(struct compiler *ret_compiler, const char *command, struct err *err);
void compiler_release(struct compiler *compiler);

/* Lists end with NULL.  For everything that is compiled: */
const char *const *compiler_compile_flags(const struct compiler *compiler);
/* for programs and shared libraries; programs are linked with the runtime besides. */
const char *const *compiler_link_flags(void);

/*
 * libipcfault_rt.a beside the program (a build) or in ../lib/ipcfault
 * (installed).  On the heap; NULL: there is none.
 */
char *compiler_runtime(void);
/* The same for a program at @program. */
char *compiler_runtime_of(const char *program);
/* Another file that is found there. */
char *compiler_file_of(const char *program, const char *name);

/* What programs with shared libraries are linked with beside it.  On the heap; NULL. */
char *compiler_shared_runtime(const char *runtime);

/* The path of this program, which is also the compiler `ipcfault cc`.  On the heap; NULL. */
char *compiler_program(void);

#endif
