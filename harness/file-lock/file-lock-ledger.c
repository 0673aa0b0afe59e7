/*
 * name: file-lock-ledger
 * mechanism: file-lock
 * bug: none
 * about: file-lock-ledger PATH: moves 1 of 1000 from one account to the other, under a lock;
 *	what is to be done is written down first, so that who comes after a dead one can end it
 */
/* Twins with a bug include this file: file-lock-ledger-trusting. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "file-lock/lock.h"
#include "lib/safe.h"

#define TOTAL 1000

struct book {
	int64_t from, to;
	int64_t from_after, to_after; /* what they shall be… */
	int64_t under_way;	      /* …when this is set */
};

static void put(int fd, const int64_t *field, const struct book *book)
{
	off_t offset = (const char *)field - (const char *)book;

	if (pwrite(fd, field, sizeof(*field), offset) != sizeof(*field))
		die("pwrite");
}

static void put_all(int fd, const struct book *book)
{
	if (pwrite(fd, book, sizeof(*book), 0) != sizeof(*book))
		die("pwrite");
}

static void finish(int fd, struct book *book)
{
	book->from = book->from_after;
	put(fd, &book->from, book);
	book->to = book->to_after;
	put(fd, &book->to, book);
	book->under_way = 0;
	put(fd, &book->under_way, book);
}

static void move_one(int fd, struct book *book)
{
	book->from_after = book->from - 1;
	book->to_after = book->to + 1;
	put_all(fd, book);
	book->under_way = 1;
	put(fd, &book->under_way, book);
	finish(fd, book);
}

/* The lock came to us: from one that was done, or from one that died. */
static void take_over(int fd, struct book *book)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		die("fstat");
	if (st.st_size == 0) {
		*book = (struct book){.from = TOTAL};
		put_all(fd, book);
	} else if (pread(fd, book, sizeof(*book), 0) != sizeof(*book)) {
		die("pread");
	}
#ifndef BUG_TRUSTING
	if (book->under_way) {
		fprintf(stderr, "finished what was under way\n");
		finish(fd, book);
	}
#endif
}

int main(int argc, char **argv)
{
	enum lock_kind kind;
	struct book book;
	int fd;

	args_init(argc, argv);
	kind = lock_kind_of_args();
	fd = safe_open(args_operand(), O_RDWR | O_CREAT, 0600);
	args_end();
	if (fd < 0 || lock_wait(fd, kind) < 0)
		die("lock");
	take_over(fd, &book);
	move_one(fd, &book);
	lock_release(fd, kind);
	printf("moved %lld of %lld\n", (long long)book.to, (long long)book.from + book.to);
	return book.from + book.to == TOTAL ? 0 : STATUS_WRONG;
}
