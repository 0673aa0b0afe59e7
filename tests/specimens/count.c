#include <sys/mman.h> /* two processes count without a lock: one of the two can be lost */
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
	volatile int *count = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fork() == 0) {
		(*count)++;
		_exit(0);
	}
	(*count)++;
	wait(NULL);
	return *count != 2;
}
