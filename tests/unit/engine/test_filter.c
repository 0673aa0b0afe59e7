#include "engine/filter.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>

#include <fcntl.h>
#include <linux/audit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "lib/bpf.h"
#include "lib/fault.h"
#include "lib/needs.h"
#include "sys/syscalls.h"

#define RULES_MAX 64
#define X32_BIT	  0x40000000

struct rules {
	struct filter_rule items[RULES_MAX];
	size_t count;
	uint64_t only_ip;
};

static FILE *open_case(const char *name, const char *kind)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/filter/%s.%s", TESTS, name, kind);
	file = fopen(path, "r");
	cr_assert(ne(ptr, file, NULL), "%s", path);
	return file;
}

static void read_rules(const char *name, struct rules *rules)
{
	FILE *file = open_case(name, "rules");
	char line[256];

	*rules = (struct rules){.count = 0};
	while (fgets(line, sizeof(line), file)) {
		struct filter_rule rule = {.arg = -1};
		long long mask, value;
		char word[64];
		int arg;

		if (line[0] == '#' || sscanf(line, "%63s", word) != 1)
			continue;
		if (strcmp(word, "only-ip") == 0) {
			rules->only_ip = strtoull(line + strlen(word), NULL, 0);
			continue;
		}
		rule.call = syscall_from_name(word);
		cr_assert(ne(int, rule.call, SYSCALL_NONE), "%s: %s", name, word);
		if (sscanf(line, "%*s %d %lli %lli", &arg, &mask, &value) == 3) {
			rule.arg = arg;
			rule.mask = strtoull(strchr(strchr(line, ' ') + 1, ' '), NULL, 0);
			rule.value = (uint64_t)value;
		}
		rules->items[rules->count++] = rule;
	}
	fclose(file);
}

static int number_of(const char *word)
{
	char *end;
	long nr = strtol(word, &end, 0);

	return *end ? syscall_get(syscall_from_name(word))->nr[ARCH_X86_64] : (int)nr;
}

/* "x86-64@0x1234 write 1 0x10" */
static struct seccomp_data data_of(char *text)
{
	struct seccomp_data data = {.arch = AUDIT_ARCH_X86_64, .instruction_pointer = 0x1000};
	char *arch = strsep(&text, " "), *call = strsep(&text, " "), *word;
	char *at = strchr(arch, '@');

	if (at) {
		data.instruction_pointer = strtoull(at + 1, NULL, 0);
		*at = '\0';
	}
	data.nr = number_of(call);
	if (strcmp(arch, "i386") == 0)
		data.arch = AUDIT_ARCH_I386;
	else if (strcmp(arch, "aarch64") == 0)
		data.arch = AUDIT_ARCH_AARCH64;
	else if (strcmp(arch, "x32") == 0)
		data.nr |= X32_BIT;
	else
		cr_assert(eq(str, arch, "x86-64"));
	for (int i = 0; i < 6 && (word = strsep(&text, " ")); i++)
		data.args[i] = strtoull(word, NULL, 0);
	return data;
}

static const char *verdict_of(uint32_t action)
{
	switch (action) {
	case SECCOMP_RET_ALLOW:
		return "ALLOW";
	case SECCOMP_RET_TRACE | FILTER_TAG_CALL:
		return "CALL";
	case SECCOMP_RET_TRACE | FILTER_TAG_FOREIGN:
		return "FOREIGN";
	default:
		return "something else";
	}
}

static unsigned check_rows(const char *name, const struct filter *filter)
{
	FILE *file = open_case(name, "rows");
	char line[256], copy[256];
	unsigned count = 0;

	while (fgets(line, sizeof(line), file)) {
		char *arrow = strstr(line, " -> ");
		struct seccomp_data data;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || !arrow)
			continue;
		snprintf(copy, sizeof(copy), "%.*s", (int)(arrow - line), line);
		data = data_of(copy);
		cr_expect(eq(str, (char *)verdict_of(bpf_run(filter->code, filter->length, &data)),
			     arrow + 4),
			  "%s: %s", name, line);
		count++;
	}
	fclose(file);
	return count;
}

static void build(const struct rules *rules, struct filter *ret_filter)
{
	struct err err = ERR_INIT;

	cr_assert(eq(int,
		     filter_build(rules->items, rules->count, rules->only_ip, ret_filter, &err), 0),
		  "%s", err.text);
}

#if defined(__x86_64__)
Test(engine_filter, answers_as_the_rows_of_tests_filter_say)
{
	char path[512];
	struct dirent *entry;
	unsigned cases = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/filter", TESTS);
	dir = opendir(path);
	cr_assert(ne(ptr, dir, NULL));
	while ((entry = readdir(dir))) {
		char *dot = strrchr(entry->d_name, '.');
		struct filter filter;
		struct rules rules;

		if (!dot || strcmp(dot, ".rules") != 0)
			continue;
		*dot = '\0';
		read_rules(entry->d_name, &rules);
		build(&rules, &filter);
		cr_expect(gt(uint, check_rows(entry->d_name, &filter), 0), "%s", entry->d_name);
		filter_release(&filter);
		cases++;
	}
	closedir(dir);
	cr_expect(ge(uint, cases, 6));
}
#endif

static struct seccomp_data native_call(int id)
{
	return (struct seccomp_data){.nr = syscall_get(id)->nr[ARCH_NATIVE],
				     .arch = ARCH_NATIVE == ARCH_X86_64 ? AUDIT_ARCH_X86_64
									: AUDIT_ARCH_AARCH64};
}

/* Every call of the table, once as the only rule, once as the only one that is not. */
Test(engine_filter, each_call_stops_by_its_own_rule_and_no_other)
{
	int count = (int)syscall_count();

	for (int id = 0; id < count; id += 7) {
		const struct filter_rule rule = {.call = id, .arg = -1};
		struct filter filter;

		cr_assert(eq(int, filter_build(&rule, 1, 0, &filter, NULL), 0));
		for (int other = 0; other < count; other++) {
			struct seccomp_data data = native_call(other);

			if (data.nr == SYSCALL_NONE)
				continue;
			cr_expect(eq(str,
				     (char *)verdict_of(bpf_run(filter.code, filter.length, &data)),
				     id == other ? "CALL" : "ALLOW"),
				  "%s with a rule for %s", syscall_get(other)->name,
				  syscall_get(id)->name);
		}
		filter_release(&filter);
	}
}

/* A tree: what does not stop passes few instructions, however many calls stop. */
Test(engine_filter, many_rules_cost_little)
{
	struct rules rules = {.count = 0};
	struct filter filter;
	unsigned steps, most = 0;

	for (int id = 0; rules.count < RULES_MAX && id < (int)syscall_count(); id += 3)
		rules.items[rules.count++] = (struct filter_rule){.call = id, .arg = -1};
	build(&rules, &filter);
	for (int id = 0; id < (int)syscall_count(); id++) {
		struct seccomp_data data = native_call(id);

		bpf_run_counted(filter.code, filter.length, &data, &steps);
		most = steps > most ? steps : most;
	}
	cr_expect(lt(uint, most, 24), "%u of %u instructions", most, filter.length);
	filter_release(&filter);
}

static int build_any(void *arg)
{
	struct filter filter;
	int rc = filter_build(arg, 1, 0, &filter, NULL);

	if (!rc)
		filter_release(&filter);
	return rc;
}

Test(engine_filter, want_of_memory_is_told)
{
	struct filter_rule rule = {.call = syscall_from_name("read"), .arg = -1};

	fault_sweep(build_any, &rule);
}

/* The kernel takes it, and stops where the interpreter says so. */
static int under_filter(void *arg)
{
	const struct filter *filter = arg;
	const struct sock_fprog program = {filter->length, filter->code};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) || raise(SIGSTOP) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		return 1;
	getppid();
	getuid();
	fcntl(0, F_GETFL);
	fcntl(0, F_GETFD);
	return 0;
}

Test(engine_filter, the_kernel_agrees)
{
	const struct filter_rule rules[] = {{.call = syscall_from_name("getuid"), .arg = -1},
					    {.call = syscall_from_name("fcntl"),
					     .arg = 1,
					     .mask = UINT64_MAX,
					     .value = F_GETFD}};
	unsigned long tags[8] = {0};
	struct filter filter;
	size_t count = 0;
	int status;
	pid_t pid;

	needs_no_valgrind("it does not know seccomp(2)");
	cr_assert(eq(int, filter_build(rules, 2, 0, &filter, NULL), 0));
	pid = fork();
	if (pid == 0)
		_exit(under_filter(&filter));
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	cr_assert(eq(long,
		     ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL),
		     0));
	ptrace(PTRACE_CONT, pid, 0, 0);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (status >> 16 == PTRACE_EVENT_SECCOMP && count < 8)
			ptrace(PTRACE_GETEVENTMSG, pid, 0, &tags[count++]);
		ptrace(PTRACE_CONT, pid, 0, 0);
	}
	cr_expect(eq(int, status, 0));
	cr_expect(eq(sz, count, 2));
	cr_expect(eq(ulong, tags[0], FILTER_TAG_CALL));
	filter_release(&filter);
}
