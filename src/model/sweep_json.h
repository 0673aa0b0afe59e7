/*
 * sweep_json.h - the numbers of a sweep as JSON, and back: "sweep" of the JSON
 * report, see ipcfault(1).
 */
#ifndef MODEL_SWEEP_JSON_H
#define MODEL_SWEEP_JSON_H

#include <jansson.h>

struct err;
struct sweep_totals;

/* A new reference; NULL when memory is short. */
json_t *sweep_totals_to_json(const struct sweep_totals *totals);

/* Release *@ret_totals; what is missing is 0.  -EINVAL: something is of a wrong type. */
int sweep_totals_from_json(const json_t *json, struct sweep_totals *ret_totals, struct err *err);

#endif
