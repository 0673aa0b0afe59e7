/*
 * site.h - a place where a program calls the system, in words that outlive its
 * next compilation.
 */
#ifndef SWEEP_SITE_H
#define SWEEP_SITE_H

#include "model/result.h"

/*
 * "sort!write_line < sort!main < sort!_start": module and function of each
 * frame, innermost first, without those of the C library, which are others in
 * its next version, as long as others are there.  A function that has no name
 * is told by its offset: sort+0x4f2a.  To be freed; NULL when memory is short.
 */
char *site_at(const struct call_site *site);

/* What the call is made for: by the object, else by the call. */
enum mechanism site_mechanism(const struct call_site *site);

/*
 * The source file of the innermost frame that is not the C library's; where
 * there is none, the file name of the program.  "?" = not known.
 */
const char *site_file(const struct call_site *site);

/* Whether @frame is in the C library or the dynamic loader. */
bool frame_is_libc(const struct frame *frame);

#endif
