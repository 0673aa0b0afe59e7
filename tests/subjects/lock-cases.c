/*
 * lock-cases.c - takes one lock that other processes share, and ends
 *
 * lock-cases CASE: the lock lies in memory that is mapped shared, but for
 * "private" and those of the kernel.  "late" calls a library loaded by dlopen(3).
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <time.h>
#include <unistd.h>

static struct {
	pthread_mutex_t mutex;
	pthread_rwlock_t rwlock;
	pthread_spinlock_t spin;
	sem_t sem;
} private, *shared;

static const struct timespec late = {1, 0}; /* of 1970 */

static void mutex(void)
{
	pthread_mutex_lock(&shared->mutex);
}

static void mutex_try(void)
{
	pthread_mutex_trylock(&shared->mutex);
}

static void mutex_timed(void)
{
	pthread_mutex_timedlock(&shared->mutex, &late);
}

static void private_mutex(void)
{
	pthread_mutex_lock(&private.mutex);
}

/* The second one fails: only the first is a moment. */
static void busy(void)
{
	pthread_mutex_lock(&shared->mutex);
	pthread_mutex_trylock(&shared->mutex);
}

static void rdlock(void)
{
	pthread_rwlock_rdlock(&shared->rwlock);
}

static void wrlock(void)
{
	pthread_rwlock_trywrlock(&shared->rwlock);
}

static void spin(void)
{
	pthread_spin_lock(&shared->spin);
}

static void sem(void)
{
	sem_wait(&shared->sem);
}

static void sem_empty(void)
{
	sem_wait(&shared->sem);
	sem_trywait(&shared->sem);
}

static void cond(void)
{
	pthread_cond_t never = PTHREAD_COND_INITIALIZER;

	pthread_mutex_lock(&shared->mutex);
	pthread_cond_timedwait(&never, &shared->mutex, &late);
}

static void sysv(void)
{
	int id = semget(IPC_PRIVATE, 1, 0600);
	struct sembuf give = {0, 1, 0}, take = {0, -1, SEM_UNDO};

	semop(id, &give, 1);
	semop(id, &take, 1);
	semctl(id, 0, IPC_RMID);
}

static void file_lock(void)
{
	flock(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), LOCK_SH);
}

static void file_unlock(void)
{
	flock(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), LOCK_UN);
}

static void late_library(void)
{
#ifndef STATIC
	void *library = dlopen("libm.so.6", RTLD_NOW);
	double (*cbrt)(double) = library ? (double (*)(double))dlsym(library, "cbrt") : NULL;

	if (cbrt)
		cbrt(8);
#endif
}

static void child(void)
{
	if (fork() == 0)
		mutex();
}

static const struct {
	const char *name;
	void (*body)(void);
} cases[] = {
	{"mutex", mutex},	    {"try", mutex_try},	      {"timed", mutex_timed},
	{"private", private_mutex}, {"busy", busy},	      {"rdlock", rdlock},
	{"wrlock", wrlock},	    {"spin", spin},	      {"sem", sem},
	{"sem-empty", sem_empty},   {"cond", cond},	      {"sysv", sysv},
	{"flock", file_lock},	    {"funlock", file_unlock}, {"late", late_library},
	{"child", child},
};

static void make_shared(void)
{
	pthread_mutexattr_t attr;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &attr);
	pthread_rwlock_init(&shared->rwlock, NULL);
	pthread_spin_init(&shared->spin, PTHREAD_PROCESS_SHARED);
	sem_init(&shared->sem, 1, 1);
}

int main(int argc, char **argv)
{
	make_shared();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (argc > 1 && strcmp(argv[1], cases[i].name) == 0)
			cases[i].body();
	return 0;
}
