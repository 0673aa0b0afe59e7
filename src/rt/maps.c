/* /proc/self/maps: which file an address of code belongs to. */
#include <elf.h>
#include <fcntl.h>

#include "rt/raw.h"
#include "rt/rt.h"

/* Small, as a signal handler's stack may be. */
struct reader {
	int fd;
	char buffer[256];
	long used, at;
};

/* -1 = the end. */
static int next_char(struct reader *r)
{
	if (r->at == r->used) {
		r->at = 0;
		r->used = raw3(SYS_read, r->fd, (long)r->buffer, sizeof(r->buffer));
		if (r->used <= 0) {
			r->used = 0;
			return -1;
		}
	}
	return r->buffer[r->at++];
}

static int digit_of(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads one character more than the number. */
static uint64_t read_number(struct reader *r, unsigned base)
{
	uint64_t value = 0;
	int digit;

	while ((digit = digit_of(next_char(r))) >= 0)
		value = value * base + (unsigned)digit;
	return value;
}

static int read_path(struct reader *r, char *path)
{
	size_t len = 0;
	int c = next_char(r);

	while (c == ' ')
		c = next_char(r);
	for (; c >= 0 && c != '\n'; c = next_char(r))
		if (len < SEGMENT_PATH - 1)
			path[len++] = (char)c;
	path[len] = '\0';
	return c;
}

/* As the kernel's new_encode_dev() does for stat(2). */
static uint64_t device(uint64_t major, uint64_t minor)
{
	return (minor & 0xff) | major << 8 | (minor & ~UINT64_C(0xff)) << 12;
}

/* 5577a000-5577b000 r-xp 00001000 fd:01 1234    /usr/bin/x */
static bool read_line(struct reader *r, struct rt_mapping *m, char *path)
{
	uint64_t major;

	m->start = read_number(r, 16);
	m->end = read_number(r, 16);
	for (int i = 0; i < 5; i++)
		next_char(r);
	m->offset = read_number(r, 16);
	major = read_number(r, 16);
	m->dev = device(major, read_number(r, 16));
	m->ino = read_number(r, 10);
	m->path = path;
	return m->end && read_path(r, path) >= 0;
}

void rt_each_mapping(bool (*found)(const struct rt_mapping *mapping, void *arg), void *arg)
{
	struct reader r;
	struct rt_mapping mapping;
	char path[SEGMENT_PATH];

	r.used = r.at = 0;
	r.fd = (int)raw6(SYS_openat, AT_FDCWD, (long)"/proc/self/maps", O_RDONLY | O_CLOEXEC, 0, 0,
			 0);
	if (r.fd < 0)
		return;
	while (read_line(&r, &mapping, path) && !found(&mapping, arg))
		;
	raw3(SYS_close, r.fd, 0, 0);
}

/* --- modules ------------------------------------------------------------- */

struct loaded {
	uint64_t start, end; /* end is written last: 0 = not yet */
	uint64_t bias;	     /* address - place */
	uint32_t module;
};
static struct loaded cache[32];
static uint32_t cached;

struct search {
	uint64_t address, base, base_dev, base_ino;
	struct loaded loaded;
};

static uint64_t bias_of(uint64_t base)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)base;

	return header->e_type == ET_EXEC ? 0 : base;
}

static uint32_t add_module(const struct rt_mapping *m)
{
	const struct rt_table table = {
		rt_segment->modules,  &rt_segment->modules_used,
		SEGMENT_MODULES,      sizeof(struct segment_module),
		2 * sizeof(uint64_t), offsetof(struct segment_module, next),
	};
	struct segment_module module;
	size_t len = 0;

	module.dev = m->dev;
	module.ino = m->ino;
	module.next = module.unused = 0;
	do
		module.path[len] = m->path[len];
	while (m->path[len++]);
	return rt_table_get(&table, &rt_segment->modules_head, &module);
}

static bool look(const struct rt_mapping *m, void *arg)
{
	struct search *s = arg;

	if (m->offset == 0) {
		s->base = m->start;
		s->base_dev = m->dev;
		s->base_ino = m->ino;
	}
	if (s->address < m->start || s->address >= m->end)
		return false;
	if (m->ino && m->dev == s->base_dev && m->ino == s->base_ino) {
		s->loaded.start = m->start;
		s->loaded.end = m->end;
		s->loaded.bias = bias_of(s->base);
		s->loaded.module = add_module(m);
	}
	return true;
}

static const struct loaded *find_cached(uint64_t address)
{
	uint32_t count = __atomic_load_n(&cached, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < count && i < 32; i++)
		if (address < __atomic_load_n(&cache[i].end, __ATOMIC_ACQUIRE) &&
		    address >= cache[i].start)
			return &cache[i];
	return NULL;
}

static void remember(const struct loaded *loaded)
{
	uint32_t index = __atomic_fetch_add(&cached, 1, __ATOMIC_ACQ_REL);

	if (index >= 32) {
		__atomic_store_n(&cached, 32, __ATOMIC_RELEASE);
		return;
	}
	cache[index].start = loaded->start;
	cache[index].bias = loaded->bias;
	cache[index].module = loaded->module;
	__atomic_store_n(&cache[index].end, loaded->end, __ATOMIC_RELEASE);
}

uint32_t rt_module(uint64_t address, uint64_t *ret_place)
{
	const struct loaded *known = find_cached(address);
	struct search search;

	if (!known) {
		rt_clear(&search, sizeof(search));
		search.address = address;
		rt_each_mapping(look, &search);
		known = &search.loaded;
		if (known->module)
			remember(known);
	}
	*ret_place = address - known->bias;
	return known->module;
}
