#include "instrument/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"

/* --- the words of a compiler --------------------------------------------- */

/* clang-format off */
/* Options whose value is the next argument, of gcc and clang. */
static const char *const with_value[] = {
	"-o", "-I", "-L", "-D", "-U", "-l", "-include", "-isystem", "-idirafter", "-iquote",
	"-imacros", "-iprefix", "-isysroot", "--sysroot", "-MF", "-MT", "-MQ", "-x", "-Xlinker",
	"-Xpreprocessor", "-Xassembler", "-Xclang", "-mllvm", "-T", "-u", "-z", "-e", "-target",
	"--param", "-B", "-A", "-aux-info", "-arch", "-dumpbase", "-dumpdir", "-wrapper", "-h",
};

/* Only for the linker, with a value or not; clang complains of them when it compiles. */
static const char *const link_words[] = {
	"-Xlinker", "-T", "-u", "-z", "-e", "-h", "-static", "-shared", "-rdynamic", "-pie", "-no-pie",
	"-static-pie", "-s", "-nostdlib", "-nostartfiles", "-nodefaultlibs", "-static-libgcc", "-r",
};
static const char *const link_prefixes[] = {"-l", "-L", "-Wl,", "-fuse-ld="};

static const char *const not_compiling[] = {"-E", "-M", "-MM", "-fsyntax-only", "-###"};
static const char *const not_linking[] = {"-c", "-S"};
static const char *const not_a_program[] = {"-shared", "-r"};

static const char *const without_libraries[] = {"-nostdlib", "-nodefaultlibs"};
static const char *const static_words[] = {"-static", "-static-pie"};

static const char *const source_endings[] = {
	".c", ".i", ".s", ".S", ".sx", ".cc", ".cp", ".cpp", ".cxx", ".c++", ".C", ".CPP", ".ii",
};
/* clang-format on */

static bool is_among(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}
#define IS_AMONG(word, words) is_among(word, words, ARRAY_SIZE(words))

static bool takes_value(const char *arg)
{
	return IS_AMONG(arg, with_value);
}

static bool is_for_linker(const char *arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(link_prefixes); i++)
		if (strncmp(arg, link_prefixes[i], strlen(link_prefixes[i])) == 0)
			return true;
	return IS_AMONG(arg, link_words);
}

static bool is_input(const char *arg)
{
	return (arg[0] != '-' || arg[1] == '\0') && arg[0] != '@';
}

/* @language: of the last -x, NULL = none. */
static bool is_source(const char *arg, const char *language)
{
	const char *ending = strrchr(arg, '.');

	return is_input(arg) && (language || (ending && IS_AMONG(ending, source_endings)));
}

/* --- walking over the arguments ------------------------------------------ */

struct walk {
	char *const *at;
	const char *arg;      /* the option or input */
	const char *value;    /* its next argument, NULL = has none */
	const char *language; /* -x */
};

static bool next_arg(struct walk *w)
{
	if (!*w->at)
		return false;
	w->arg = *w->at++;
	w->value = takes_value(w->arg) && *w->at ? *w->at++ : NULL;
	if (strncmp(w->arg, "-x", 2) == 0) {
		w->language = w->value ? w->value : w->arg + 2;
		if (strcmp(w->language, "none") == 0)
			w->language = NULL;
	}
	return true;
}

struct kind {
	bool compiles, links, is_program, has_input;
	bool has_lto, is_static, has_libraries; /* those that the compiler adds by itself */
};

static struct kind kind_of(char *const *args)
{
	struct kind kind = {
		.compiles = true, .links = true, .is_program = true, .has_libraries = true};

	for (struct walk w = {.at = args}; next_arg(&w);) {
		if (IS_AMONG(w.arg, not_compiling))
			kind.compiles = false;
		if (IS_AMONG(w.arg, not_linking))
			kind.links = false;
		if (IS_AMONG(w.arg, not_a_program))
			kind.is_program = false;
		if (IS_AMONG(w.arg, without_libraries))
			kind.has_libraries = false;
		if (IS_AMONG(w.arg, static_words))
			kind.is_static = true;
		if (strncmp(w.arg, "-flto", 5) == 0 || strcmp(w.arg, "-fno-lto") == 0)
			kind.has_lto = w.arg[2] == 'l';
		if (is_input(w.arg) || w.arg[0] == '@')
			kind.has_input = true;
	}
	return kind;
}

/* --- commands ------------------------------------------------------------ */

static int push(struct plan_command *command, char *text)
{
	char **slot = text ? mem_append(&command->argv, &command->count, sizeof(char *)) : NULL;

	if (!slot) {
		free(text);
		return -ENOMEM;
	}
	*slot = text;
	return 0;
}

static int add(struct plan_command *command, const char *text)
{
	return push(command, mem_strdup(text));
}

static int add_all(struct plan_command *command, const char *const *texts)
{
	int rc = 0;

	for (size_t i = 0; !rc && texts[i]; i++)
		rc = add(command, texts[i]);
	return rc;
}

static int add_arg(struct plan_command *command, const struct walk *w)
{
	int rc = add(command, w->arg);

	return rc || !w->value ? rc : add(command, w->value);
}

static int begin(struct plan *plan, const struct plan_input *input, struct plan_command **ret)
{
	*ret = mem_append(&plan->commands, &plan->count, sizeof(**ret));
	return *ret ? add_all(*ret, (const char *const *)input->compiler->words) : -ENOMEM;
}

static int end(struct plan_command *command)
{
	return mem_append(&command->argv, &command->count, sizeof(char *)) ? 0 : -ENOMEM;
}

/* Who says with -c which file becomes which. */
static void find_object(struct plan_command *command, char *const *args)
{
	const char *source = NULL, *output = NULL;
	size_t inputs = 0;
	bool has_c = false;

	for (struct walk w = {.at = args}; next_arg(&w);) {
		has_c |= strcmp(w.arg, "-c") == 0;
		inputs += is_input(w.arg) || w.arg[0] == '@';
		if (is_source(w.arg, w.language))
			source = w.arg;
		if (w.value && strcmp(w.arg, "-o") == 0)
			output = w.value;
	}
	if (!has_c || inputs != 1 || !source || !output)
		return;
	for (size_t i = 0; i < command->count; i++) {
		if (strcmp(command->argv[i], source) == 0)
			command->source = command->argv[i];
		if (strcmp(command->argv[i], output) == 0)
			command->output = command->argv[i];
	}
}

static int add_compile_flags(struct plan_command *command, const struct plan_input *input)
{
	return input->runtime ? add_all(command, compiler_compile_flags(input->compiler)) : 0;
}

/* As it is, and with the flags for compiling. */
static int plan_one(struct plan *plan, const struct plan_input *input, bool compiles)
{
	struct plan_command *command;
	int rc = begin(plan, input, &command);

	rc = rc ? rc : add_all(command, (const char *const *)input->args);
	if (!rc && compiles)
		rc = add_compile_flags(command, input);
	if (!rc && compiles)
		find_object(command, input->args);
	return rc ? rc : end(command);
}

static char *object_name(const struct plan_input *input, size_t number)
{
	return mem_printf("%s/%zu.o", input->scratch, number);
}

static int plan_source(struct plan *plan, const struct plan_input *input, const struct walk *source)
{
	struct plan_command *command;
	int rc = begin(plan, input, &command);

	for (struct walk w = {.at = input->args}; !rc && next_arg(&w);)
		if (!is_input(w.arg) && !is_for_linker(w.arg) && strcmp(w.arg, "-o") != 0 &&
		    strncmp(w.arg, "-x", 2) != 0)
			rc = add_arg(command, &w);
	rc = rc ? rc : add_compile_flags(command, input);
	rc = rc ? rc : add(command, "-c");
	rc = rc ? rc : add(command, "-o");
	rc = rc ? rc : push(command, object_name(input, plan->objects++));
	if (!rc)
		command->output = command->argv[command->count - 1];
	if (!rc && source->language) {
		rc = add(command, "-x");
		rc = rc ? rc : add(command, source->language);
	}
	rc = rc ? rc : add(command, source->arg);
	if (!rc)
		command->source = command->argv[command->count - 1];
	return rc ? rc : end(command);
}

/*
 * Whole: what overrides the C library must be there for shared libraries too,
 * and so they find the calls that the compiler has put into them.
 */
static int add_runtime(struct plan_command *command, const struct plan_input *input,
		       const struct kind *kind)
{
	static const char *const words[] = {
		"-Wl,--export-dynamic-symbol=__tsan_*",
		"-Wl,--export-dynamic-symbol=__wrap_*",
		"-Wl,--whole-archive",
		NULL,
	};
	int rc = add_all(command, words);

	/* The runtime alone would not have a linker look for it. */
	if (!rc && input->compiler->is_cplusplus)
		rc = add(command, "-Wl,-u,__cxa_guard_acquire");
	rc = rc ? rc : add(command, input->runtime);
	if (!rc && !kind->is_static)
		rc = push(command, compiler_shared_runtime(input->runtime));
	return rc ? rc : add(command, "-Wl,--no-whole-archive");
}

/*
 * gcc puts in its calls behind the link-time optimisation, and needs to be told
 * then; so that its own library stays out, all libraries are named.
 */
static int add_gcc_lto(struct plan_command *command, const struct plan_input *input,
		       const struct kind *kind)
{
	static const char *const shared[] = {"-lgcc", "-lgcc_s", "-lc", NULL};
	static const char *const fixed[] = {"-Wl,--start-group", "-lgcc", "-lgcc_eh", "-lc",
					    "-Wl,--end-group",	 NULL};
	static const char *const cplusplus[] = {"-lstdc++", "-lm", NULL};
	int rc = add_all(command, compiler_compile_flags(input->compiler));

	if (!rc && kind->has_libraries) {
		rc = add(command, "-nodefaultlibs");
		if (!rc && input->compiler->is_cplusplus)
			rc = add_all(command, cplusplus);
		rc = rc ? rc : add_all(command, kind->is_static ? fixed : shared);
	}
	return rc;
}

static int plan_link(struct plan *plan, const struct plan_input *input, const struct kind *kind)
{
	struct plan_command *command;
	size_t number = 0;
	int rc = begin(plan, input, &command);

	for (struct walk w = {.at = input->args}; !rc && next_arg(&w);) {
		if (is_source(w.arg, w.language))
			rc = push(command, object_name(input, number++));
		else if (strncmp(w.arg, "-x", 2) != 0 &&
			 !(input->runtime && strcmp(w.arg, "-fsanitize=thread") == 0))
			rc = add_arg(command, &w);
	}
	if (!input->runtime)
		return rc ? rc : end(command);
	rc = rc ? rc : add_all(command, compiler_link_flags());
	if (!rc && kind->is_program)
		rc = add_runtime(command, input, kind);
	if (!rc && kind->has_lto && !input->compiler->is_clang)
		rc = add_gcc_lto(command, input, kind);
	return rc ? rc : end(command);
}

static int plan_link_all(struct plan *plan, const struct plan_input *input, const struct kind *kind)
{
	int rc = 0;

	for (struct walk w = {.at = input->args}; !rc && next_arg(&w);)
		if (is_source(w.arg, w.language))
			rc = plan_source(plan, input, &w);
	return rc ? rc : plan_link(plan, input, kind);
}

int plan_make(struct plan *ret_plan, const struct plan_input *input, struct err *err)
{
	struct kind kind = kind_of(input->args);
	struct plan plan = {0};
	int rc;

	if (!kind.has_input || !kind.compiles)
		rc = plan_one(&plan, input, false);
	else if (!kind.links)
		rc = plan_one(&plan, input, true);
	else
		rc = plan_link_all(&plan, input, &kind);
	if (!rc) {
		*ret_plan = plan;
		return 0;
	}
	plan_release(&plan);
	return err_errno(err, rc, "compiler");
}

void plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		for (size_t k = 0; k < plan->commands[i].count; k++)
			free(plan->commands[i].argv[k]);
		free(plan->commands[i].argv);
	}
	free(plan->commands);
	plan->commands = NULL;
	plan->count = 0;
}
