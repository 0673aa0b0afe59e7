/*
 * rng.h - seeded random numbers, the same on every machine.
 *
 * splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, 2014): any seed is good, and a stream for a purpose is made by
 * seeding with seed and purpose.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Stream number @stream of @seed. */
static inline struct rng rng_stream(uint64_t seed, uint64_t stream)
{
	struct rng rng = {seed};

	rng.state = rng_next(&rng) + stream * UINT64_C(0xda942042e4dd58b5);
	return rng;
}

/* 0 <= result < 1, 53 bits. */
static inline double rng_fraction(struct rng *rng)
{
	return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

#endif
