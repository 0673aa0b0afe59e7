/*
 * Files and shared memory under those who have them mapped.
 */
#include <criterion/criterion.h>
#include <signal.h>

#include "base/util.h"
#include "strike.h"

#define TRUNCATE(n)                                                                                \
	{                                                                                          \
		.kind = ACTION_TRUNCATE, .bytes = (n)                                              \
	}
#define UNLINK                                                                                     \
	{                                                                                          \
		.kind = ACTION_UNLINK, .on = true                                                  \
	}
#define CORRUPT(n)                                                                                 \
	{                                                                                          \
		.kind = ACTION_CORRUPT, .bytes = (n)                                               \
	}
#define TEAR(n)                                                                                    \
	{                                                                                          \
		.kind = ACTION_TEAR, .bytes = (n)                                                  \
	}

/* clang-format off */
static const struct strike rows[] = {
	{"cut under a mapping", "open", "msync", .action = TRUNCATE(0),
	 .out = "SIGBUS\n", .fired = 1},
	{"only pages beyond the end are gone", "open", "msync", .action = TRUNCATE(8000),
	 .out = "'x'\n", .fired = 1},
	{"not shorter", "open", "msync", .action = TRUNCATE(8192),
	 .out = "'x'\n", .refused = "has only 8192 bytes"},
	{"a seal", "sealed", "msync", .action = TRUNCATE(0),
	 .out = "'x'\n", .refused = "F_SEAL_SHRINK keeps its size"},
	{"by its name, nobody holds a descriptor", "named", "msync", .action = TRUNCATE(0),
	 .out = "SIGBUS\nhas a name\n", .fired = 1},
	{"the name goes", "named", "msync", .action = UNLINK,
	 .out = "'x'\nno name\n", .fired = 1},
	{"there is none", "open", "msync", .action = UNLINK,
	 .out = "'x'\n", .refused = "has no name any more"},
	{"a peer's stray store", "shared", "msync", .action = CORRUPT(3),
	 .out = "3 changed\n", .fired = 1},
	{"nobody else could do it", "alone", "msync", .action = CORRUPT(3),
	 .out = "0 changed\n", .refused = "no other process can write"},
	{"nobody else need be able to", "alone", "msync", .action = CORRUPT(3),
	 .model = MODEL_ADVERSARIAL, .out = "3 changed\n", .fired = 1},
	{"between two pages", "write", "pwrite64", .action = TEAR(4096),
	 .out = "", .fired = 1, .killed = SIGKILL},
	{"within a page", "write", "pwrite64", .action = TEAR(100),
	 .out = "written\n", .refused = "between two pages"},
	{"within a page, by any means", "write", "pwrite64", .action = TEAR(100),
	 .model = MODEL_ADVERSARIAL, .out = "", .fired = 1, .killed = SIGKILL},
	{"more than is written", "write", "pwrite64", .action = TEAR(8192),
	 .out = "written\n", .refused = "writes 8192 bytes only"},
};
/* clang-format on */

Test(fault_memory, struck)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct strike row = rows[i];

		row.program = "engine-memory";
		strike_all(&row, 1);
	}
}
