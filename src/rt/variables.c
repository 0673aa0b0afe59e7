/* The program's own variables. */
#include "rt/rt.h"

extern char __data_start[] __attribute__((weak)); /* the C library's start files */
extern char _end[] __attribute__((weak));	  /* the linker */

/* Our own file is mapped there: what it is called at link time tells the variable. */
bool rt_variable_find(uint64_t address, uint32_t *ret_object, uint64_t *ret_offset)
{
	static uint32_t known;
	struct segment_object object;
	uint64_t place;
	uint32_t module;

	if (!__data_start || !_end ||
	    address - (uint64_t)__data_start >= (uint64_t)_end - (uint64_t)__data_start)
		return false;
	module = rt_module((uint64_t)rt_attach, &place);
	if (!known && module) {
		rt_clear(&object, sizeof(object));
		object.kind = SEGMENT_VARIABLES;
		object.dev = rt_segment->modules[module].dev;
		object.id = rt_segment->modules[module].ino;
		rt_copy(object.path, rt_segment->modules[module].path, SEGMENT_PATH);
		known = rt_object(&object);
	}
	*ret_object = known;
	*ret_offset = address - ((uint64_t)rt_attach - place);
	return known != 0;
}
