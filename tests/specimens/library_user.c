/* Its accesses are those of library.c. */
#include <sys/mman.h>

int library_add(int *word);

int main(void)
{
	int *words = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return library_add(words + 2) == 5 ? 0 : 1;
}
