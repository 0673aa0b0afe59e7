/*
 * elf-lab.c - prints the addresses of a page for code and of 64 KiB for data, then sleeps in
 * read(0)
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS, data = PROT_READ | PROT_WRITE;
	char byte;

	dprintf(1, "%p %p\n", mmap(NULL, 4096, data | PROT_EXEC, flags, -1, 0),
		mmap(NULL, 65536, data, flags, -1, 0));
	return (int)read(0, &byte, 1);
}
