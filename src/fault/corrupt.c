/*
 * corrupt.c - bits flip in bytes that are on their way: of a copy where they
 * are sent, in the program's buffer where they were received.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fault/message.h"
#include "sys/names.h"

#define FLIPS_MAX 32

/* What is damaged of a call; the bits count from the first byte that it moves. */
struct damage {
	struct message_call call; /* as the program has made it */
	uint64_t bits[FLIPS_MAX]; /* ascending */
	size_t count;
};

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool is_chosen(const struct damage *damage, uint64_t bit)
{
	for (size_t i = 0; i < damage->count; i++)
		if (damage->bits[i] == bit)
			return true;
	return false;
}

/* @count different bits of @length bytes, drawn from the seed. */
static void choose(struct damage *damage, struct rng *rng, size_t count, uint64_t length)
{
	damage->count = 0;
	while (damage->count < count) {
		uint64_t bit = rng_next(rng) % (length * 8);

		if (!is_chosen(damage, bit))
			damage->bits[damage->count++] = bit;
	}
	qsort(damage->bits, count, sizeof(damage->bits[0]), by_number);
}

/* The part that has byte @at, and where in it. */
static const struct iovec *find_part(const struct message_call *call, uint64_t *at)
{
	const struct iovec *part = call->parts;

	while (*at >= part->iov_len)
		*at -= part++->iov_len;
	return part;
}

static uint64_t address_of(const struct message_call *call, uint64_t at)
{
	const struct iovec *part = find_part(call, &at);

	return (uint64_t)(uintptr_t)part->iov_base + at;
}

/* The byte @at as it is to be: with all its chosen bits flipped; *@next: the first bit behind. */
static int damaged_byte(struct tracee *t, const struct damage *damage, uint64_t at, size_t *next,
			unsigned char *ret_byte)
{
	unsigned char byte;

	if (tracee_read(t, address_of(&damage->call, at), &byte, 1))
		return -EFAULT;
	for (; *next < damage->count && damage->bits[*next] / 8 == at; ++*next)
		byte = (unsigned char)(byte ^ 1u << damage->bits[*next] % 8);
	*ret_byte = byte;
	return 0;
}

static int append(struct message_call *to, uint64_t address, uint64_t length)
{
	if (!length)
		return 0;
	if (to->msg.msg_iovlen == TRANSFER_PARTS_MAX)
		return -E2BIG;
	to->parts[to->msg.msg_iovlen++] =
		(struct iovec){(void *)(uintptr_t)address, (size_t)length};
	return 0;
}

/* The program's bytes from @from to @to as they are. */
static int append_whole(struct message_call *out, const struct message_call *call, uint64_t from,
			uint64_t to)
{
	int rc = 0;

	while (!rc && from < to) {
		uint64_t at = from;
		const struct iovec *part = find_part(call, &at);
		uint64_t length = part->iov_len - at < to - from ? part->iov_len - at : to - from;

		rc = append(out, (uint64_t)(uintptr_t)part->iov_base + at, length);
		from += length;
	}
	return rc;
}

/* The same message in more parts, of which those that are damaged are ours. */
static int damaged_call(struct tracee *t, const struct damage *damage, uint64_t patches,
			struct message_call *out)
{
	uint64_t done = 0;
	int rc = 0;

	*out = damage->call;
	out->msg.msg_iovlen = 0;
	for (size_t i = 0; !rc && i < damage->count;) {
		uint64_t at = damage->bits[i] / 8;

		rc = append_whole(out, &damage->call, done, at);
		if (!rc)
			rc = damaged_byte(t, damage, at, &i, &out->patches[out->patch_count]);
		if (!rc)
			rc = append(out, patches + out->patch_count++, 1);
		done = at + 1;
	}
	return rc ? rc : append_whole(out, &damage->call, done, damage->call.length);
}

static int arm_send(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	const struct damage *damage = shot->kept;
	struct message_call call;
	struct arch_regs *regs;
	int rc = tracee_get_regs(t, &regs);

	if (rc)
		return rc;
	if (message_is_queue(&damage->call))
		return queue_damage(env, t, &damage->call, damage->bits, damage->count);
	rc = damaged_call(t, damage, message_patch_address(regs), &call);
	return rc ? rc : message_install(env, shot, t, &call);
}

static int refuse_buffer(struct shot *shot, int rc)
{
	switch (rc) {
	case -E2BIG:
		return refuse(shot, "the bytes would be in more than %d parts", TRANSFER_PARTS_MAX);
	case -EFAULT:
		return refuse(shot, "no room for the damaged copy on the stack");
	case -EMSGSIZE:
		return refuse(shot, "the message is too long for a damaged copy");
	default:
		return rc;
	}
}

static int arm(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	const struct damage *damage = shot->kept;

	if (damage->call.sends)
		return refuse_buffer(shot, arm_send(env, shot, t));
	tracee_watch_exit(t);
	return 0;
}

static int prepare(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	uint64_t bits = shot->fault->spec->action.bytes;
	struct damage *damage = mem_zalloc(sizeof(*damage));
	int rc;

	if (!damage)
		return -ENOMEM;
	shot->kept = damage;
	rc = message_read(env, shot, t, MESSAGE_KINDS | MESSAGE_STREAMS, &damage->call);
	if (rc)
		return rc;
	if (bits > FLIPS_MAX)
		return refuse(shot, "not more than %d bits flip at once", FLIPS_MAX);
	if (damage->call.sends && bits > damage->call.length * 8)
		return refuse(shot, "the call moves %llu bytes only",
			      (unsigned long long)damage->call.length);
	if (damage->call.sends)
		choose(damage, &shot->fault->rng, (size_t)bits, damage->call.length);
	return 0;
}

/* What lies still is damaged where it lies: files, shared memory, what `of:` names. */
static bool is_moving(struct fault_env *env, const struct shot *shot, const struct moment *at)
{
	struct fd_object object;

	return at->at_call && shot->fault->spec->action.of_channel == INDEX_NONE &&
	       call_object(env->engine, at->t, &object) == 0 &&
	       (MESSAGE_KINDS | MESSAGE_STREAMS) >> object.kind & 1;
}

static int fire_corrupt(struct fault_env *env, struct shot *shot, const struct moment *at,
			struct err *err)
{
	char what[64];
	int rc;

	if (!is_moving(env, shot, at))
		return ops_object.fire(env, shot, at, err);
	if (at->phase != PHASE_ENTRY)
		return refuse(shot, "bytes on their way are struck at the entry of the call");
	rc = prepare(env, shot, at->t);
	if (!rc)
		rc = model_check(env, shot, at, false);
	if (rc)
		return rc;
	snprintf(what, sizeof(what), "%llu bit%s flipped",
		 (unsigned long long)shot->fault->spec->action.bytes,
		 shot->fault->spec->action.bytes == 1 ? "" : "s");
	message_describe(env, shot, at->t, what);
	return arm(env, shot, at->t);
}

/* In the program's own buffer, before it sees them. */
static enum proof damage_received(struct fault_env *env, struct shot *shot, struct tracee *t,
				  uint64_t moved)
{
	uint64_t bits = shot->fault->spec->action.bytes;
	struct damage *damage = shot->kept;
	unsigned char byte;

	if (moved > damage->call.length)
		moved = damage->call.length; /* MSG_TRUNC tells the length of the message */
	if (bits > moved * 8) {
		refuse_because(shot, "the call moved %llu bytes only", (unsigned long long)moved);
		return PROOF_GIVEN_UP;
	}
	choose(damage, &shot->fault->rng, (size_t)bits, moved);
	for (size_t i = 0; i < damage->count;) {
		uint64_t at = damage->bits[i] / 8;

		if (damaged_byte(t, damage, at, &i, &byte) ||
		    tracee_write(env->engine, t, address_of(&damage->call, at), &byte, 1))
			return PROOF_GIVEN_UP;
	}
	return PROOF_PROVEN;
}

static enum proof corrupt_exit(struct fault_env *env, struct shot *shot, struct tracee *t,
			       int64_t result)
{
	const struct damage *damage = shot->kept;
	int64_t moved = t->kernel_result;

	if (result < 0) {
		refuse_because(shot, "the call failed by itself with %s", errno_name((int)-result));
		return PROOF_GIVEN_UP;
	}
	if (!damage->call.sends && damage->call.row->transfer == TRANSFER_MMSGHDR)
		moved = message_first_length(t);
	if (!damage->call.sends)
		return damage_received(env, shot, t, (uint64_t)moved);
	if (message_is_queue(&damage->call) ||
	    (uint64_t)moved > damage->bits[damage->count - 1] / 8)
		return PROOF_PROVEN;
	refuse_because(shot, "the call moved %lld bytes, and the damaged ones not",
		       (long long)moved);
	return PROOF_GIVEN_UP;
}

static int corrupt_again(struct fault_env *env, struct shot *shot, struct tracee *t)
{
	return shot->kept ? arm(env, shot, t) : 0;
}

const struct action_ops ops_corrupt = {
	.fire = fire_corrupt, .on_exit = corrupt_exit, .on_again = corrupt_again};
