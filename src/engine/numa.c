#include "engine/numa.h"

#include <errno.h>
#include <numa.h>

#include "base/util.h"

static int check_node(int node, struct err *err)
{
	int count;

	if (numa_available() < 0)
		return err_set(err, -ENODEV,
			       "needs NUMA, which this kernel does not have or allow");
	count = numa_num_configured_nodes();
	if (node > numa_max_node() || !numa_bitmask_isbitset(numa_nodes_ptr, (unsigned)node))
		return err_set(err, -ENODEV, "needs %d NUMA nodes, this machine has %d",
			       node < count ? count + 1 : node + 1, count);
	return 0;
}

static int find_cpus(int node, struct numa_place *place, struct err *err)
{
	struct bitmask *mask = numa_allocate_cpumask();
	int rc = mask ? numa_node_to_cpus(node, mask) : -1;

	CPU_ZERO(&place->cpus);
	for (unsigned i = 0; !rc && i < mask->size && i < CPU_SETSIZE; i++)
		if (numa_bitmask_isbitset(mask, i))
			CPU_SET(i, &place->cpus);
	numa_free_cpumask(mask);
	if (rc)
		return err_errno(err, -ENOMEM, "processors of NUMA node %d", node);
	if (!CPU_COUNT(&place->cpus))
		return err_set(err, -ENODEV, "NUMA node %d has no processors", node);
	place->has_cpus = true;
	return 0;
}

static int find_memory(int node, struct numa_place *place, struct err *err)
{
	const unsigned bits = 8 * sizeof(place->nodes[0]);
	struct bitmask *mask = numa_get_mems_allowed();
	bool allowed = mask && numa_bitmask_isbitset(mask, (unsigned)node);

	numa_free_nodemask(mask);
	if (!allowed || node >= NUMA_NODES_MAX)
		return err_set(err, -ENODEV, "NUMA node %d has no memory for us", node);
	place->nodes[(unsigned)node / bits] |= 1UL << (unsigned)node % bits;
	place->has_nodes = true;
	return 0;
}

int numa_place_find(int process, int memory, struct numa_place *ret_place, struct err *err)
{
	struct numa_place place = {.has_cpus = false};
	int rc = 0;

	if (process >= 0)
		rc = check_node(process, err);
	if (!rc && memory >= 0)
		rc = check_node(memory, err);
	if (!rc && process >= 0)
		rc = find_cpus(process, &place, err);
	if (!rc && memory >= 0)
		rc = find_memory(memory, &place, err);
	if (!rc)
		*ret_place = place;
	return rc;
}
