/*
 * image_private.h - what the files of elf/ share of an image.
 */
#ifndef ELF_IMAGE_PRIVATE_H
#define ELF_IMAGE_PRIVATE_H

#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <sys/types.h>

/* An element that finds no memory is left out of its table, with hh.tbl NULL. */
#define HASH_NONFATAL_OOM   1
#define uthash_malloc(size) mem_zalloc(size)
#include <uthash.h>

#include "base/mem.h"
#include "elf/image.h"

#define IMAGE_HEAD_SIZE 4096

struct image_key {
	uint64_t dev, ino, size;
	int64_t changed_s, changed_ns;
};

struct image_segment {
	uint64_t address, offset, file_size, memory_size;
	bool code;
};

struct cfi_rule;

struct image {
	struct image_key key;
	UT_hash_handle hh;
	char *name;
	int fd;	  /* -1: vdso */
	Elf *elf; /* NULL: not a usable ELF file */
	struct image_segment *segments;
	size_t segment_count;
	unsigned char head[IMAGE_HEAD_SIZE];
	size_t head_size;

	/* image_functions.c */
	bool functions_read, has_symtab, debug_functions_read;
	struct image_function *by_address, *by_name, *debug_by_name;
	size_t function_count, debug_function_count;

	/* image_debug.c: one module at its link addresses */
	bool debug_tried, lines_tried, has_lines;
	Dwfl *dwfl;
	Dwfl_Module *module;
	struct line_answer *line_answers; /* what was asked before */

	/* cfi.c */
	bool eh_tried, debug_cfi_tried;
	Dwarf_CFI *eh_cfi, *debug_cfi;
	struct cfi_rule *rules;
};

/* The Dwfl module of @image, NULL when libdwfl wants none of it. */
Dwfl_Module *image_module(struct image *image);
void image_release_debug(struct image *image);
void image_release_cfi(struct image *image);

#endif
