#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenario/scenario_file.h"

/*
 * Any bytes as a scenario file: read, validated, all problems printed.  For
 * libFuzzer and for driver.c.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *null_stream(void)
{
	static FILE *stream;

	if (!stream)
		stream = fopen("/dev/null", "w");
	if (!stream)
		abort();
	return stream;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct scenario_options options = {.harness = "build/harness",
							.refusal = kernel_model_refusal};
	struct scenario_file file;

	if (scenario_text_read("fuzz.scn", (const char *)data, size, &options, &file, NULL) < 0)
		return 0;
	problems_print(&file.problems, size % 2, null_stream());
	scenario_file_release(&file);
	return 0;
}
