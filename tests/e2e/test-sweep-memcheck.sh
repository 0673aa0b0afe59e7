#!/bin/bash
# --under memcheck: what was found once more under valgrind, for the memory error behind it.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

if ! command -v valgrind >/dev/null || [ "$(uname -m)" != x86_64 ]; then
	skip 'under memcheck' 'no valgrind here'
	finish
fi

cat >"$work/freed.c" <<-'EOT'
	#include <stdlib.h>
	#include <unistd.h>
	int main(void)
	{
		char *line = malloc(64);
		ssize_t n = read(0, line, 64);
		if (n < 0) {
			free(line);
			return write(1, line, 8) < 0 ? 1 : 0;
		}
		write(1, line, (size_t)n);
		free(line);
		return 0;
	}
EOT
check 'the program compiles' gcc -g -w -o "$work/freed" "$work/freed.c"
seq 9 >"$work/numbers"
sweep() {
	rm -f "$work/report.json"
	run "$ipcfault" sweep --report "json:$work/report.json" --stdin "$work/numbers" "$@" -- \
		"$work/freed"
}
# of CALL EXPRESSION: of the bug at that call
of() {
	jq -r --arg call "$1" "[.cases[] | select(.scenario | contains(\$call + \"(\"))][0] | $2" "$work/report.json"
}

sweep
is 'without it there is no memory error' \
	"$(jq '[.cases[].findings[] | select(.kind == "memory-error")] | length' "$work/report.json")" 0
bugs=$(jq '.cases | length' "$work/report.json")
places=$(jq .sweep.places "$work/report.json")
sweep --under memcheck
is 'the same bugs, the same places' "$status, $(jq '.cases | length' "$work/report.json"), $(jq .sweep.places "$work/report.json")" \
	"1, $bugs, $places"
is 'the finding comes first, then what is behind it' \
	"$(of read '[.findings[].kind] | join(" ")')" 'wrong-output memory-error'
says 'where the memory was freed' <(of read '.findings[1].text') 'inside a block of size 64 free'
says 'and is used' <(of read '.findings[1].stack[] | "\(.function) \(.file):\(.line)"') 'main .*freed.c:9'
is 'nothing is put where there is none' "$(of write '[.findings[].kind] | join(" ")')" 'wrong-output'
says 'and that is said' <(of write '.notes[]') 'memcheck sees no memory error behind it'
run env PATH=/nowhere "$(command -v timeout)" 100 "$ipcfault" sweep --under memcheck --stdin "$work/numbers" -- "$work/freed"
says 'without valgrind that is said' "$work/out" 'not checked by memcheck: '
sweep --under drd
is 'another tool is refused' "$status" 2

nothing_left 'memcheck'
finish
