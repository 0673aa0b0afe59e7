#include <stdlib.h>

#include "scenario/reader.h"
#include "scenario/values.h"

/* `nth`, `every` and `chance`. */

static void append(struct reader *reader, struct count_spec *count, uint64_t number)
{
	uint64_t *slot = add_item(reader, &count->list, &count->list_count, sizeof(*slot));

	if (slot)
		*slot = number;
}

static int compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void read_list(struct reader *reader, const struct node *list, struct count_spec *count)
{
	if (!need_list(reader, list))
		return;
	if (!list->count)
		complain(reader, list, "which ones? the list is empty");
	for (size_t i = 0; i < list->count && !is_enough(reader); i++) {
		uint64_t number;

		if (take_unsigned(reader, list->items[i], 1, UINT64_MAX - 1, &number))
			append(reader, count, number);
	}
	if (count->list_count)
		qsort(count->list, count->list_count, sizeof(uint64_t), compare);
	for (size_t i = 1; i < count->list_count; i++)
		if (count->list[i] == count->list[i - 1]) {
			complain(reader, list, "%llu is in the list twice",
				 (unsigned long long)count->list[i]);
			return;
		}
}

/* `3`, `3..7` or `3..` */
static void read_one(struct reader *reader, const struct node *value, struct count_spec *count)
{
	char *text = take_text(reader, value, "a number");
	const char *needed = NULL;
	uint64_t number;

	if (text && is_range(text)) {
		count->kind = COUNT_RANGE;
		needed = parse_range(text, &count->first, &count->last);
	} else if (text) {
		needed = parse_unsigned(text, 1, UINT64_MAX - 1, &number);
		if (!needed)
			append(reader, count, number);
	}
	if (needed)
		complain_value(reader, value, text, needed);
	free(text);
}

void read_nth(struct reader *reader, const struct node *value, const struct key_row *row,
	      void *target)
{
	struct count_spec *count = target;

	(void)row;
	count->list_count = 0; /* a second count is a problem, but no leak */
	free(count->list);
	count->list = NULL;
	count->kind = COUNT_LIST;
	if (value->kind == NODE_LIST)
		read_list(reader, value, count);
	else
		read_one(reader, value, count);
}

void read_every(struct reader *reader, const struct node *value, const struct key_row *row,
		void *target)
{
	struct count_spec *count = target;

	(void)row;
	count->kind = COUNT_EVERY;
	take_unsigned(reader, value, 1, UINT64_MAX - 1, &count->every);
}

void read_chance(struct reader *reader, const struct node *value, const struct key_row *row,
		 void *target)
{
	struct count_spec *count = target;
	char *text = take_text(reader, value, "a chance");
	const char *needed = text ? parse_chance(text, &count->chance) : NULL;

	(void)row;
	count->kind = COUNT_CHANCE;
	if (needed)
		complain_value(reader, value, text, needed);
	free(text);
}
