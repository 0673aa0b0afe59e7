#include "elf/code_digest.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

/* FNV-1a (Fowler, Noll, Vo). */
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static uint64_t add(uint64_t digest, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < size; i++)
		digest = (digest ^ at[i]) * FNV_PRIME;
	return digest;
}

/* Notes are left out: the build id is of the debug information, too. */
static bool add_section(Elf_Scn *section, uint64_t *digest)
{
	const Elf_Data *data;
	GElf_Shdr header;

	if (!gelf_getshdr(section, &header) || header.sh_type != SHT_PROGBITS ||
	    !(header.sh_flags & SHF_ALLOC))
		return false;
	data = elf_rawdata(section, NULL);
	if (!data || !data->d_buf)
		return false;
	*digest = add(*digest, &header.sh_addr, sizeof(header.sh_addr));
	*digest = add(*digest, data->d_buf, data->d_size);
	return true;
}

int code_digest(const char *path, uint64_t *ret_digest)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint64_t digest = FNV_BASIS;
	Elf_Scn *section = NULL;
	bool any = false;
	Elf *elf;

	if (fd < 0)
		return -errno;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	while (elf && (section = elf_nextscn(elf, section)))
		any |= add_section(section, &digest);
	elf_end(elf);
	if (any)
		*ret_digest = digest;
	return any ? 0 : -ENOEXEC;
}
