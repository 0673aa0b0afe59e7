#include "recorded.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "sys/kernel_model.h"
#include "sys/syscalls.h"

const char recorded_text[] = "scenario: a pipe\n"
			     "mechanism: pipe\n"
			     "channels: {data: pipe}\n"
			     "processes:\n"
			     "  writer: {run: [/bin/echo, hello], stdout: data}\n"
			     "  reader: {run: [/bin/cat], stdin: data}\n"
			     "expect:\n"
			     "  reader: {alive: true}\n"
			     "  allow: [leak]\n";

struct scenario *read_one(const char *text, struct scenario_file *ret_file)
{
	struct err err = ERR_INIT;
	int rc = scenario_text_read("/folder/test.scn", text, strlen(text), NULL, ret_file, &err);

	cr_assert(eq(int, rc, 0), "%s", err.text);
	if (ret_file->problems.count)
		problems_print(&ret_file->problems, false, stderr);
	cr_assert(eq(sz, ret_file->problems.count, 0), "%s", text);
	cr_assert(eq(sz, ret_file->count, 1));
	return ret_file->scenarios[0];
}

static uint64_t bit_of(const char *call, int error)
{
	struct kernel_error errors[64];
	size_t count = kernel_errors_of(syscall_from_name(call), errors, 64);

	for (size_t i = 0; i < count; i++)
		if (errors[i].err == error)
			return UINT64_C(1) << i;
	return 0;
}

struct call_site *record_add(struct record *record, int process, const char *label,
			     const char *call, enum fd_kind kind, int fd, size_t count, int error)
{
	struct call_site *site = mem_append(&record->sites, &record->site_count, sizeof(*site));

	*site = (struct call_site){.process = process,
				   .part = SELECT_MAIN,
				   .thread = 1,
				   .label = mem_strdup(label),
				   .call = mem_strdup(call),
				   .kind = kind};
	for (size_t i = 0; i < count; i++) {
		struct call_place *place =
			mem_append(&site->places, &site->place_count, sizeof(*place));

		*place = (struct call_place){.fd = fd, .nth = i + 1, .errors = bit_of(call, error)};
	}
	return site;
}
