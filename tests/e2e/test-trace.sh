#!/bin/bash
# The table of sites is what a sweep records: which call, on what, from where, how often.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

cat >"$work/calls.c" <<-'EOT'
	#include <sys/wait.h>
	#include <unistd.h>
	static int out;
	__attribute__((noinline)) void say(const char *text)
	{
		if (write(out, text, 1) != 1)
			_exit(9);
		__asm__ volatile("");
	}
	__attribute__((noinline)) void often(void)
	{
		for (int i = 0; i < 11; i++)
			say("x");
		__asm__ volatile("");
	}
	int main(void)
	{
		int fds[2];
		if (pipe(fds))
			return 8;
		out = fds[1];
		often();
		if (fork() == 0) {
			say("y");
			_exit(0);
		}
		wait(NULL);
		return 3;
	}
EOT
check 'the program compiles' gcc -g -O1 -fno-omit-frame-pointer -o "$work/calls" "$work/calls.c"
run "$ipcfault" trace --sites -o "$work/sites" -- "$work/calls"
is 'the status is that of the command' "$status" 3
says 'there is a total' "$work/sites" '^[0-9]+ sites, [0-9]+ calls, 2 processes$'
is 'who calls most comes first' "$(sed -n '2p' "$work/sites" | tr -s ' ')" '11 calls: write on pipe'
grep -A9 '^11  calls: write' "$work/sites" | sed '1d; /^ *[0-9][0-9]*  calls/,$d' >"$work/stack"
says 'the stack has function, module and line' "$work/stack" '^ +say \[calls\+0x[0-9a-f]+\] .*calls\.c:6$'
says 'and callers' "$work/stack" '^ +often \[calls\+0x[0-9a-f]+\] .*calls\.c:1[34]$'
says 'a child has sites of its own' "$work/sites" '^ *1  calls/child\[1\]: write on pipe$'
is 'each call is counted' "$(awk '$1 ~ /^[0-9]+$/ && $3 != "" && $2 ~ /^calls/ {n += $1} END {print n}' \
	"$work/sites")" "$(sed -n '1s/.* sites*, \([0-9]*\) calls.*/\1/p' "$work/sites")"
run "$ipcfault" trace --sites --stacks -- "$work/calls"
is 'what does not go with it is refused' "$status" 2
run "$ipcfault" trace --sites -- "$work/nowhere"
is 'a command that is not there' "$status" 3

nothing_left trace
finish
