#include "elf/callsite.h"

#include <stddef.h>
#include <string.h>

#include "elf/process_map.h"

/* Longer functions are not searched for the jump at their end. */
#define TAIL_SEARCH_MAX 512
#define TAIL_DEPTH_MAX	3
/* Where no symbol tells where a function begins: calls of what is this near before it. */
#define NEAR 1024

#if defined(__x86_64__)
#define CALL_BYTES 7
#define JUMP_STEP  1

static int64_t displacement(const unsigned char *bytes)
{
	int32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/* The CALL_BYTES before @address; a call through a pointer has no *@ret_target. */
static enum callsite_kind decode_call(const unsigned char *bytes, uint64_t address,
				      uint64_t *ret_target)
{
	if (bytes[2] == 0xe8) {
		*ret_target = address + (uint64_t)displacement(bytes + 3);
		return CALLSITE_OTHER;
	}
	/* ff /2 with every length that its operand can have */
	for (size_t len = 2; len <= CALL_BYTES; len++) {
		const unsigned char *op = bytes + CALL_BYTES - len;
		unsigned mod = op[1] >> 6, rm = op[1] & 7;
		size_t size = mod != 3 && rm == 4 ? 3 : 2;

		if (op[0] != 0xff || (op[1] >> 3 & 7) != 2)
			continue;
		if (mod == 1)
			size += 1;
		else if (mod == 2 || (mod == 0 && rm == 5))
			size += 4;
		if (size == len)
			return CALLSITE_UNKNOWN;
	}
	return CALLSITE_NONE;
}

static bool decode_jump(const unsigned char *bytes, size_t len, uint64_t address,
			uint64_t *ret_target)
{
	if (len >= 5 && bytes[0] == 0xe9)
		*ret_target = address + 5 + (uint64_t)displacement(bytes + 1);
	else if (len >= 2 && bytes[0] == 0xeb)
		*ret_target = address + 2 + (uint64_t)(int64_t)(int8_t)bytes[1];
	else
		return false;
	return true;
}

#elif defined(__aarch64__)
#define CALL_BYTES 4
#define JUMP_STEP  4

static uint64_t branch_target(uint32_t insn, uint64_t address)
{
	int64_t words = (int32_t)(insn << 6) >> 6;

	return address + (uint64_t)(words * 4);
}

static enum callsite_kind decode_call(const unsigned char *bytes, uint64_t address,
				      uint64_t *ret_target)
{
	uint32_t insn;

	memcpy(&insn, bytes, sizeof(insn));
	if (insn >> 26 == 0x25) { /* bl */
		*ret_target = branch_target(insn, address - 4);
		return CALLSITE_OTHER;
	}
	return (insn & 0xfffffc1f) == 0xd63f0000 ? CALLSITE_UNKNOWN : CALLSITE_NONE; /* blr */
}

static bool decode_jump(const unsigned char *bytes, size_t len, uint64_t address,
			uint64_t *ret_target)
{
	uint32_t insn;

	if (len < sizeof(insn))
		return false;
	memcpy(&insn, bytes, sizeof(insn));
	if (insn >> 26 != 5) /* b */
		return false;
	*ret_target = branch_target(insn, address);
	return true;
}
#endif

static bool read_code(const struct process_map *map, uint64_t address, void *buf, size_t len)
{
	const struct module *module = process_map_module(map, address);

	/* from the file: the memory may hold breakpoints */
	return module && image_read(module->image, address - module->bias, buf, len);
}

static bool function_at(const struct process_map *map, uint64_t address, struct code_range *ret)
{
	const struct module *module = process_map_module(map, address);
	struct image_function function;

	if (!module || !image_function_at(module->image, address - module->bias, &function))
		return false;
	ret->start = function.address + module->bias;
	ret->end = ret->start + (function.size ? function.size : 1);
	return true;
}

static bool is_in(const struct code_range *range, uint64_t address)
{
	return address >= range->start && address < range->end;
}

/* A call of @target comes to run @callee: directly, or by jumps at the end of functions. */
static bool leads_to(const struct process_map *map, uint64_t target,
		     const struct code_range *callee, int depth)
{
	unsigned char code[TAIL_SEARCH_MAX];
	struct code_range function;
	size_t size;

	if (is_in(callee, target))
		return true;
	if (depth == TAIL_DEPTH_MAX || !function_at(map, target, &function))
		return false;
	size = function.end - target;
	if (size > sizeof(code) || !read_code(map, target, code, size))
		return false;
	for (size_t i = 0; i < size; i += JUMP_STEP) {
		uint64_t next;

		if (decode_jump(code + i, size - i, target + i, &next) && !is_in(&function, next) &&
		    leads_to(map, next, callee, depth + 1))
			return true;
	}
	return false;
}

enum callsite_kind callsite_before(const struct process_map *map, uint64_t address, uint64_t callee)
{
	unsigned char bytes[CALL_BYTES];
	struct code_range function, other;
	enum callsite_kind kind;
	uint64_t target;

	if (address < CALL_BYTES || !read_code(map, address - CALL_BYTES, bytes, sizeof(bytes)))
		return CALLSITE_NONE;
	kind = decode_call(bytes, address, &target);
	if (kind != CALLSITE_OTHER)
		return kind;
	if (!function_at(map, callee, &function)) {
		function.start = callee > NEAR ? callee - NEAR : 0;
		function.end = callee + 1;
	}
	if (leads_to(map, target, &function, 0))
		return CALLSITE_LEADS_HERE;
	return function_at(map, target, &other) ? CALLSITE_OTHER : CALLSITE_UNKNOWN;
}
