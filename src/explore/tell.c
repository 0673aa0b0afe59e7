#include "explore/tell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "elf/image.h"
#include "explore/tell_private.h"
#include "qualifier/field.h"
#include "schedule/order.h"
#include "sys/names.h"

static const char *const point_words[POINT_MAX_] = {
	[POINT_READ] = "reads",
	[POINT_WRITE] = "writes",
	[POINT_ATOMIC] = "atomically changes",
	[POINT_FENCE] = "fence",
	[POINT_LOCK] = "locks",
	[POINT_UNLOCK] = "unlocks",
	[POINT_WAIT] = "waits for",
	[POINT_WAKE] = "wakes",
	[POINT_IO] = "reads or writes a descriptor",
	[POINT_TIME] = "sleeps",
	[POINT_CHILD] = "waits for a child",
	[POINT_FORK] = "forks",
	[POINT_EXIT] = "ends",
	[POINT_SIGNAL] = "sends a signal",
	[POINT_YIELD] = "yields",
	[POINT_FILE] = "opens or changes a file",
	[POINT_LOAD] = "atomically reads",
	[POINT_STORE] = "atomically writes",
	[POINT_THREAD] = "starts a thread",
	[POINT_AWAIT_SIGNAL] = "waits for a signal",
};

#define RACES_TOLD 4 /* pairs of places, of one field */

static char *append(char *text, char *more)
{
	char *joined = text && more ? mem_printf("%s%s", text, more) : NULL;

	free(text);
	free(more);
	return joined;
}

char *tell_flow(const struct teller *teller, uint32_t index)
{
	const struct control_flow *flow = &teller->outcome->control->flows[index];
	cleanup_free char *parent = NULL;

	if (flow->role)
		return mem_strdup(teller->role_name(teller->ctx, flow->role));
	parent = tell_flow(teller, flow->parent);
	if (!parent)
		return NULL;
	return mem_printf("%s/%s[%u]", parent, flow->is_thread ? "thread" : "child", flow->child);
}

static struct image *image_of(const struct teller *teller, uint32_t module)
{
	const struct segment_module *m = &teller->outcome->segment->modules[module];
	struct image *image = NULL;
	struct err err = ERR_INIT;
	struct stat st;
	int fd;

	if (!module || module >= SEGMENT_MODULES)
		return NULL;
	fd = open(m->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0)
		image = image_set_find(teller->images, &st);
	if (image)
		close(fd);
	else if (image_set_add(teller->images, fd, m->path, &image, &err))
		image = NULL;
	return image;
}

static const char *base_name(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

/* "add() lost.c:12" */
static char *place_text(const struct teller *teller, const struct control_event *event)
{
	struct image *image = image_of(teller, event->module);
	/* The return address may already belong to the next line. */
	uint64_t at = event->place - 1;
	const char *function = image ? image_written_at(image, at) : NULL, *file;
	int line;

	if (image && !function)
		function = image_name_at(image, at);

	if (image && image_source_at(image, at, &file, &line))
		return mem_printf("%s%s%s:%d", function ? function : "", function ? "() " : "",
				  base_name(file), line);
	return mem_strdup(function ? function : "?");
}

/* Under the emulator libraries are seen, too; what they access there is a part of the program's. */
static bool knows_fields(const struct teller *teller, uint32_t module)
{
	return teller->outcome->control->has_servers ||
	       !strstr(base_name(teller->outcome->segment->modules[module].path), ".so");
}

/* Of a lock and its likes not what the C library has in it. */
static void cut_inner(char *name)
{
	char *inner = name ? strstr(name, ".__") : NULL;

	if (inner)
		*inner = '\0';
}

/* "sh.ready"; NULL: the debug information does not tell. */
static char *field_text(const struct teller *teller, const struct control_event *event)
{
	struct image *image = image_of(teller, event->module);
	struct field_access access = {.is_write = event->kind != POINT_READ &&
						  event->kind != POINT_LOAD,
				      .offset = event->offset,
				      .size = event->size};
	struct err err = ERR_INIT;
	struct image_position position;
	struct field field;
	char *name;

	if (!image || !event->object || !event->size || !knows_fields(teller, event->module) ||
	    !image_position_at(image, event->place - 1, &position))
		return NULL;
	access.file = position.file;
	access.line = (unsigned)position.line;
	access.column = (unsigned)position.column;
	access.is_variable =
		teller->outcome->segment->objects[event->object].kind == SEGMENT_VARIABLES;
	if (field_find(image, &access, 1, &field, &err))
		return NULL;
	name = mem_strdup(field.name);
	field_release(&field);
	cut_inner(name);
	return name;
}

/* What is nobody else's has an address that is another one each time. */
static char *private_text(const struct control_event *event)
{
	if (!event->size)
		return mem_strdup("");
	return event->offset < TELL_PAGE
		       ? mem_printf(" address %#llx", (unsigned long long)event->offset)
		       : mem_strdup(" memory of its own");
}

char *tell_object(const struct teller *teller, const struct control_event *event)
{
	const struct segment_object *object;
	cleanup_free char *field = field_text(teller, event);

	if (field)
		return mem_printf(" %s", field);
	if (!event->object || event->object >= SEGMENT_OBJECTS)
		return private_text(event);
	object = &teller->outcome->segment->objects[event->object];
	switch (object->kind) {
	case SEGMENT_SYSV:
		return mem_printf(" System V memory %llu +%llu", (unsigned long long)object->id,
				  (unsigned long long)event->offset);
	case SEGMENT_VARIABLES:
		return mem_strdup(" a variable");
	case SEGMENT_FILE:
		return mem_printf(" %s +%llu", base_name(object->path),
				  (unsigned long long)event->offset);
	default:
		return mem_printf(" shared memory +%llu", (unsigned long long)event->offset);
	}
}

char *tell_event(const struct teller *teller, const struct control_event *event)
{
	cleanup_free char *place = place_text(teller, event), *object = tell_object(teller, event);
	const char *word = event->kind < POINT_MAX_ ? point_words[event->kind] : NULL;

	if (!place || !object)
		return NULL;
	if (event->kind == POINT_STRUCK)
		return mem_printf("%s is hit by %s here%s", place,
				  signal_name(teller->outcome->control->strike_signal), object);
	return mem_printf("%s %s%s", place, word ? word : "?", object);
}

static bool is_left(const struct control_flow *flow)
{
	return flow->state == FLOW_BLOCKED || flow->state == FLOW_SPINS ||
	       flow->state == FLOW_SLEEPS;
}

static char *wait_text(const struct teller *teller, uint32_t index)
{
	const struct control *c = teller->outcome->control;
	const struct control_flow *flow = &c->flows[index];
	cleanup_free char *name = tell_flow(teller, index),
			  *event = tell_event(teller, &flow->next);
	cleanup_free char *owner = NULL;

	if (!name || !event)
		return NULL;
	if (flow->owner)
		owner = tell_flow(teller, flow->owner);
	return mem_printf("\n%s: %s%s%s%s%s", name, event,
			  flow->state == FLOW_SPINS ? ", again and again" : "",
			  !owner ? "" : ", held by ", owner ? owner : "",
			  owner && c->flows[flow->owner].state == FLOW_DEAD ? ", which is dead"
									    : "");
}

char *tell_waits(const struct teller *teller)
{
	const struct control *c = teller->outcome->control;
	char *text = mem_strdup("");

	for (uint32_t i = 1; text && i <= c->flows_used; i++)
		if (is_left(&c->flows[i]))
			text = append(text, wait_text(teller, i));
	return text;
}

static struct control_event event_of(const struct control_race *race,
				     const struct control_access *access)
{
	return (struct control_event){.flow = access->flow,
				      .kind = access->is_write ? POINT_WRITE : POINT_READ,
				      .size = access->size,
				      .object = race->object,
				      .module = access->module,
				      .offset = access->offset,
				      .place = access->place};
}

static char *side_text(const struct teller *teller, const struct control_race *race,
		       const struct control_access *access)
{
	const struct control_event event = event_of(race, access);
	cleanup_free char *flow = tell_flow(teller, access->flow), *text = NULL;
	static const char *const kinds[] = {[ACCESS_PLAIN] = "",
					    [ACCESS_VOLATILE] = " (volatile)",
					    [ACCESS_ATOMIC] = " (atomic)"};

	text = tell_event(teller, &event);
	if (!flow || !text)
		return NULL;
	return mem_printf("%s: %s, %u byte%s%s", flow, text, access->size,
			  access->size == 1 ? "" : "s", kinds[access->kind % 3]);
}

/* "\nA\nB" */
static char *pair_text(const struct teller *teller, const struct control_race *race)
{
	cleanup_free char *first = side_text(teller, race, &race->first);
	cleanup_free char *second = side_text(teller, race, &race->second);

	return first && second ? mem_printf("\n%s\n%s", first, second) : NULL;
}

/* What both sides touch: its field, or, where that is not known, its place. */
static char *race_object(const struct teller *teller, const struct control_race *race)
{
	const struct control_event event = event_of(race, &race->first);
	char *field = field_text(teller, &event);

	return field ? field
		     : mem_printf("%u +%llu", race->object, (unsigned long long)race->offset);
}

static uint32_t race_count(const struct control *c)
{
	return c->race_count < CONTROL_RACES ? c->race_count : CONTROL_RACES;
}

/* 1, 0, or -ENOMEM */
static int is_of(const struct teller *teller, uint32_t index, const char *object)
{
	cleanup_free char *own = race_object(teller, &teller->outcome->control->races[index]);

	return own ? strcmp(own, object) == 0 : -ENOMEM;
}

static char *add_pairs(const struct teller *teller, uint32_t first, const char *object, char *text)
{
	const struct control *c = teller->outcome->control;
	unsigned told = 1, more = 0;

	for (uint32_t i = first + 1; text && i < race_count(c); i++) {
		int same = is_of(teller, i, object);

		if (same < 0)
			text = append(text, NULL);
		else if (same && told++ < RACES_TOLD)
			text = append(append(text, mem_strdup("\nand")),
				      pair_text(teller, &c->races[i]));
		else if (same)
			more++;
	}
	return more ? append(text, mem_printf("\nand %u more of the same", more)) : text;
}

char *tell_race(const struct teller *teller, uint32_t index)
{
	const struct control_race *race = &teller->outcome->control->races[index];
	cleanup_free char *object = race_object(teller, race);
	char *text;

	if (!object)
		return NULL;
	for (uint32_t i = 0; i < index; i++) {
		int same = is_of(teller, i, object);

		if (same)
			return same < 0 ? NULL : mem_strdup("");
	}
	text = append(mem_strdup("two accesses that nothing orders, no lock and no atomic"),
		      pair_text(teller, race));
	return add_pairs(teller, index, object, text);
}

char *tell_field(const struct teller *teller, const struct control_event *event)
{
	cleanup_free char *text = tell_object(teller, event);

	return text ? mem_strdup(*text == ' ' ? text + 1 : text) : NULL;
}

char *tell_race_field(const struct teller *teller, uint32_t index)
{
	const struct control_race *race = &teller->outcome->control->races[index];
	const struct control_event event = event_of(race, &race->second);

	return tell_field(teller, &event);
}
