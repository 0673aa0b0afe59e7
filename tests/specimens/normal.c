/* A bit of everything; what it prints must be the same however it is built. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
	_Atomic int sum;
	unsigned __int128 wide;
	char text[64];
};

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
	(void)number;
	signals++;
}

static void *add(void *arg)
{
	struct shared *shared = arg;

	for (int i = 0; i < 1000; i++)
		shared->sum++;
	return NULL;
}

static int has_arena(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	int found = 0;

	while (maps && fgets(line, sizeof(line), maps))
		found |= strncmp(line, "6000", 4) == 0;
	if (maps)
		fclose(maps);
	return found;
}

static void in_processes(struct shared *shared)
{
	pthread_t thread;
	pid_t child = fork();

	if (child == 0) {
		pthread_create(&thread, NULL, add, shared);
		add(shared);
		pthread_join(thread, NULL);
		_exit(0);
	}
	add(shared);
	waitpid(child, NULL, 0);
	printf("sum %d\n", shared->sum);
}

static void system_v(void)
{
	int id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);
	char *map = shmat(id, NULL, 0);

	shmctl(id, IPC_RMID, NULL);
	memset(map, 'x', 5000);
	printf("shm %c\n", map[4999]);
	printf("shmdt %d\n", shmdt(map));
}

static void remapped(void)
{
	char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *same;

	strcpy(map, "moved");
	same = mremap(map, 4096, 4096, MREMAP_MAYMOVE);
	printf("mremap %s\n", same);
	printf("munmap %d\n", munmap(same, 4096));
	printf("bad %p\n", mmap(NULL, 0, PROT_READ, MAP_SHARED, -1, 0));
	perror("mmap");
}

static void signalled(void)
{
	struct sigaction old;

	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &old);
	printf("signals %d %d\n", (int)signals, old.sa_handler == on_signal);
}

int main(int argc, char **argv)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc > 1 && strcmp(argv[1], "again") == 0) {
		puts("executed");
		return 7;
	}
	if (argc == 1)
		printf("arena %d\n", has_arena());
	in_processes(shared);
	memcpy(shared->text, "hello", 6);
	shared->wide = (unsigned __int128)1 << 100;
	printf("%s %d\n", shared->text, (int)(shared->wide >> 100));
	system_v();
	remapped();
	signalled();
	execl("/proc/self/exe", argv[0], "again", NULL);
	return 2;
}
