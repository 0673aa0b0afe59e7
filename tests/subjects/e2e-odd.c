/*
 * e2e-odd.c - programs that a tracer must tell about honestly
 *
 * e2e-odd int80|own-filter|strict|setuid
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void write_one(int fd, const char *what)
{
	printf("%s %s\n", what, write(fd, what, 1) == 1 ? "ok" : strerrorname_np(errno));
}

/* A write by the table of 32-bit calls: number 4, with a buffer below 4 GiB. */
static int by_int80(int null)
{
#ifdef __x86_64__
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long result = 4;

	if (low == MAP_FAILED)
		return 1;
	*low = 'x';
	__asm__ volatile("int $0x80"
			 : "+a"(result)
			 : "b"((long)null), "c"(low), "d"(1L)
			 : "memory", "r8", "r9", "r10", "r11");
	printf("int80 %ld\n", (long)(int)result);
	write_one(null, "1");
	return 0;
#else
	(void)null;
	return 77;
#endif
}

static int own_filter(int null)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EDOM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(*code), code};

	write_one(null, "1");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return 1;
	printf("getppid %s\n", syscall(SYS_getppid) < 0 ? strerrorname_np(errno) : "ok");
	write_one(null, "2");
	return 0;
}

static int strict(int null)
{
	int rc = prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);

	if (rc == 0)
		syscall(SYS_exit, 0); /* exit_group() would kill */
	printf("strict %s\n", strerrorname_np(errno));
	write_one(null, "1");
	return 0;
}

static int who_am_i(int null)
{
	printf("euid %d\n", (int)geteuid());
	write_one(null, "1");
	return 0;
}

/* clang-format off */
static const struct {
	const char *name;
	int (*run)(int null);
} ways[] = {
	{ "int80",      by_int80 },
	{ "own-filter", own_filter },
	{ "strict",     strict },
	{ "setuid",     who_am_i },
};
/* clang-format on */

int main(int argc, char **argv)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc == 2 && i < sizeof(ways) / sizeof(*ways); i++)
		if (strcmp(argv[1], ways[i].name) == 0) {
			status = ways[i].run(null);
			close(null);
			return status;
		}
	fprintf(stderr, "usage: e2e-odd int80|own-filter|strict|setuid\n");
	return 2;
}
