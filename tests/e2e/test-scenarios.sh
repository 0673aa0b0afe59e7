#!/bin/bash
# The bundled scenarios: all pass, every control is caught, and each time again.
# LONG=1 runs them 20 times, else twice.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

times=2
[ -n "$LONG" ] && times=20

# All that was reported of the cases in the diff.
told_of_differing() {
	sed -n 's/^> \([^ ]*\) .*/\1/p' "$work/diff" | sort -u | while read -r file; do
		jq -c --arg file "$file" '.cases[] | select(.file == $file and .verdict != "pass")' \
			"$work/report.json"
	done
}

for ((i = 1; i <= times; i++)); do
	limit=300 run "$ipcfault" scenarios/*.scn --report "json:$work/report.json"
	if [ "$status" = 0 ]; then pass "run $i: exit status 0"; else fail "run $i: exit status $status" "$work/out"; fi
	verdicts "$work/report.json" >"$work/verdicts.$i"
	is "run $i: every control is caught" \
		"$(jq '[.cases[] | select(.role == "control" and .verdict != "pass" and .verdict != "skip")] | length' "$work/report.json")" 0
	is "run $i: as many cases as the first time" "$(wc -l <"$work/verdicts.$i")" "$(wc -l <"$work/verdicts.1")"
	if cmp -s "$work/verdicts.1" "$work/verdicts.$i"; then pass "run $i: the same verdicts"; else
		diff "$work/verdicts.1" "$work/verdicts.$i" >"$work/diff"
		told_of_differing >>"$work/diff"
		fail "run $i: the same verdicts" "$work/diff"
	fi
done
jq -r '.cases[] | select(.verdict == "skip") | "\(.file): \(.reason)"' "$work/report.json" | sort -u |
	while read -r line; do skip "${line%%: *}" "${line#*: }"; done

run "$ipcfault" check scenarios
is "check of the folder: exit status" "$status" 0

nothing_left "scenarios"
finish
