/* Objects of all kinds, mapped, moved and unmapped. */
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

struct record {
	int payload, flag;
};

int main(void)
{
	struct record *record =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	char *sysv = shmat(id, NULL, 0);
	char *large;

	shmctl(id, IPC_RMID, NULL);
	record->flag = 1;
	record->payload = 2;
	memcpy(sysv + 100, "hello", 6);
	shmdt(sysv);
	/* Pages behind the end of a shared anonymous mapping do not exist, but may be mapped. */
	large = mremap(record, 4096, 8192, MREMAP_MAYMOVE);
	large[8] = 3;
	munmap(large, 8192);
	return 0;
}
