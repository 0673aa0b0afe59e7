/*
 * verdict.h - from what a case came to, to its verdict.
 */
#ifndef RUN_VERDICT_H
#define RUN_VERDICT_H

#include "model/result.h"
#include "model/scenario.h"

/*
 * Sets verdict and reason of @result, whose role, faults and findings are
 * there.  A subject fails by a finding, but only when all faults have fired,
 * or when the finding is wrong with or without them; a control passes when it
 * is caught.  @any_struck: at least one fault was sent, proven or not (or there
 * is none): a control that blocks a signal may have just that bug.  0 or
 * -ENOMEM.
 */
int verdict_decide(const struct scenario *scenario, bool any_struck, struct case_result *result);

/* @text is copied; -ENOMEM leaves the old reason. */
int verdict_set(struct case_result *result, enum verdict verdict, const char *text);

#endif
