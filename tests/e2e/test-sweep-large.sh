#!/bin/bash
# A large sweep stays small: 10,000 places (without LONG=1 a tenth of them) in less than 300 MB, all
# processes together, and nothing is left behind.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

writes=13
[ -n "$LONG" ] && writes=125

# As many writes to each of ten numbers of the standard output, up to the first that fails.
cat >"$work/prints.c" <<-'EOT'
	#include <stdio.h>
	#include <stdlib.h>
	#include <unistd.h>
	int main(int argc, char **argv)
	{
		for (int fd = 3; argc == 2 && fd < 13; fd++)
			for (int i = dup2(1, fd); i < fd + atoi(argv[1]); i++)
				if (i < 0 || write(fd, "x", 1) != 1) {
					perror("write");
					return 1;
				}
		return 0;
	}
EOT
check 'the program compiles' gcc -O1 -o "$work/prints" "$work/prints.c"

# Three processes may have 100 MB each, with all that is mapped: a bound on what they use.
sweep() {
	(
		ulimit -v "${limit_kb:-102400}"
		run "$ipcfault" sweep -j2 --exhaustive --report "json:$work/report.json" "$@"
		exit "$status"
	)
	# shellcheck disable=SC2034 # read by is
	status=$?
}

total() {
	jq -r ".sweep.$1" "$work/report.json" 2>&1
}

sweep -- "$work/prints" "$writes"
is 'it survives' "$status, $(total survived)" "0, $(total places)"
check "$(total places) places" [ "$(total places)" -ge $((writes * 80)) ]
nothing_left 'a large sweep'

# The bound is one.
limit_kb=8000 sweep -- "$work/prints" "$writes"
check 'with less memory it does not work' [ "$status" != 0 ]
nothing_left 'a sweep that has no memory'
finish
