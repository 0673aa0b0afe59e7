/*
 * write.h - a scenario of the model as a text of the language, to be read,
 * changed and kept as a test.
 */
#ifndef SWEEP_WRITE_H
#define SWEEP_WRITE_H

#include <stdio.h>

struct err;
struct scenario;

/*
 * Write @scenario with @about as its explanation (NULL: its own), without its
 * tags and its control.  ${dir} becomes the folder that
 * it stood for.  -EILSEQ: some text is not UTF-8, which YAML must be; -EIO,
 * -ENOMEM.
 */
int scenario_write(const struct scenario *scenario, const char *about, FILE *to, struct err *err);

#endif
