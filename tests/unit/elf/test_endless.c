#include "elf/endless.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "base/util.h"

/* Code at address 0x1000; the second function, if any, at 0x1010, goes on at 0x1018. */
struct row {
	char what[48];
	unsigned char code[32];
	size_t frame; /* that never returns; 99 = it may */
};

/* clang-format off */
static struct row rows[] = {
	{ "jmp to itself", { 0xeb, 0xfe }, 0 },
	{ "add, jmp", { 0x83, 0xc0, 0x01, 0xeb, 0xfb }, 0 },
	{ "jne that leaves to ret", { 0x85, 0xc0, 0x75, 0xfc, 0xc3 }, 99 },
	{ "pause, jmp", { 0xf3, 0x90, 0xeb, 0xfc }, 0 },
	{ "both ways stay", { 0x75, 0x02, 0xeb, 0xfc, 0xeb, 0xfa }, 0 },
	{ "syscall", { 0x0f, 0x05, 0xeb, 0xfc }, 99 },
	{ "div", { 0xf7, 0xf1, 0xeb, 0xfc }, 99 },
	{ "jmp *rax", { 0xff, 0xe0 }, 99 },
	{ "call *rax, jmp", { 0xff, 0xd0, 0xeb, 0xfc }, 99 },
	{ "a store through a register", { 0x89, 0x07, 0xeb, 0xfc }, 99 },
	{ "a read of the stack", { 0x8b, 0x04, 0x24, 0xeb, 0xfb }, 0 },
	{ "int3", { 0xcc, 0xeb, 0xfd }, 99 },
	{ "no code", { 0xeb, 0x40 }, 99 },
	/* call 0x1010; jmp -7 … ret */
	{ "call of what returns, jmp",
	  { 0xe8, 0x0b, 0, 0, 0, 0xeb, 0xf9, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0xc3 }, 0 },
	{ "call of what does not return, ret",
	  { 0xe8, 0x0b, 0, 0, 0, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0xeb, 0xfe }, 0 },
	{ "call of itself", { 0xe8, 0xfb, 0xff, 0xff, 0xff, 0xc3 }, 99 },
	/* ret to 0x1018: jmp to itself */
	{ "ret into a loop",
	  { 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
	    0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0xeb, 0xfe }, 1 },
};
/* clang-format on */

static size_t read_row(void *arg, uint64_t address, void *buf, size_t len)
{
	const struct row *row = arg;
	size_t at = address - 0x1000;

	if (address < 0x1000 || at >= sizeof(row->code))
		return 0;
	len = len < sizeof(row->code) - at ? len : sizeof(row->code) - at;
	memcpy(buf, row->code + at, len);
	return len;
}

ParameterizedTestParameters(elf_endless, only_what_has_no_way_out)
{
	return cr_make_param_array(struct row, rows, ARRAY_SIZE(rows));
}

ParameterizedTest(struct row *row, elf_endless, only_what_has_no_way_out)
{
	static const uint64_t addresses[] = {0x1000, 0x1018};
	size_t frame = 99;
	bool is = code_is_endless(read_row, row, addresses, 2, &frame);

#ifdef __x86_64__
	cr_expect(eq(sz, frame, row->frame), "%s", row->what);
	cr_expect(eq(int, is, row->frame != 99), "%s", row->what);
#else
	cr_expect(not(is));
#endif
}
