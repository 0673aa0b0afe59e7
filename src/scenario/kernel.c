#include "scenario/scenario_file.h"

#include "sys/kernel_model.h"

static bool allows(const struct action_spec *action, int call, const char **ret_reason)
{
	switch (action->kind) {
	case ACTION_ERRNO:
		return kernel_allows_errno(call, action->error, false, ret_reason);
	case ACTION_ERRNO_AFTER:
		return kernel_allows_errno(call, action->error, true, ret_reason);
	case ACTION_SHORT:
		return kernel_allows_short(call, ret_reason);
	default:
		return true;
	}
}

const char *kernel_model_refusal(const struct action_spec *action,
				 const struct trigger_spec *trigger)
{
	const char *first = NULL;

	for (size_t i = 0; i < trigger->call_count; i++) {
		const char *reason = "this call never does so";

		if (allows(action, trigger->calls[i], &reason))
			return NULL;
		if (!first)
			first = reason;
	}
	return first;
}
