#!/bin/bash
# --since: only the places in files that have changed.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

tree=$work/tree
mkdir -p "$tree/src"
cd "$tree" || exit
git init -q . && git config user.email e2e@example.com && git config user.name e2e
cat >src/in.c <<-'EOT'
	#include <unistd.h>
	long take(char *line, unsigned long size)
	{
		return read(0, line, size);
	}
EOT
cat >src/out.c <<-'EOT'
	#include <unistd.h>
	long give(const char *line, unsigned long size)
	{
		return write(1, line, size);
	}
EOT
cat >src/main.c <<-'EOT'
	long take(char *line, unsigned long size), give(const char *line, unsigned long size);
	static void copy_out(const char *line, long n)
	{
		give(line, n);
	}
	int main(void)
	{
		char line[64];
		long n = take(line, sizeof(line));
		if (n > 0)
			copy_out(line, n);
		return 0;
	}
EOT
git add . && git commit -qm first
compile() {
	gcc -g "$@" -o "$work/program" src/*.c
}
check 'it compiles' compile
seq 9 >"$work/numbers"

sweep() {
	rm -f "$work/report.json"
	run "$ipcfault" sweep --report "json:$work/report.json" --stdin "$work/numbers" "$@" -- \
		"$work/program"
}

calls() {
	jq -r '[.cases[].scenario | capture(": (?<call>[a-z]+)").call] | unique | join(" ")' \
		"$work/report.json"
}

sweep
is 'all places' "$(calls)" 'read write'
sweep --since HEAD
is 'nothing has changed: nothing is tried' "$status, $(jq .sweep.planned "$work/report.json")" '0, 0'
says 'and that is said' "$work/err" 'no place is in a file that has changed since HEAD'
echo '/* more */' >>src/in.c
compile
sweep --since HEAD
is 'a file that is not committed' "$status, $(calls), $(jq .sweep.sites "$work/report.json")" '1, read, 1'
git commit -qam second
sweep --since HEAD~1
is 'a file that is' "$(calls)" 'read'
cd src || exit
sweep --since HEAD~1
is 'from another folder of the tree' "$(calls)" 'read'
cd .. || exit
sed -i '1i/* a caller */' src/main.c
compile
sweep --since HEAD
is 'the file of a caller' "$(calls)" 'read write'
git checkout -q src/main.c
mv src/out.c src/new.c
compile
sweep --since HEAD
is 'a file that git does not know' "$(calls)" 'write'

# What cannot be.
sweep --since no-such-branch
is 'no such commit: exit status' "$status" 2
says 'no such commit' "$work/err" 'since no-such-branch: git: '
sweep --since --output=x
is 'a commit is no option' "$status" 2
compile -g0
sweep --since HEAD
is 'without debug information: exit status' "$status" 3
says 'without debug information' "$work/err" 'no debug information'
cd "$work" || exit
GIT_CEILING_DIRECTORIES=/tmp sweep --since HEAD
is 'outside of a repository: exit status' "$status" 2
says 'outside of a repository' "$work/err" 'not a git repository'
cd "$top" || exit

nothing_left 'since'
finish
