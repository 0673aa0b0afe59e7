/*
 * What qemu-user calls: qemu-x86_64 -plugin ipcfault_qemu.so,segment=FD,control=FD,role=N PROGRAM
 */
#include <sys/mman.h>

#include "plugin/plugin.h"
#include "plugin/qemu.h"
#include "rt/raw.h"

RT_EXPORT int qemu_plugin_version = 1;
RT_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
				  char **argv);

/* --- instead of the runtime's own ------------------------------------------ */

struct segment *rt_segment;
struct rt_range rt_variables;
static uint32_t process, anonymous;

void plugin_set_process(uint32_t index)
{
	process = index;
	anonymous = 0;
}

uint32_t rt_process(void)
{
	return process;
}

uint32_t rt_next_anonymous(void)
{
	return ++anonymous;
}

/* Nothing that is mapped is not known. */
uint64_t rt_named_key(uint64_t address)
{
	(void)address;
	return 0;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the runtime's own writes them */
bool rt_variable_find(uint64_t address, uint32_t *ret_object, uint64_t *ret_offset)
{
	(void)address;
	(void)ret_object;
	(void)ret_offset;
	return false;
}

/* Stores have been made when the plugin is told: they are seen by all at once. */
bool rt_buffer_store(uint64_t address, uint64_t size, bool is_release)
{
	(void)address;
	(void)size;
	(void)is_release;
	return false;
}

void rt_buffer_step(void)
{
}

void rt_buffer_drain(void)
{
}

void rt_buffer_fence(bool all)
{
	(void)all;
}

void rt_buffer_out(void)
{
}

void rt_buffer_in(void)
{
}

/* --- system calls ----------------------------------------------------------- */

static const struct call_row *const tables[] = {plugin_map_calls, plugin_process_calls,
						plugin_wait_calls, plugin_io_calls,
						plugin_time_calls};

/* The process has one thread. */
static struct call call;
static uint64_t last_place;

static const struct call_row *find_row(int64_t number)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct call_row *row = tables[i]; row->before || row->after; row++)
			if (row->number == number)
				return row;
	return NULL;
}

static void on_syscall(qemu_plugin_id_t id, unsigned vcpu, int64_t number, uint64_t a1, uint64_t a2,
		       uint64_t a3, uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8)
{
	const struct call_row *row = find_row(number);

	(void)id;
	(void)vcpu;
	(void)a7;
	(void)a8;
	if (!rt_is_scheduled() || !row)
		return;
	call = (struct call){
		.number = number, .args = {a1, a2, a3, a4, a5, a6}, .place = last_place};
	if (row->before)
		row->before(&call);
}

static void give_back(struct call *c)
{
	if (c->at)
		rt_copy((void *)c->at, c->saved, c->size);
	c->at = 0;
}

static void on_syscall_ret(qemu_plugin_id_t id, unsigned vcpu, int64_t number, int64_t result)
{
	const struct call_row *row = find_row(number);

	(void)id;
	(void)vcpu;
	if (!rt_is_scheduled() || !row || call.number != number)
		return;
	call.result = result;
	give_back(&call);
	if (row->after)
		row->after(&call);
}

bool plugin_lend(struct call *c, uint64_t at, const void *bytes, uint32_t size)
{
	const struct {
		const void *base;
		size_t size;
	} from = {bytes, size}, to = {(const void *)at, size};

	rt_copy(c->saved, (const void *)at, size);
	/* Unlike a store it fails where the memory is read-only. */
	if (raw6(SYS_process_vm_writev, raw3(SYS_getpid, 0, 0, 0), (long)&from, 1, (long)&to, 1,
		 0) != (long)size)
		return false;
	c->at = at;
	c->size = size;
	return true;
}

void plugin_lend_past(struct call *c, uint64_t timespec)
{
	const uint64_t past[2] = {0, 0};

	if (timespec)
		plugin_lend(c, timespec, past, sizeof(past));
}

void plugin_refuse(uint32_t end)
{
	rt_control->end = end;
	rt_stop_run();
	for (;;)
		rt_await_turn();
}

/* --- the program ------------------------------------------------------------ */

static void on_syscall_insn(unsigned vcpu, void *arg)
{
	(void)vcpu;
	last_place = (uint64_t)arg;
}

static bool is_syscall(const struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);

	return qemu_plugin_insn_size(insn) == 2 && code[0] == 0x0f && code[1] == 0x05;
}

static void on_block(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	if (rt_is_scheduled())
		__atomic_store_n(&rt_self()->has_begun, 1, __ATOMIC_RELEASE);
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		plugin_watch(insn);
		if (is_syscall(insn))
			qemu_plugin_register_vcpu_insn_exec_cb(
				insn, on_syscall_insn, QEMU_PLUGIN_CB_NO_REGS,
				(void *)(qemu_plugin_insn_vaddr(insn) + 1));
	}
}

/* "NAME=12"; false: it has another name, or is no number. */
static bool read_arg(const char *arg, const char *name, int *ret)
{
	int value = 0;

	while (*name && *arg == *name) {
		arg++;
		name++;
	}
	if (*name || *arg++ != '=' || !*arg)
		return false;
	for (; *arg; arg++) {
		if (*arg < '0' || *arg > '9' || value > 1000000)
			return false;
		value = value * 10 + (*arg - '0');
	}
	*ret = value;
	return true;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	int segment = -1, control = -1, role = 0;

	(void)info;
	for (int i = 0; i < argc; i++)
		if (!read_arg(argv[i], "segment", &segment) &&
		    !read_arg(argv[i], "control", &control) && !read_arg(argv[i], "role", &role))
			return -1;
	rt_segment = rt_map_segment(segment);
	rt_control = rt_map_control(control);
	if (!rt_segment || !rt_control || role <= 0 || role > (int)CONTROL_ROLES)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_block);
	qemu_plugin_register_vcpu_syscall_cb(id, on_syscall);
	qemu_plugin_register_vcpu_syscall_ret_cb(id, on_syscall_ret);
	plugin_set_process((uint32_t)role);
	rt_begin((uint32_t)role);
	return 0;
}
