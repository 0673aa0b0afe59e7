/*
 * message.h - records as messages of a System V queue, which its users find by
 * a key made of a folder.
 */
#ifndef MSG_SYSV_MESSAGE_H
#define MSG_SYSV_MESSAGE_H

#include <sys/ipc.h>
#include <sys/msg.h>

#include "lib/record.h"
#include "lib/safe.h"

struct message {
	long type;
	struct record record;
};

/* Who comes first makes it; dies. */
static inline int open_queue(const char *folder)
{
	key_t key = ftok(folder, 'q');
	int queue = key == -1 ? -1 : msgget(key, IPC_CREAT | 0600);

	if (queue < 0)
		die("queue");
	return queue;
}

#endif
