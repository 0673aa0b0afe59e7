#include "heap.h"

#include <stdio.h>

#define ALIGNMENT 16
#define PIECE_MIN 64 /* what is smaller is not split off */

static struct piece *piece_at(struct heap *heap, uint32_t offset)
{
	return (struct piece *)(void *)(heap->bytes + offset);
}

/* Its contents; the first piece begins at ALIGNMENT, so that no reference is 0. */
static ref ref_of(uint32_t offset)
{
	return offset + (uint32_t)sizeof(struct piece);
}

static uint32_t offset_of(ref place)
{
	return place - (uint32_t)sizeof(struct piece);
}

static uint32_t room_for(size_t size)
{
	size_t whole = size + sizeof(struct piece);

	return (uint32_t)((whole + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
}

void heap_init(struct heap *heap)
{
	struct piece *piece = piece_at(heap, ALIGNMENT);

	piece->size = HEAP_SIZE - ALIGNMENT;
	piece->is_free = 1;
	heap->pieces = 1;
	heap->free_pieces = 1;
	heap->free_bytes = piece->size;
}

static void split(struct heap *heap, uint32_t offset, uint32_t size)
{
	struct piece *piece = piece_at(heap, offset), *rest;

	if (piece->size - size < PIECE_MIN)
		return;
	rest = piece_at(heap, offset + size);
	rest->size = piece->size - size;
	rest->is_free = 1;
	piece->size = size;
	heap->pieces++;
	heap->free_pieces++;
}

static uint32_t find_free(struct heap *heap, uint32_t size)
{
	uint32_t offset = ALIGNMENT;

	while (offset < HEAP_SIZE) {
		const struct piece *piece = piece_at(heap, offset);

		if (piece->is_free && piece->size >= size)
			return offset;
		offset += piece->size;
	}
	return 0;
}

ref heap_alloc(struct heap *heap, size_t size)
{
	uint32_t room = room_for(size);
	uint32_t offset = size < HEAP_SIZE ? find_free(heap, room) : 0;
	struct piece *piece;

	if (!offset)
		return 0;
	split(heap, offset, room);
	piece = piece_at(heap, offset);
	piece->is_free = 0;
	heap->free_pieces--;
	heap->free_bytes -= piece->size;
	return ref_of(offset);
}

/* Neighbours that are both free become one. */
static void join(struct heap *heap)
{
	uint32_t offset = ALIGNMENT;

	while (offset < HEAP_SIZE) {
		struct piece *piece = piece_at(heap, offset);
		uint32_t next = offset + piece->size;

		if (piece->is_free && next < HEAP_SIZE && piece_at(heap, next)->is_free) {
			piece->size += piece_at(heap, next)->size;
			heap->pieces--;
			heap->free_pieces--;
		} else {
			offset = next;
		}
	}
}

void heap_free(struct heap *heap, ref place)
{
	struct piece *piece;

	if (!place)
		return;
	piece = piece_at(heap, offset_of(place));
	piece->is_free = 1;
	heap->free_pieces++;
	heap->free_bytes += piece->size;
	join(heap);
}

void *heap_at(struct heap *heap, ref place)
{
	return place ? heap->bytes + place : NULL;
}

bool heap_check(struct heap *heap)
{
	uint32_t offset = ALIGNMENT, pieces = 0, free_pieces = 0, free_bytes = 0;

	while (offset < HEAP_SIZE) {
		const struct piece *piece = piece_at(heap, offset);

		if (piece->size < ALIGNMENT || piece->size % ALIGNMENT ||
		    piece->size > HEAP_SIZE - offset) {
			fprintf(stderr, "heap: a piece of %u bytes at %u\n", piece->size, offset);
			return false;
		}
		pieces++;
		free_pieces += piece->is_free;
		free_bytes += piece->is_free ? piece->size : 0;
		offset += piece->size;
	}
	if (pieces == heap->pieces && free_pieces == heap->free_pieces &&
	    free_bytes == heap->free_bytes)
		return true;
	fprintf(stderr, "heap: %u pieces, %u free with %u bytes, but %u, %u and %u are counted\n",
		pieces, free_pieces, free_bytes, heap->pieces, heap->free_pieces, heap->free_bytes);
	return false;
}
