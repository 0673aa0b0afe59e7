/*
 * yaml.h - texts in the files that a sweep writes.
 */
#ifndef SWEEP_YAML_H
#define SWEEP_YAML_H

#include <stdio.h>

/*
 * Write @text as a double-quoted scalar of YAML: always right, whatever it is.
 * 0, or -EILSEQ: it is not UTF-8, which YAML must be.
 */
int yaml_write_quoted(FILE *to, const char *text);

#endif
