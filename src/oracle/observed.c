#include "oracle/observed.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "oracle/internal.h"

static struct finding *add(struct finding **items, size_t *count, enum finding_kind kind,
			   const char *process, const char *fmt, va_list ap)
{
	struct finding *finding = mem_append(items, count, sizeof(*finding));

	if (!finding)
		return NULL;
	finding->kind = kind;
	finding->process = process ? mem_strdup(process) : NULL;
	finding->text = mem_vprintf(fmt, ap);
	if (!finding->text || (process && !finding->process)) {
		finding_release(finding);
		--*count;
		return NULL;
	}
	return finding;
}

int observed_add(struct observed *seen, enum finding_kind kind, const char *process,
		 const char *fmt, ...)
{
	struct finding *finding;
	va_list ap;

	va_start(ap, fmt);
	finding = add(&seen->findings, &seen->finding_count, kind, process, fmt, ap);
	va_end(ap);
	return finding ? 0 : -ENOMEM;
}

struct finding *findings_add(struct findings *list, enum finding_kind kind, const char *process,
			     const char *fmt, ...)
{
	struct finding *finding;
	va_list ap;

	va_start(ap, fmt);
	finding = add(&list->items, &list->count, kind, process, fmt, ap);
	va_end(ap);
	return finding;
}

static void release_strings(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
}

void observed_forget_objects(struct observed *seen)
{
	for (size_t i = 0; i < seen->object_count; i++) {
		free(seen->objects_left[i].name);
		free(seen->objects_left[i].process);
	}
	seen->object_count = 0;
}

void observed_forget_lost(struct observed *seen)
{
	for (size_t i = 0; i < seen->lost_count; i++) {
		free(seen->lost[i].process);
		stack_release(&seen->lost[i].stack);
	}
	seen->lost_count = 0;
}

void observed_release(struct observed *seen)
{
	for (size_t i = 0; i < seen->process_count; i++) {
		free(seen->processes[i].name);
		free(seen->processes[i].out.data);
		free(seen->processes[i].err.data);
	}
	free(seen->processes);
	release_strings(&seen->files_left);
	observed_forget_objects(seen);
	free(seen->objects_left);
	observed_forget_lost(seen);
	free(seen->lost);
	for (size_t i = 0; i < seen->finding_count; i++)
		finding_release(&seen->findings[i]);
	free(seen->findings);
	for (size_t i = 0; i < seen->note_count; i++)
		free(seen->notes[i]);
	free(seen->notes);
	*seen = (struct observed){0};
}
