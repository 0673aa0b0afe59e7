#!/bin/bash
# A sweep as a gate: what is known passes, what is new fails, what is mended is told.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

sweep() {
	rm -f "$work/report.json"
	run "$ipcfault" sweep --report "json:$work/report.json" --stdin "$work/numbers" "$@" -- \
		"$work/careless"
}

total() {
	jq -r ".sweep.$1" "$work/report.json" 2>&1
}

seq 300 >"$work/numbers"

# careless BEFORE [END]: a program that does not look whether it could print; BEFORE comes first.
careless() {
	local end=${2:-}
	[ -n "$end" ] || end='return n < 0 ? (perror("read"), 1) : 0;'
	cat >"$work/careless.c" <<-EOT
		#include <stdio.h>
		#include <unistd.h>
		$1
		int main(void)
		{
			char line[64];
			ssize_t n;

			while ((n = read(0, line, sizeof(line))) > 0)
				fwrite(line, 1, (size_t)n, stdout);
			$end
		}
	EOT
	gcc -g -o "$work/careless" "$work/careless.c" || exit
}
careless ''

# The file of known findings.
base=$work/known.yml
sweep
is 'without a baseline they fail' "$status" 1
bugs=$(jq '.cases | length' "$work/report.json")
check 'there are some' [ "$bugs" -ge 2 ]
sweep --baseline "$base"
is 'a baseline that is not there is told' "$status" 2
sweep --baseline "$base" --update-baseline
is 'entered, they do not fail' "$status" 0
is 'each is in it' "$(grep -c '^- of: "careless"$' "$base")" "$bugs"
check 'without addresses' bash -c '! grep -q 0x "$0"' "$base"
sweep --baseline "$base"
is 'known, they do not fail' "$status, $(total known), $(total bugs)" "0, $bugs, $bugs"
is 'each is told as known' \
	"$(jq -r '.cases[] | select(.verdict == "skip") | .reason' "$work/report.json" | uniq -c | tr -s ' ')" \
	" $bugs known, not judged yet"

sweep --baseline "$base" --budget 1us
is 'of what was not tried nothing is said' "$(total known), $(total mended)" '0, 0'

# What people say of them is kept, and so is all else, to the byte.
sed -i '0,/^  at:.*/s//&\n  genuine: true\n  reason: "nobody \\"looks\\""/' "$base"
cp "$base" "$work/before.yml"
sweep --baseline "$base" --update-baseline
check 'an update of what is as it was changes nothing' cmp "$base" "$work/before.yml"
says 'the judgement is told' "$work/out" 'known, genuine: nobody "looks"'

# Code that moves, and lines that shift, make nothing new.
careless 'static int unrelated(int a) { int sum = 0; for (; a; a--) sum += a % 7; return sum; }
int (*volatile used)(int) = unrelated;'
sweep --baseline "$base"
is 'after unrelated changes they are known' "$status, $(total known)" "0, $bugs"

# One more is new, and fails.
careless '' 'return 0;'
sweep --baseline "$base"
is 'a new one fails' "$status, $(total known), $(total bugs)" "1, $bugs, $((bugs + 1))"
is 'and it alone' "$(jq '[.cases[] | select(.verdict == "fail")] | length' "$work/report.json")" 1

# Mended.
careless '' 'if (n < 0 || fclose(stdout)) return perror("careless"), 1; return 0;'
sweep --baseline "$base"
is 'mended ones are counted' "$status, $(total mended)" "0, $bugs"
says 'and announced' "$work/err" 'mended: careless: wrong-output \(silent\) in careless after no-space at write'
check 'the file is as it was' cmp "$base" "$work/before.yml"
sweep --baseline "$base" --update-baseline
is 'an update removes them' "$(grep -c '^- of' "$base")" 0
sweep --baseline "$base"
is 'an empty baseline can be read' "$status, $(total mended)" '0, 0'

# A file with a mistake.
printf -- '- of: careless\n  finding: crash\n  call: read\n  fualt: io\n' >"$base"
sweep --baseline "$base"
is 'a bad baseline: exit status' "$status" 2
says 'a bad baseline: line, column, the right word' "$work/err" \
	'known.yml:4:3: error: unknown key `fualt` in a known finding; did you mean `fault`'
check 'a bad baseline: nothing is run' [ ! -s "$work/out" ]

# The score.
sweep --min-score 100%
is 'all are survived' "$status, $(total score)" '0, 1'
careless ''
sweep --min-score 0.1
is 'a bug fails whatever the score' "$status" 1
sweep --baseline "$base.new" --update-baseline --min-score 0.1
is 'a score that is high enough' "$status" 0
sweep --baseline "$base.new" --min-score 90%
is 'a score that is too low' "$status" 1
says 'is told' "$work/err" 'is below --min-score, 0.9'
is 'mechanisms and files add up to all' \
	"$(jq '[.sweep.mechanisms[].places] | add' "$work/report.json"), $(jq '[.sweep.files[].survived] | add' "$work/report.json")" \
	"$(total places), $(total survived)"
is 'the file is told' "$(jq '.sweep.files | keys[] | select(endswith("/careless.c"))' "$work/report.json" | wc -l)" 1
run "$ipcfault" sweep --min-score 1 --budget 1us -- "$work/careless"
is 'nothing tried is no score' "$status" 3

nothing_left 'gate'
finish
