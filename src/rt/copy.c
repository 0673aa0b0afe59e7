/* Copying that nobody interposes. */
#include "rt/rt.h"

void rt_copy(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = ((const char *)from)[i];
}

void rt_clear(void *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)at)[i] = 0;
}
