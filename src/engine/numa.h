/*
 * numa.h - on which NUMA node a program runs, and from which its memory comes.
 */
#ifndef ENGINE_NUMA_H
#define ENGINE_NUMA_H

#include <sched.h>
#include <stdbool.h>

#include "base/err.h"

#define NUMA_NODES_MAX 1024

/* As sched_setaffinity(2) and set_mempolicy(2) want it. */
struct numa_place {
	bool has_cpus, has_nodes;
	cpu_set_t cpus;
	unsigned long nodes[NUMA_NODES_MAX / (8 * sizeof(long))];
};

/*
 * The processors of node @process and the memory of node @memory; -1 =
 * anywhere.  -ENODEV: this machine has no such node, or none that we may use;
 * @err tells ("needs 2 NUMA nodes, this machine has 1").
 */
int numa_place_find(int process, int memory, struct numa_place *ret_place, struct err *err);

#endif
