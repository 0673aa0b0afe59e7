#include "run/stale.h"

#include <stdint.h>
#include <sys/uio.h>

#include "instrument/counts.h"
#include "run/execution.h"
#include "sys/procfs.h"

/* It may run: the words that somebody waits for no longer change. */
static ssize_t read_memory(void *arg, uint64_t address, void *ret, size_t size)
{
	const struct process *p = arg;
	struct iovec local = {ret, size};
	struct iovec remote = {(void *)(uintptr_t)address, size}; /* NOLINT: in another process */

	return process_vm_readv(p->tgid, &local, 1, &remote, 1, 0);
}

void stale_note(struct execution *x)
{
	if (!x->counts_fd)
		return;
	for (struct process *p = x->engine.processes; p; p = p->next) {
		struct procfs_status status;
		struct err err = ERR_INIT;

		if (!p->exited && !procfs_status(x->engine.options.proc_fd, p->tgid, &status))
			counts_note_stuck(x->counts_fd, status.ns_tid, read_memory, p, &err);
	}
}
