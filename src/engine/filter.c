#include "engine/filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"
#include "sys/syscalls.h"

static int add_rule(scmp_filter_ctx ctx, const struct filter_rule *rule)
{
	int nr = syscall_get(rule->call)->nr[ARCH_NATIVE];
	struct scmp_arg_cmp test;
	int rc;

	if (nr == SYSCALL_NONE)
		return 0;
	if (rule->arg < 0) {
		rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(FILTER_TAG_CALL), nr, 0);
	} else {
		test = (struct scmp_arg_cmp){(unsigned)rule->arg, SCMP_CMP_MASKED_EQ, rule->mask,
					     rule->value};
		rc = seccomp_rule_add_array(ctx, SCMP_ACT_TRACE(FILTER_TAG_CALL), nr, 1, &test);
	}
	/* A stricter rule for a call that always stops adds nothing. */
	return rc == -EEXIST ? 0 : rc;
}

static int configure(scmp_filter_ctx ctx, const struct filter_rule *rules, size_t count)
{
	int rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_TRACE(FILTER_TAG_FOREIGN));

	/* A binary tree: the kernel tries all calls when it is installed (seccomp_cache_prepare).
	 */
	if (!rc && count > 4)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; !rc && i < count; i++)
		rc = add_rule(ctx, &rules[i]);
	return rc;
}

/* Read the finished program back, leaving @room instructions in front of it. */
static int export(scmp_filter_ctx ctx, size_t room, struct filter *ret_filter)
{
	cleanup_close int fd = memfd_create("filter", MFD_CLOEXEC);
	struct filter filter;
	off_t size;
	int rc;

	if (fd < 0)
		return -errno;
	rc = seccomp_export_bpf(ctx, fd);
	if (rc)
		return rc;
	size = lseek(fd, 0, SEEK_END);
	filter.length = (unsigned short)((size_t)size / sizeof(*filter.code) + room);
	filter.code = mem_zalloc(filter.length * sizeof(*filter.code));
	if (!filter.code)
		return -ENOMEM;
	if (pread(fd, filter.code + room, (size_t)size, 0) != size) {
		free(filter.code);
		return -EIO;
	}
	*ret_filter = filter;
	return 0;
}

#define IP_TEST_LENGTH 5

/* All jumps of BPF are relative, so a test can stand in front of a finished program. */
static void put_ip_test(struct sock_filter *code, uint64_t ip)
{
	unsigned offset = (unsigned)offsetof(struct seccomp_data, instruction_pointer);
	const struct sock_filter test[IP_TEST_LENGTH] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)ip, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(ip >> 32), 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	memcpy(code, test, sizeof(test));
}

int filter_build(const struct filter_rule *rules, size_t count, uint64_t only_ip,
		 struct filter *ret_filter, struct err *err)
{
	scmp_filter_ctx ctx = fault_point("seccomp_init") ? NULL : seccomp_init(SCMP_ACT_ALLOW);
	size_t room = only_ip ? IP_TEST_LENGTH : 0;
	int rc;

	if (!ctx)
		return err_errno(err, -ENOMEM, "seccomp filter");
	rc = configure(ctx, rules, count);
	if (!rc)
		rc = export(ctx, room, ret_filter);
	seccomp_release(ctx);
	if (rc)
		return err_errno(err, rc, "seccomp filter");
	if (only_ip)
		put_ip_test(ret_filter->code, only_ip);
	return 0;
}

void filter_release(struct filter *filter)
{
	free(filter->code);
	*filter = (struct filter){NULL, 0};
}
