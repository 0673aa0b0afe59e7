/* explored_accesses.c - who has read and written what in shared memory. */
#include "base/mem.h"
#include "explore/accesses.h"
#include "run/explored_private.h"

int explored_note_accesses(struct explored *e, const struct session_outcome *outcome)
{
	const struct teller teller = {outcome, e->job->worker->images, explored_role_name, e};
	char **lines = NULL;
	int rc = accesses_tell(&teller, &lines);

	for (size_t i = 0; !rc && lines[i]; i++)
		rc = case_result_note(e->job->result, mem_printf("accesses to %s", lines[i]));
	accesses_free(lines);
	return rc;
}
