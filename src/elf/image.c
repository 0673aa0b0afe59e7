#include "elf/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "elf/image_private.h"

#define FUNCTION_MAX (1 << 20) /* bytes */

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#endif

/* More than any real file has; a hostile header can claim 65535. */
#define SEGMENTS_MAX 256

struct image_set {
	struct image *images;
	struct image *vdso;
};

struct image_set *image_set_new(void)
{
	elf_version(EV_CURRENT);
	return mem_zalloc(sizeof(struct image_set));
}

static void image_free(struct image *image)
{
	if (!image)
		return;
	image_release_cfi(image);
	image_release_debug(image);
	elf_end(image->elf);
	if (image->fd >= 0)
		close(image->fd);
	free(image->by_address);
	free(image->by_name);
	free(image->debug_by_name);
	free(image->segments);
	free(image->name);
	free(image);
}

void image_set_free(struct image_set *set)
{
	struct image *image, *next;

	if (!set)
		return;
	image = set->images;
	HASH_CLEAR(hh, set->images);
	for (; image; image = next) {
		next = image->hh.next;
		image_free(image);
	}
	image_free(set->vdso);
	free(set);
}

static struct image_key key_of(const struct stat *st)
{
	struct image_key key;

	memset(&key, 0, sizeof(key)); /* hashed as bytes */
	key.dev = (uint64_t)st->st_dev;
	key.ino = (uint64_t)st->st_ino;
	key.size = (uint64_t)st->st_size;
	key.changed_s = st->st_mtim.tv_sec;
	key.changed_ns = st->st_mtim.tv_nsec;
	return key;
}

struct image *image_set_find(struct image_set *set, const struct stat *st)
{
	struct image_key key = key_of(st);
	struct image *image;

	HASH_FIND(hh, set->images, &key, sizeof(key), image);
	return image;
}

static int add_segment(struct image *image, const GElf_Phdr *phdr)
{
	struct image_segment *segment;

	if (phdr->p_type != PT_LOAD || !phdr->p_memsz ||
	    phdr->p_vaddr + phdr->p_memsz < phdr->p_vaddr)
		return 0;
	segment = mem_append(&image->segments, &image->segment_count, sizeof(*segment));
	if (!segment)
		return -ENOMEM;
	segment->address = phdr->p_vaddr;
	segment->offset = phdr->p_offset;
	segment->file_size = phdr->p_filesz;
	segment->memory_size = phdr->p_memsz;
	segment->code = phdr->p_flags & PF_X;
	return 0;
}

/* Keep image->elf only if it can be code of this machine. */
static int read_segments(struct image *image)
{
	GElf_Ehdr ehdr;
	GElf_Phdr phdr;
	size_t count;

	if (elf_kind(image->elf) != ELF_K_ELF || !gelf_getehdr(image->elf, &ehdr) ||
	    ehdr.e_machine != MACHINE || ehdr.e_ident[EI_CLASS] != ELFCLASS64 ||
	    (ehdr.e_type != ET_EXEC && ehdr.e_type != ET_DYN) ||
	    elf_getphdrnum(image->elf, &count) != 0 || count > SEGMENTS_MAX) {
		elf_end(image->elf);
		image->elf = NULL;
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		if (gelf_getphdr(image->elf, (int)i, &phdr) && add_segment(image, &phdr) != 0)
			return -ENOMEM;
	}
	return 0;
}

static int image_open(struct image *image, struct err *err)
{
	ssize_t n = pread(image->fd, image->head, sizeof(image->head), 0);

	if (n < 0)
		return err_errno(err, -errno, "cannot read %s", image->name);
	image->head_size = (size_t)n;
	/* not ELF_C_READ_MMAP: see the head of image.h */
	image->elf = elf_begin(image->fd, ELF_C_READ, NULL);
	if (!image->elf)
		return 0;
	if (read_segments(image) != 0)
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

int image_set_add(struct image_set *set, int fd, const char *name, struct image **ret_image,
		  struct err *err)
{
	cleanup_close int own_fd = fd;
	struct image *image;
	struct stat st;
	int r;

	if (fstat(fd, &st) != 0)
		return err_errno(err, -errno, "cannot stat %s", name);
	image = image_set_find(set, &st);
	if (image) {
		*ret_image = image;
		return 0;
	}
	image = mem_zalloc(sizeof(*image));
	if (!image)
		return err_set(err, -ENOMEM, "out of memory");
	image->fd = TAKE_FD(own_fd);
	image->key = key_of(&st);
	image->name = mem_strdup(name);
	r = image->name ? image_open(image, err) : err_set(err, -ENOMEM, "out of memory");
	if (r == 0) {
		HASH_ADD(hh, set->images, key, sizeof(image->key), image);
		if (!image->hh.tbl)
			r = err_set(err, -ENOMEM, "out of memory");
	}
	if (r != 0) {
		image_free(image);
		return r;
	}
	*ret_image = image;
	return 0;
}

/* The vdso has no size of its own: the section headers stand at its end. */
static size_t vdso_size(const char *start)
{
	const Elf64_Ehdr *ehdr = (const void *)start;

	return ehdr->e_shoff + (size_t)ehdr->e_shnum * ehdr->e_shentsize;
}

struct image *image_set_vdso(struct image_set *set)
{
	char *start = (char *)getauxval(AT_SYSINFO_EHDR); /* NOLINT(performance-no-int-to-ptr) */
	struct image *image;

	if (set->vdso || !start)
		return set->vdso;
	image = mem_zalloc(sizeof(*image));
	if (!image)
		return NULL;
	image->fd = -1;
	image->name = mem_strdup("[vdso]");
	image->elf = elf_memory(start, vdso_size(start));
	if (!image->name || !image->elf || read_segments(image) != 0) {
		image_free(image);
		return NULL;
	}
	set->vdso = image;
	return image;
}

bool image_is_elf(const struct image *image)
{
	return image->elf;
}

static bool find_lines(struct image *image)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	size_t names;

	if (!image->elf || elf_getshdrstrndx(image->elf, &names) != 0)
		return false;
	while ((scn = elf_nextscn(image->elf, scn))) {
		const char *name = gelf_getshdr(scn, &shdr)
					   ? elf_strptr(image->elf, names, shdr.sh_name)
					   : NULL;

		if (name && (strcmp(name, ".debug_line") == 0 || strcmp(name, ".zdebug_line") == 0))
			return true;
	}
	return false;
}

bool image_has_lines(struct image *image)
{
	if (!image->lines_tried)
		image->has_lines = find_lines(image);
	image->lines_tried = true;
	return image->has_lines;
}

const char *image_name(const struct image *image)
{
	return image->name;
}

static const char *soname_in(struct image *image, Elf_Scn *scn, const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Dyn dyn;

	for (int i = 0; data && gelf_getdyn(data, i, &dyn); i++) {
		if (dyn.d_tag == DT_SONAME)
			return elf_strptr(image->elf, shdr->sh_link, dyn.d_un.d_val);
	}
	return NULL;
}

const char *image_soname(struct image *image)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;

	while (image->elf && (scn = elf_nextscn(image->elf, scn))) {
		if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_DYNAMIC)
			return soname_in(image, scn, &shdr);
	}
	return NULL;
}

struct code_range image_span(const struct image *image)
{
	struct code_range span = {UINT64_MAX, 0};

	for (size_t i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];
		uint64_t end = segment->address + segment->memory_size;

		if (segment->address < span.start)
			span.start = segment->address;
		if (end > span.end)
			span.end = end;
	}
	return image->segment_count ? span : (struct code_range){0, 0};
}

bool image_bias(const struct image *image, uint64_t start, uint64_t offset, uint64_t *ret_bias)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];
		uint64_t first = segment->offset & ~(page - 1);

		if (!segment->code || offset < first)
			continue;
		if (offset >= segment->offset && offset - segment->offset >= segment->file_size)
			continue;
		*ret_bias = start - offset + segment->offset - segment->address;
		return true;
	}
	return false;
}

bool image_begins_with(const struct image *image, const void *bytes, size_t len)
{
	size_t n = len < image->head_size ? len : image->head_size;

	return n >= 64 && memcmp(image->head, bytes, n) == 0;
}

bool image_read(const struct image *image, uint64_t address, void *buf, size_t len)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];
		uint64_t at = address - segment->address;

		if (address < segment->address || at >= segment->file_size ||
		    len > segment->file_size - at)
			continue;
		return image->fd >= 0 &&
		       pread(image->fd, buf, len, (off_t)(segment->offset + at)) == (ssize_t)len;
	}
	return false;
}

int image_function_code(const struct image *image, struct code_range function, uint8_t **ret_code)
{
	size_t size = function.end - function.start;
	uint8_t *code;

	*ret_code = NULL;
	if (function.end <= function.start || size > FUNCTION_MAX)
		return 0;
	code = mem_zalloc(size);
	if (!code)
		return -ENOMEM;
	if (image_read(image, function.start, code, size))
		*ret_code = code;
	else
		free(code);
	return 0;
}
