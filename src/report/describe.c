#include "report/describe.h"

#include <inttypes.h>
#include <string.h>

#include "base/util.h"
#include "report/text.h"

#define LINE_WIDTH  400
#define STACK_SHOWN 16

/* clang-format off */
static const char *const codes[] = {
	[PAINT_NONE]    = "\033[0m",
	[PAINT_HEADING] = "\033[1m",
	[PAINT_DIM]     = "\033[2m",
	[PAINT_GOOD]    = "\033[32m",
	[PAINT_BAD]     = "\033[1;31m",
	[PAINT_DOUBT]   = "\033[33m",
};
_Static_assert(ARRAY_SIZE(codes) == PAINT_MAX_, "one code for each paint");

static const enum paint verdict_paints[] = {
	[VERDICT_PASS]         = PAINT_GOOD,
	[VERDICT_FAIL]         = PAINT_BAD,
	[VERDICT_INCONCLUSIVE] = PAINT_DOUBT,
	[VERDICT_ERROR]        = PAINT_BAD,
	[VERDICT_SKIP]         = PAINT_DIM,
};
_Static_assert(ARRAY_SIZE(verdict_paints) == VERDICT_MAX_, "one paint for each verdict");
/* clang-format on */

const char *paint_code(enum paint paint, bool color)
{
	return color ? codes[paint] : "";
}

enum paint verdict_paint(enum verdict verdict)
{
	return verdict_paints[verdict];
}

void describe_title(FILE *out, const struct case_result *result)
{
	text_print(out, result->scenario && *result->scenario ? result->scenario : "(no title)");
	if (result->variant) {
		fputs(" [", out);
		text_print(out, result->variant);
		putc(']', out);
	}
	if (result->role == ROLE_CONTROL)
		fputs(" (control)", out);
}

static bool has_kind_before(const struct case_result *result, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (result->findings[i].kind == result->findings[index].kind)
			return true;
	return false;
}

void describe_kinds(FILE *out, const struct case_result *result)
{
	const char *comma = "";

	for (size_t i = 0; i < result->finding_count; i++) {
		if (has_kind_before(result, i))
			continue;
		fprintf(out, "%s%s", comma,
			vocab_name(&finding_vocab, (int)result->findings[i].kind));
		comma = ", ";
	}
}

/* `wrong-output (silent) in writer` */
static void print_finding_name(FILE *out, const struct finding *finding)
{
	fputs(vocab_name(&finding_vocab, (int)finding->kind), out);
	if (finding->silent)
		fputs(" (silent)", out);
	if (finding->process) {
		fputs(" in ", out);
		text_print(out, finding->process);
	}
}

void describe_gist(FILE *out, const struct case_result *result)
{
	if (result->reason) {
		text_print(out, result->reason);
		return;
	}
	for (size_t i = 0; i < result->finding_count; i++) {
		fputs(i ? ", " : "", out);
		print_finding_name(out, &result->findings[i]);
	}
}

static void print_heading(FILE *out, const char *text, bool color)
{
	fprintf(out, "  %s%s%s\n", paint_code(PAINT_HEADING, color), text,
		paint_code(PAINT_NONE, color));
}

static void print_frame(FILE *out, const struct frame *frame)
{
	fputs("        at ", out);
	if (frame->function)
		text_print(out, frame->function);
	else
		fprintf(out, "0x%" PRIx64, frame->offset);
	if (frame->file) {
		fputs(" (", out);
		text_print(out, frame->file);
		fprintf(out, ":%d)", frame->line);
	} else if (frame->module) {
		fputs(" in ", out);
		text_print(out, frame->module);
	}
	putc('\n', out);
}

static void print_stack(FILE *out, const struct stack *stack, bool color)
{
	size_t shown = stack->count < STACK_SHOWN ? stack->count : STACK_SHOWN;

	if (!stack->count)
		return;
	fputs(paint_code(PAINT_DIM, color), out);
	for (size_t i = 0; i < shown; i++)
		print_frame(out, &stack->frames[i]);
	if (shown < stack->count)
		fprintf(out, "        ... %zu more\n", stack->count - shown);
	fputs(paint_code(PAINT_NONE, color), out);
}

static void print_injection(FILE *out, const struct injection *injection, bool color)
{
	char at[DURATION_TEXT_MAX];

	fputs("      ", out);
	if (injection->process) {
		text_print(out, injection->process);
		fputs(": ", out);
	}
	text_print(out, injection->text);
	fprintf(out, ", at %s\n", duration_text(injection->at_ns, at));
	print_stack(out, &injection->stack, color);
}

static void print_fault(FILE *out, const struct fault_result *fault, bool color)
{
	fputs("    ", out);
	text_print(out, fault->name);
	if (!fault->fired)
		fprintf(out, ": never fired; %" PRIu64 " matching moment%s", fault->matched,
			fault->matched == 1 ? "" : "s");
	else if (fault->fired > 1)
		fprintf(out, ": fired %" PRIu64 " times", fault->fired);
	else if (!fault->injection_count)
		fputs(": fired once", out);
	putc('\n', out);
	if (fault->refused) {
		fputs("      refused: ", out);
		text_print(out, fault->refused);
		putc('\n', out);
	}
	for (size_t i = 0; i < fault->injection_count; i++)
		print_injection(out, &fault->injections[i], color);
	if (fault->injection_count && fault->fired > fault->injection_count)
		fprintf(out, "      ... and %" PRIu64 " more\n",
			fault->fired - (uint64_t)fault->injection_count);
}

static void print_faults(FILE *out, const struct case_result *result, bool color)
{
	if (!result->fault_count)
		return;
	print_heading(out, "what was injected", color);
	for (size_t i = 0; i < result->fault_count; i++)
		print_fault(out, &result->faults[i], color);
}

static void print_findings(FILE *out, const struct case_result *result, bool color)
{
	if (!result->finding_count)
		return;
	print_heading(out, result->role == ROLE_CONTROL ? "what was found" : "what broke", color);
	for (size_t i = 0; i < result->finding_count; i++) {
		const struct finding *finding = &result->findings[i];

		fprintf(out, "    %s", paint_code(PAINT_BAD, color));
		print_finding_name(out, finding);
		fprintf(out, "%s\n", paint_code(PAINT_NONE, color));
		if (finding->silent)
			fputs("      silent: its exit status says that all is well\n", out);
		if (finding->text && *finding->text)
			text_print_lines(out, finding->text, "      ", LINE_WIDTH);
		print_stack(out, &finding->stack, color);
	}
}

static void print_end(FILE *out, const struct process_result *process)
{
	const char *name;

	if (!process->started) {
		fputs("not started", out);
	} else if (process->signaled) {
		name = sigabbrev_np(process->status);
		if (name)
			fprintf(out, "died of SIG%s", name);
		else
			fprintf(out, "died of signal %d", process->status);
	} else if (process->exited) {
		fprintf(out, "exited with %d", process->status);
	} else {
		fputs(process->alive ? "still running at the end" : "end not seen", out);
	}
}

#define TAIL_LINES 10

/* A screen has not room for all that a program has printed. */
static const char *last_lines(const char *text)
{
	const char *from = text + strlen(text);
	unsigned lines = 0;

	while (from > text && (lines < TAIL_LINES || from[-1] != '\n')) {
		from--;
		lines += from[0] == '\n' && from[1] != '\0';
	}
	return *from == '\n' ? from + 1 : from;
}

static void print_processes(FILE *out, const struct case_result *result, bool color)
{
	if (!result->process_count)
		return;
	print_heading(out, "how the processes ended", color);
	for (size_t i = 0; i < result->process_count; i++) {
		const struct process_result *process = &result->processes[i];

		fputs("    ", out);
		text_print(out, process->name);
		fputs(": ", out);
		print_end(out, process);
		putc('\n', out);
		if (process->out_tail && *process->out_tail)
			text_print_lines(out, last_lines(process->out_tail), "      stdout | ",
					 LINE_WIDTH);
		if (process->err_tail && *process->err_tail)
			text_print_lines(out, last_lines(process->err_tail), "      stderr | ",
					 LINE_WIDTH);
	}
}

static void print_notes(FILE *out, const struct case_result *result, bool color)
{
	if (!result->note_count)
		return;
	print_heading(out, "what to know about this run", color);
	for (size_t i = 0; i < result->note_count; i++)
		text_print_lines(out, result->notes[i], "    ", LINE_WIDTH);
}

static void print_place(FILE *out, const struct case_result *result)
{
	char took[DURATION_TEXT_MAX];

	fputs("  ", out);
	if (result->file && *result->file) { /* else a command, which is the title */
		text_print(out, result->file);
		fprintf(out, ":%d, ", result->line);
	}
	fprintf(out, "%s, seed %" PRIu64 ", %s\n",
		result->role == ROLE_CONTROL ? "control (a program that has the bug)" : "subject",
		result->seed, duration_text(result->duration_ns, took));
}

void describe_case(FILE *out, const struct case_result *result, bool color)
{
	print_place(out, result);
	if (result->reason) {
		print_heading(out, "why", color);
		text_print_lines(out, result->reason, "    ", LINE_WIDTH);
	}
	print_faults(out, result, color);
	print_findings(out, result, color);
	print_processes(out, result, color);
	print_notes(out, result, color);
	if (result->reproduce) {
		print_heading(out, "to see it again", color);
		text_print_lines(out, result->reproduce, "    ", 0);
	}
}
