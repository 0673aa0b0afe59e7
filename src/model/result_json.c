#include "model/result_json.h"

#include <errno.h>
#include <stddef.h>

#include "base/err.h"
#include "base/util.h"
#include "model/fields_json.h"
#include "model/result.h"

#define SHAPE(name_, type_)                                                                        \
	static const struct shape name_ = {name_##_fields, ARRAY_SIZE(name_##_fields),             \
					   sizeof(type_)}
#define MEMBER(type_, member_) .offset = offsetof(type_, member_)
#define COUNT(type_, member_)  .count_offset = offsetof(type_, member_)

/* clang-format off */
static const struct field frame_fields[] = {
	{ "function", FIELD_TEXT, MEMBER(struct frame, function) },
	{ "file",     FIELD_TEXT, MEMBER(struct frame, file) },
	{ "line",     FIELD_INT,  MEMBER(struct frame, line) },
	{ "module",   FIELD_TEXT, MEMBER(struct frame, module) },
	{ "offset",   FIELD_U64,  MEMBER(struct frame, offset) },
};
SHAPE(frame, struct frame);
/* Of a finding: for readers that want one line. */
static const struct shape where = {frame_fields, 3, sizeof(struct frame)};

static const struct field injection_fields[] = {
	{ "process", FIELD_TEXT,  MEMBER(struct injection, process) },
	{ "text",    FIELD_TEXT,  MEMBER(struct injection, text) },
	{ "at_ns",   FIELD_U64,   MEMBER(struct injection, at_ns) },
	{ "stack",   FIELD_ARRAY, MEMBER(struct injection, stack.frames), COUNT(struct injection, stack.count), .shape = &frame },
};
SHAPE(injection, struct injection);

static const struct field fault_fields[] = {
	{ "name",       FIELD_TEXT,  MEMBER(struct fault_result, name) },
	{ "fired",      FIELD_U64,   MEMBER(struct fault_result, fired) },
	{ "matched",    FIELD_U64,   MEMBER(struct fault_result, matched) },
	{ "refused",    FIELD_TEXT,  MEMBER(struct fault_result, refused) },
	{ "injections", FIELD_ARRAY, MEMBER(struct fault_result, injections), COUNT(struct fault_result, injection_count), .shape = &injection },
};
SHAPE(fault, struct fault_result);

static const struct field finding_fields[] = {
	{ "kind",    FIELD_WORD,  MEMBER(struct finding, kind), .vocab = &finding_vocab },
	{ "process", FIELD_TEXT,  MEMBER(struct finding, process) },
	{ "silent",  FIELD_BOOL,  MEMBER(struct finding, silent) },
	{ "text",    FIELD_TEXT,  MEMBER(struct finding, text) },
	{ "variable", FIELD_TEXT, MEMBER(struct finding, variable) },
	{ "where",   FIELD_WHERE, MEMBER(struct finding, stack), .shape = &where },
	{ "stack",   FIELD_ARRAY, MEMBER(struct finding, stack.frames), COUNT(struct finding, stack.count), .shape = &frame },
};
SHAPE(finding, struct finding);

static const struct field process_fields[] = {
	{ "name",     FIELD_TEXT, MEMBER(struct process_result, name) },
	{ "started",  FIELD_BOOL, MEMBER(struct process_result, started) },
	{ "exited",   FIELD_BOOL, MEMBER(struct process_result, exited) },
	{ "signaled", FIELD_BOOL, MEMBER(struct process_result, signaled) },
	{ "alive",    FIELD_BOOL, MEMBER(struct process_result, alive) },
	{ "status",   FIELD_INT,  MEMBER(struct process_result, status) },
	{ "stdout",   FIELD_TEXT, MEMBER(struct process_result, out_tail) },
	{ "stderr",   FIELD_TEXT, MEMBER(struct process_result, err_tail) },
};
SHAPE(process, struct process_result);

static const struct field place_fields[] = {
	{ "fd",          FIELD_INT,  MEMBER(struct call_place, fd) },
	{ "nth",         FIELD_U64,  MEMBER(struct call_place, nth) },
	{ "errors",      FIELD_U64,  MEMBER(struct call_place, errors) },
	{ "signals",     FIELD_U64,  MEMBER(struct call_place, signals) },
	{ "stdout",      FIELD_BOOL, MEMBER(struct call_place, is_stdout) },
	{ "stderr",      FIELD_BOOL, MEMBER(struct call_place, is_stderr) },
	{ "short",       FIELD_BOOL, MEMBER(struct call_place, can_be_short) },
	{ "nonblocking", FIELD_BOOL, MEMBER(struct call_place, can_be_nonblocking) },
	{ "waits",       FIELD_BOOL, MEMBER(struct call_place, waits) },
	{ "limited",     FIELD_BOOL, MEMBER(struct call_place, is_limited) },
	{ "limit_ms",    FIELD_COUNT, MEMBER(struct call_place, limit_ms) },
};
SHAPE(place, struct call_place);

static const struct field site_fields[] = {
	{ "process", FIELD_INT,   MEMBER(struct call_site, process) },
	{ "part",    FIELD_INT,   MEMBER(struct call_site, part) },
	{ "child",   FIELD_INT,   MEMBER(struct call_site, child) },
	{ "thread",  FIELD_INT,   MEMBER(struct call_site, thread) },
	{ "label",   FIELD_TEXT,  MEMBER(struct call_site, label) },
	{ "call",    FIELD_TEXT,  MEMBER(struct call_site, call) },
	{ "kind",    FIELD_WORD,  MEMBER(struct call_site, kind), .vocab = &fd_kind_vocab },
	{ "stack",   FIELD_ARRAY, MEMBER(struct call_site, stack.frames), COUNT(struct call_site, stack.count), .shape = &frame },
	{ "places",  FIELD_ARRAY, MEMBER(struct call_site, places), COUNT(struct call_site, place_count), .shape = &place },
};
SHAPE(site, struct call_site);

static const struct field record_fields[] = {
	{ "sites",     FIELD_ARRAY, MEMBER(struct record, sites), COUNT(struct record, site_count), .shape = &site },
	{ "processes", FIELD_INT,   MEMBER(struct record, processes) },
	{ "unsteady",  FIELD_TEXTS, MEMBER(struct record, unsteady), COUNT(struct record, unsteady_count) },
};
SHAPE(record, struct record);

static const struct field outcome_fields[] = {
	{ "text",   FIELD_TEXT,  MEMBER(struct point_outcome, text) },
	{ "end",    FIELD_TEXT,  MEMBER(struct point_outcome, end) },
	{ "points", FIELD_U64,   MEMBER(struct point_outcome, points) },
	{ "tried",  FIELD_U64,   MEMBER(struct point_outcome, tried) },
};
SHAPE(outcome, struct point_outcome);

static const struct field exploration_fields[] = {
	{ "schedules",     FIELD_U64,  MEMBER(struct exploration, schedules) },
	{ "kill_points",   FIELD_U64,  MEMBER(struct exploration, kill_points) },
	{ "signal_points", FIELD_U64,  MEMBER(struct exploration, signal_points) },
	{ "states",        FIELD_U64,  MEMBER(struct exploration, states) },
	{ "outcomes",      FIELD_ARRAY, MEMBER(struct exploration, outcomes), COUNT(struct exploration, outcome_count), .shape = &outcome },
	{ "points",        FIELD_U64,  MEMBER(struct exploration, points) },
	{ "switches",      FIELD_U64,  MEMBER(struct exploration, switches) },
	{ "flows",         FIELD_U64,  MEMBER(struct exploration, flows) },
	{ "strategy",      FIELD_TEXT, MEMBER(struct exploration, strategy) },
	{ "bound",         FIELD_TEXT, MEMBER(struct exploration, bound) },
	{ "schedule",      FIELD_TEXT, MEMBER(struct exploration, schedule) },
	{ "code",          FIELD_VALUES, MEMBER(struct exploration, code), COUNT(struct exploration, code_count) },
};
SHAPE(exploration, struct exploration);

static const struct field case_result_fields[] = {
	{ "file",        FIELD_TEXT,   MEMBER(struct case_result, file) },
	{ "line",        FIELD_INT,    MEMBER(struct case_result, line) },
	{ "scenario",    FIELD_TEXT,   MEMBER(struct case_result, scenario) },
	{ "mechanism",   FIELD_TEXT,   MEMBER(struct case_result, mechanism) },
	{ "case",        FIELD_VALUES, MEMBER(struct case_result, values), COUNT(struct case_result, value_count) },
	{ "variant",     FIELD_TEXT,   MEMBER(struct case_result, variant) },
	{ "role",        FIELD_WORD,   MEMBER(struct case_result, role), .vocab = &role_vocab },
	{ "verdict",     FIELD_WORD,   MEMBER(struct case_result, verdict), .vocab = &verdict_vocab },
	{ "reason",      FIELD_TEXT,   MEMBER(struct case_result, reason) },
	{ "seed",        FIELD_U64,    MEMBER(struct case_result, seed) },
	{ "duration_ms", FIELD_MS,     MEMBER(struct case_result, duration_ns) },
	{ "duration_ns", FIELD_U64,    MEMBER(struct case_result, duration_ns) },
	{ "faults",      FIELD_ARRAY,  MEMBER(struct case_result, faults), COUNT(struct case_result, fault_count), .shape = &fault },
	{ "findings",    FIELD_ARRAY,  MEMBER(struct case_result, findings), COUNT(struct case_result, finding_count), .shape = &finding },
	{ "processes",   FIELD_ARRAY,  MEMBER(struct case_result, processes), COUNT(struct case_result, process_count), .shape = &process },
	{ "notes",       FIELD_TEXTS,  MEMBER(struct case_result, notes), COUNT(struct case_result, note_count) },
	{ "reproduce",   FIELD_TEXT,   MEMBER(struct case_result, reproduce) },
	{ "bug",         FIELD_EXTRA,  MEMBER(struct case_result, bug) },
	{ "occurrences", FIELD_COUNT,  MEMBER(struct case_result, occurrences) },
	{ "explore",     FIELD_PART,   MEMBER(struct case_result, explore), .shape = &exploration },
	{ "record",      FIELD_PART,   MEMBER(struct case_result, record), .shape = &record },
};
SHAPE(case_result, struct case_result);
/* clang-format on */
#undef SHAPE

json_t *case_result_to_json(const struct case_result *result)
{
	json_t *json = json_object();

	if (json && shape_write(&case_result, result, json) < 0) {
		json_decref(json);
		return NULL;
	}
	return json;
}

int case_result_from_json(const json_t *json, struct case_result *ret_result, struct err *err)
{
	struct case_result result = {0};
	int r = shape_read(&case_result, json, &result, err);

	if (r < 0) {
		case_result_release(&result);
		return err_wrap(err, r, "a case's result");
	}
	*ret_result = result;
	return 0;
}

char *case_result_to_text(const struct case_result *result)
{
	json_t *json = case_result_to_json(result);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

int case_result_from_text(const char *text, size_t size, struct case_result *ret_result,
			  struct err *err)
{
	json_error_t why;
	json_t *json = json_loadb(text, size, 0, &why);
	int rc = json ? case_result_from_json(json, ret_result, err)
		      : err_set(err, -EINVAL, "no JSON: %s", why.text);

	json_decref(json);
	return rc;
}
