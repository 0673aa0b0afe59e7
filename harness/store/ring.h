/*
 * ring.h - requests from many clients to the server, and the replies.
 */
#ifndef STORE_RING_H
#define STORE_RING_H

#include <stdbool.h>

#include "layout.h"

/* Client: a slot that is ours until ring_release(). */
struct slot *ring_claim(struct ring *ring);

/* Client: what is in the slot goes to the server. */
void ring_post(struct ring *ring, struct slot *slot);

/* Client: waits until the server has answered; the reply is in the slot. */
void ring_await(struct slot *slot);
void ring_release(struct slot *slot);

/* Server: the next request, which is waited for. */
struct slot *ring_take(struct ring *ring);

/* Server: the reply is in the slot. */
void ring_answer(struct ring *ring, struct slot *slot);

/* Slots that are not free. */
unsigned ring_in_use(struct ring *ring);

#endif
