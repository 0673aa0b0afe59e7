/* The library has every call that the compilers put in, and calls nothing that is interposed. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "instrument/compiler.h"
#include "programs.h"

TestSuite(rt_abi, .init = programs_begin, .fini = programs_end);

static char have[32768];

static void read_library(void)
{
	cr_assert(eq(int,
		     programs_sh(have, sizeof(have), "nm -g --defined-only %s | awk '{print $3}'",
				 programs_runtime()),
		     0));
}

static bool has(const char *name)
{
	char line[200];

	snprintf(line, sizeof(line), "\n%s\n", name);
	return strstr(have, line) != NULL;
}

static void emits(const char *compiler, const char *level)
{
	char names[16384], *rest = names, *name;
	size_t count = 0;
	int status = programs_sh(names, sizeof(names),
				 "%s cc --cc %s %s -w -c -o %s/probe.o " TESTS
				 "/specimens/probe.c && nm -u %s/probe.o | grep -o '__tsan_.*'",
				 programs_ipcfault(), compiler, level, programs_dir, programs_dir);

	cr_assert(eq(int, status, 0), "%s %s", compiler, level);
	while ((name = strsep(&rest, "\n"))) {
		if (!*name)
			continue;
		cr_expect(has(name), "%s %s: %s", compiler, level, name);
		count++;
	}
	cr_expect(count > 50, "%s %s: only %zu", compiler, level, count);
}

Test(rt_abi, has_all_that_installed_compilers_emit)
{
	static const char *const compilers[] = {"gcc", "clang", "gcc-12", "clang-14", "clang-19"};
	static const char *const levels[] = {"-O0", "-O1", "-O2", "-O3", "-Os"};
	char said[100];

	read_library();
	for (size_t i = 0; i < ARRAY_SIZE(compilers); i++) {
		if (programs_sh(said, sizeof(said), "command -v %s", compilers[i]) != 0)
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(levels); k++)
			emits(compilers[i], levels[k]);
	}
}

/* Of compilers that are not installed here: clang 19's names, as of LLVM's own list. */
Test(rt_abi, has_all_that_clang_19_can_emit)
{
	static const char *const accesses[] = {
		"read",
		"write",
		"read_write",
		"volatile_read",
		"volatile_write",
		"unaligned_read",
		"unaligned_write",
		"unaligned_read_write",
		"unaligned_volatile_read",
		"unaligned_volatile_write",
	};
	static const char *const operations[] = {
		"load",
		"store",
		"exchange",
		"fetch_add",
		"fetch_sub",
		"fetch_and",
		"fetch_or",
		"fetch_xor",
		"fetch_nand",
		"compare_exchange_val",
		"compare_exchange_strong",
		"compare_exchange_weak",
	};
	static const char *const others[] = {
		"init",
		"func_entry",
		"func_exit",
		"vptr_update",
		"vptr_read",
		"read_range",
		"write_range",
		"memcpy",
		"memmove",
		"memset",
		"atomic_thread_fence",
		"atomic_signal_fence",
		"ignore_thread_begin",
		"ignore_thread_end",
	};
	char name[100];

	read_library();
	for (unsigned size = 1; size <= 16; size *= 2) {
		for (size_t i = 0; i < ARRAY_SIZE(accesses); i++) {
			snprintf(name, sizeof(name), "__tsan_%s%u", accesses[i], size);
			cr_expect(has(name), "%s", name);
		}
		for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
			snprintf(name, sizeof(name), "__tsan_atomic%u_%s", size * 8, operations[i]);
			cr_expect(has(name), "%s", name);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		snprintf(name, sizeof(name), "__tsan_%s", others[i]);
		cr_expect(has(name), "%s", name);
	}
}

/* "__real_read", where read() is wrapped at the link. */
static bool is_wrapped(const char *name)
{
	const char *const *flags = compiler_link_flags();
	char flag[128];

	snprintf(flag, sizeof(flag), "-Wl,--wrap=%s", name + strlen("__real_"));
	for (size_t i = 0; strncmp(name, "__real_", strlen("__real_")) == 0 && flags[i]; i++)
		if (strcmp(flags[i], flag) == 0)
			return true;
	return false;
}

/* A name that is wrapped, and no function for it, is a program that cannot be linked. */
Test(rt_abi, has_a_function_for_each_name_that_is_wrapped)
{
	const char *const *flags = compiler_link_flags();
	char name[128];

	read_library();
	for (size_t i = 0; flags[i]; i++) {
		snprintf(name, sizeof(name), "__wrap_%s", flags[i] + strlen("-Wl,--wrap="));
		cr_expect(has(name), "%s", name);
	}
}

Test(rt_abi, needs_nothing_of_the_library_that_is_interposed)
{
	static const char *const allowed[] = {
		"_GLOBAL_OFFSET_TABLE_",
		"__errno_location",
		"__sigaction",
		"__environ",
		"etext",
		"malloc_usable_size",
		"pthread_detach",
		"pthread_key_create",
		"pthread_self",
		"pthread_setspecific",
		"pthread_testcancel",
		"sigaddset",
		"sigemptyset",
		"__data_start",
		"_end",
		"__tls_get_addr",
		"_Fork",
	};
	char names[8192], *rest = names, *name;

	read_library();
	programs_sh(names, sizeof(names), "nm -u %s | awk 'NF == 2 {print $2}' | sort -u",
		    programs_runtime());
	while ((name = strsep(&rest, "\n"))) {
		bool is_allowed = !*name || has(name) || is_wrapped(name);

		for (size_t i = 0; i < ARRAY_SIZE(allowed); i++)
			is_allowed |= strcmp(name, allowed[i]) == 0;
		cr_expect(is_allowed, "%s", name);
	}
}
