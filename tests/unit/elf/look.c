#include "look.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

struct look look_at(const char *subject, const char *arg)
{
	struct look look = {.child = child_start(subject, arg)};
	struct err err = ERR_INIT;
	pid_t tids[16];
	size_t count;

	look.tid = look.child.pid;
	if (arg && strcmp(arg, "thread") == 0) {
		child_wait_call(look.tid, SYS_futex);
		count = child_threads(look.child.pid, tids, 16);
		cr_assert_eq(count, 2);
		look.tid = tids[0] == look.child.pid ? tids[1] : tids[0];
	}
	child_wait_call(look.tid, SYS_read);
	look.proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	look.set = image_set_new();
	cr_assert_eq(process_map_read(look.set, look.proc_fd, look.child.pid, &look.map, &err), 0,
		     "%s", err.text);
	return look;
}

void look_end(struct look *look)
{
	process_map_release(&look->map);
	image_set_free(look->set);
	close(look->proc_fd);
	child_kill(&look->child);
}

struct unwind_regs look_regs(struct look *look)
{
	struct user_regs_struct user;
	struct unwind_regs regs;

	cr_assert_eq(ptrace(PTRACE_SEIZE, look->tid, 0, 0), 0);
	cr_assert_eq(ptrace(PTRACE_INTERRUPT, look->tid, 0, 0), 0);
	cr_assert_eq(waitpid(look->tid, NULL, __WALL), look->tid);
	cr_assert_eq(ptrace(PTRACE_GETREGS, look->tid, 0, &user), 0);
	unwind_regs_from_user(&user, &regs);
	ptrace(PTRACE_DETACH, look->tid, 0, 0);
	child_wait_call(look->tid, SYS_read);
	return regs;
}

const char *stack_functions(const struct stack *stack)
{
	static char text[4096];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < stack->count && used < sizeof(text); i++) {
		const char *name = stack->frames[i].function;

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
					 name ? name : "?");
	}
	return text;
}

int line_with(const char *file, const char *text)
{
	char path[512], line[512];
	FILE *stream;
	int number = 0;

	snprintf(path, sizeof(path), "%s/subjects/%s", TESTS, file);
	stream = fopen(path, "r");
	cr_assert_not_null(stream, "%s", path);
	while (fgets(line, sizeof(line), stream)) {
		number++;
		if (strstr(line, text)) {
			fclose(stream);
			return number;
		}
	}
	cr_assert_fail("%s: no line with %s", path, text);
	return 0;
}
