/*
 * heap.h - memory inside the store, in pieces; the first that fits is taken.
 */
#ifndef STORE_HEAP_H
#define STORE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "layout.h"

void heap_init(struct heap *heap);

/* 0 when there is no room. */
ref heap_alloc(struct heap *heap, size_t size);
void heap_free(struct heap *heap, ref place);

void *heap_at(struct heap *heap, ref place);

/* Whether sizes and counts agree; what does not is said on stderr. */
bool heap_check(struct heap *heap);

#endif
