#include "trigger/count.h"

static bool is_listed(const struct count_spec *count, uint64_t ordinal)
{
	for (size_t i = 0; i < count->list_count; i++)
		if (count->list[i] == ordinal)
			return true;
	return false;
}

bool count_fires(const struct count_spec *count, uint64_t ordinal, struct rng *rng)
{
	switch (count->kind) {
	case COUNT_LIST:
		return is_listed(count, ordinal);
	case COUNT_RANGE:
		return ordinal >= count->first && ordinal <= count->last;
	case COUNT_EVERY:
		return ordinal % count->every == 0;
	case COUNT_CHANCE:
		return rng_fraction(rng) < count->chance;
	}
	return false;
}

bool count_is_over(const struct count_spec *count, uint64_t ordinal)
{
	switch (count->kind) {
	case COUNT_LIST:
		return count->list_count == 0 || ordinal >= count->list[count->list_count - 1];
	case COUNT_RANGE:
		return ordinal >= count->last;
	default:
		return false;
	}
}

bool count_is_persistent(const struct count_spec *count)
{
	return (count->kind == COUNT_RANGE && count->last == UINT64_MAX) ||
	       (count->kind == COUNT_EVERY && count->every == 1) ||
	       (count->kind == COUNT_CHANCE && count->chance >= 1.0);
}
