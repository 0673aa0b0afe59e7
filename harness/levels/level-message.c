/*
 * name: level-message
 * mechanism: shm-posix
 * bug: none
 * about: level-message writer|reader NAME: the writer replaces a message in place, which is not
 *	valid meanwhile; the reader shows it if it is
 */
/* A twin with a bug includes this file: level-message-plain. */
#include <stdatomic.h>

#include "level.h"

#define TEXT_LEN 24

#ifdef BUG_PLAIN
struct message {
	int valid;
	int length;
	char text[TEXT_LEN];
};

#define invalidate(message) ((message)->valid = 0)
#define validate(message)   ((message)->valid = 1)
#define is_valid(message)   ((message)->valid)
#else
struct message {
	atomic_int valid;
	int length;
	char text[TEXT_LEN];
};

#define invalidate(message)                                                                        \
	(atomic_store_explicit(&(message)->valid, 0, memory_order_relaxed),                        \
	 atomic_thread_fence(memory_order_release))
#define validate(message) atomic_store_explicit(&(message)->valid, 1, memory_order_release)
#define is_valid(message) atomic_load_explicit(&(message)->valid, memory_order_acquire)
#endif

WORK char letter(int number, int i)
{
	return (char)('a' + (number * 7 + i) % 26);
}

static void put(struct message *message, int number)
{
	invalidate(message);
	message->length = TEXT_LEN;
	for (int i = 0; i < TEXT_LEN; i++)
		message->text[i] = letter(number, i);
	validate(message);
}

static int show(struct message *message)
{
	if (!is_valid(message))
		puts("no valid message");
	else
		printf("%.*s\n", message->length, message->text);
	return 0;
}

int main(int argc, char **argv)
{
	struct message *message;

	if (is_role(argc, argv, "reader"))
		return show(map_object(argv[2], sizeof(*message)));
	message = map_object(argv[2], sizeof(*message));
	put(message, 1);
	put(message, 2);
	return 0;
}
