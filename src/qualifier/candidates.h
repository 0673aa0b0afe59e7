/*
 * candidates.h - all that could want a qualifier in the programs of a build.
 */
#ifndef QUALIFIER_CANDIDATES_H
#define QUALIFIER_CANDIDATES_H

#include "compile/compile.h"
#include "elf/declarations.h"

/*
 * Of all programs in the folder that the build makes at -O0, members and
 * globals first; each only once.  Fails as compile_get() does.
 */
int candidates_find(const struct compile_request *build, struct declarations *ret, struct err *err);

#endif
