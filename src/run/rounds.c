#include "run/rounds.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "run/walk.h"
#include "sys/procfs.h"

#define STEPS_MAX  512
#define MEMORY_MAX (UINT64_C(8) << 20)
#define CHUNK	   4096
#define FLOAT_MAX  1024 /* bytes of floating-point and vector registers */
#define CODE	   6

struct digest {
	struct tracee *t;
	uint64_t value, bytes;
};

static void mix(struct digest *d, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (; size >= sizeof(uint64_t); bytes += sizeof(uint64_t), size -= sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, bytes, sizeof(word));
		d->value = (d->value ^ word) * UINT64_C(0x100000001b3);
		d->value ^= d->value >> 29;
	}
}

static int mix_map(void *ctx, const struct procfs_map *map)
{
	unsigned char chunk[CHUNK];
	struct digest *d = ctx;

	if (!map->readable || !map->writable)
		return 0;
	d->bytes += map->end - map->start;
	if (d->bytes > MEMORY_MAX)
		return -E2BIG;
	for (uint64_t at = map->start; at < map->end; at += CHUNK)
		if (!tracee_read(d->t, at, chunk, sizeof(chunk)))
			mix(d, chunk, sizeof(chunk));
	return 0;
}

/* False: there is too much of it. */
static bool digest_of(struct execution *x, struct tracee *t, uint64_t *ret)
{
	unsigned char registers[FLOAT_MAX] = {0};
	struct iovec area = {registers, sizeof(registers)};
	struct digest d = {.t = t, .value = 1};

	if (ptrace(PTRACE_GETREGSET, t->tid, NT_PRFPREG, &area) ||
	    procfs_each_map(x->engine.options.proc_fd, t->process->tgid, mix_map, &d))
		return false;
	mix(&d, registers, sizeof(registers));
	*ret = d.value;
	return true;
}

#if defined(__x86_64__)
/* rdtsc, rdtscp and others of its group, rdrand and rdseed, syscall, sysenter, int. */
static bool depends_on_more(const unsigned char *code)
{
	if (code[0] >= 0x40 && code[0] <= 0x4f) /* a REX prefix */
		code++;
	if (code[0] == 0xcd)
		return true;
	return code[0] == 0x0f && (code[1] == 0x31 || code[1] == 0x01 || code[1] == 0xc7 ||
				   code[1] == 0x05 || code[1] == 0x34);
}
#else
static bool depends_on_more(const unsigned char *code)
{
	(void)code;
	return true; /* not known here */
}
#endif

/* What comes from the vdso is the kernel's clock. */
static bool is_plain(struct tracee *t, uint64_t ip, uint64_t vdso)
{
	unsigned char code[CODE];

	return !tracee_read(t, ip, code, sizeof(code)) && !depends_on_more(code) &&
	       !(vdso && ip >= vdso && ip < vdso + (UINT64_C(1) << 14));
}

void rounds_begin(struct execution *x, struct tracee *t)
{
	struct procfs_auxv auxv = {0};
	struct arch_regs *regs;
	struct rounds *r = x->walk ? &x->walk->rounds : NULL;

	if (!r || r->proven || r->tid || t->in_call || tracee_get_regs(t, &regs) ||
	    !digest_of(x, t, &r->digest))
		return;
	procfs_auxv(x->engine.options.proc_fd, t->process->tgid, &auxv);
	r->vdso = auxv.vdso;
	r->regs = *regs;
	r->steps = 0;
	if (!is_plain(t, arch_native->ip(regs), r->vdso))
		return;
	r->tid = t->tid;
	tracee_step(t, true);
}

static void prove(struct execution *x, struct tracee *t)
{
	struct rounds *r = &x->walk->rounds;
	struct stack stack = {0};
	char name[128];

	if (observed_add(x->seen, FINDING_SPIN, subject_label(x, t->process, name, sizeof(name)),
			 "goes round for ever: nothing changes in %u instructions, and nobody else "
			 "is left to change it",
			 r->steps)) {
		execution_fail(x, -ENOMEM);
		return;
	}
	if (!stack_of(x, t, &stack))
		x->seen->findings[x->seen->finding_count - 1].stack = stack;
	r->proven = true;
}

void rounds_stepped(struct execution *x, struct tracee *t)
{
	struct rounds *r = x->walk ? &x->walk->rounds : NULL;
	struct arch_regs *regs;
	uint64_t digest;
	bool same;

	if (!r || !r->tid || r->tid != t->tid)
		return;
	r->steps++;
	if (tracee_get_regs(t, &regs) == 0 && r->steps < STEPS_MAX &&
	    is_plain(t, arch_native->ip(regs), r->vdso)) {
		same = arch_regs_equal(regs, &r->regs);
		if (!same) {
			tracee_step(t, true);
			return;
		}
		if (digest_of(x, t, &digest) && digest == r->digest)
			prove(x, t);
	}
	r->tid = 0;
	tracee_step(t, false);
}

bool rounds_proven(const struct execution *x)
{
	return x->walk && x->walk->rounds.proven;
}
