#include "elf/valgrind.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"

#define REACH 0x70 /* bytes from the first of the three calls to the last */

static const unsigned char syscall_insn[] = {0x0f, 0x05};
/* mov $14,%rax */
static const unsigned char load_sigprocmask[] = {0x48, 0xc7, 0xc0, 0x0e, 0, 0, 0};

static const char *const folders[] = {
	"/usr/libexec/valgrind",
	"/usr/lib/valgrind",
	"/usr/lib/x86_64-linux-gnu/valgrind",
};

static int open_tool(const char *tool)
{
	const char *own = getenv("VALGRIND_LIB");

	for (size_t i = 0; i <= ARRAY_SIZE(folders); i++) {
		const char *folder = i == 0 ? own : folders[i - 1];
		cleanup_free char *path =
			folder ? mem_printf("%s/%s-amd64-linux", folder, tool) : NULL;
		int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

		if (fd >= 0)
			return fd;
	}
	return -ENOENT;
}

static const unsigned char *next(const unsigned char *from, const unsigned char *end,
				 const unsigned char *what, size_t size)
{
	return from < end ? memmem(from, (size_t)(end - from), what, size) : NULL;
}

/* load 14 … syscall … syscall … load 14 … syscall, all near to each other */
static const unsigned char *find_guest_call(const unsigned char *text, size_t size)
{
	const unsigned char *end = text + size;

	for (const unsigned char *load = text;
	     (load = next(load, end, load_sigprocmask, sizeof(load_sigprocmask))); load++) {
		const unsigned char *limit = end - load > REACH ? load + REACH : end;
		const unsigned char *first = next(load, limit, syscall_insn, 2);
		const unsigned char *guest = first ? next(first + 2, limit, syscall_insn, 2) : NULL;
		const unsigned char *again =
			guest ? next(guest + 2, limit, load_sigprocmask, sizeof(load_sigprocmask))
			      : NULL;
		const unsigned char *between =
			first && guest
				? next(first + 2, guest, load_sigprocmask, sizeof(load_sigprocmask))
				: NULL;

		if (again && !between)
			return guest;
	}
	return NULL;
}

static int search_section(Elf *elf, Elf_Scn *section, uint64_t *ret_ip)
{
	const unsigned char *found;
	GElf_Shdr header;
	Elf_Data *data;

	(void)elf;
	if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_EXECINSTR))
		return -ENOENT;
	data = elf_rawdata(section, NULL);
	if (!data || !data->d_buf)
		return -ENOENT;
	found = find_guest_call(data->d_buf, data->d_size);
	if (!found)
		return -ENOENT;
	*ret_ip = header.sh_addr + (uint64_t)(found - (const unsigned char *)data->d_buf) + 2;
	return 0;
}

int valgrind_guest_syscall(const char *tool, uint64_t *ret_ip, struct err *err)
{
	cleanup_close int fd = open_tool(tool);
	Elf_Scn *section = NULL;
	int rc = -ENOENT;
	Elf *elf;

	if (fd < 0)
		return err_set(err, -ENOENT, "valgrind has no tool '%s' here", tool);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	while (rc && elf && (section = elf_nextscn(elf, section)))
		rc = search_section(elf, section, ret_ip);
	elf_end(elf);
	return rc ? err_set(err, -ENOTSUP,
			    "valgrind's '%s': cannot tell the program's calls from its own", tool)
		  : 0;
}
