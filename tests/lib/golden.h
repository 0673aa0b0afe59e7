/*
 * golden.h - compare a text with the one that was approved.
 *
 * Approved texts are tests/golden/<name>.  With GOLDEN_UPDATE=1 in the
 * environment (`make golden`) the file is written instead: read the
 * difference before you commit it.
 */
#ifndef TESTS_LIB_GOLDEN_H
#define TESTS_LIB_GOLDEN_H

void golden_expect(const char *name, const char *text);

#endif
