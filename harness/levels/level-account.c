/*
 * name: level-account
 * mechanism: mmap
 * bug: none
 * about: level-account pay|recover FILE: pays the same to all accounts, which is marked as
 *	unfinished meanwhile; the recovery undoes what was not finished
 */
/* A twin with a bug includes this file: level-account-plain. */
#include <stdatomic.h>

#include "level.h"

#define ACCOUNTS 8

#ifdef BUG_PLAIN
struct book {
	int dirty;
	long before[ACCOUNTS]; /* for the recovery */
	long accounts[ACCOUNTS];
};

#define set_dirty(book) ((book)->dirty = 1)
#define set_clean(book) ((book)->dirty = 0)
#define is_dirty(book)	((book)->dirty)
#else
struct book {
	atomic_int dirty;
	long before[ACCOUNTS]; /* for the recovery */
	long accounts[ACCOUNTS];
};

/* It is behind what the recovery needs, and before what it undoes. */
#define set_dirty(book)                                                                            \
	(atomic_store_explicit(&(book)->dirty, 1, memory_order_release),                           \
	 atomic_thread_fence(memory_order_release))
#define set_clean(book) atomic_store_explicit(&(book)->dirty, 0, memory_order_release)
#define is_dirty(book)	atomic_load_explicit(&(book)->dirty, memory_order_acquire)
#endif

WORK long share(long amount, int account)
{
	return account ? amount / ACCOUNTS : amount - (ACCOUNTS - 1) * (amount / ACCOUNTS);
}

static void pay(struct book *book, long amount)
{
	memcpy(book->before, book->accounts, sizeof(book->before));
	set_dirty(book);
	for (int i = 0; i < ACCOUNTS; i++)
		book->accounts[i] += share(amount, i);
	set_clean(book);
}

static int recover(struct book *book)
{
	int uneven = 0;

	if (is_dirty(book)) {
		memcpy(book->accounts, book->before, sizeof(book->before));
		set_clean(book);
	}
	for (int i = 1; i < ACCOUNTS; i++)
		uneven += book->accounts[i] != book->accounts[0];
	printf("the accounts are %s\n", uneven ? "uneven" : "even");
	return 0;
}

int main(int argc, char **argv)
{
	struct book *book = map_object(argv[argc - 1], sizeof(*book));

	if (is_role(argc, argv, "recover"))
		return recover(book);
	for (int i = 1; i <= 3; i++)
		pay(book, 80 * argc * i);
	return 0;
}
