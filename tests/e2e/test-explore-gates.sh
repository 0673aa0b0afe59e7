#!/bin/bash
# Calls that can wait give the turn away, and what waits is woken by what wakes it: no program that
# is in order is said to be stuck, in none of its schedules.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

gates=$top/tests/specimens/gates.c
schedules=40
[ -n "$LONG" ] && schedules=2000

# explore ARGUMENT...: report in $work/report.json
explore() {
	rm -f "$work/report.json"
	run "$ipcfault" explore --report "json:$work/report.json" "$@"
}

# The first of each row of the table; what is behind "Broken" is.
kinds() {
	sed -n '/^} kinds\[\]/,/Broken/s/^\t{"\([^"]*\)".*/\1/p' "$gates"
}

check 'the program compiles' "$ipcfault" cc -g -O1 -D_GNU_SOURCE -o "$work/gates" "$gates"
for kind in $(kinds); do
	explore --schedules "$schedules" -- "$work/gates" "$kind"
	if [ "$status" = 0 ]; then pass "$kind"; else fail "$kind" "$work/out"; fi
	is "$kind: no schedule is given up" "$(of_case 0 '.notes | length')" 0
done

# A signal in front of pause() is none in it.
explore --schedules 200 -- "$work/gates" pause
is 'the signal that comes too early is found' "$status" 1
says 'as what it is' "$work/out" 'wait_pause\(\) gates\.c:[0-9]+ waits for a signal'

nothing_left explore-gates
finish
