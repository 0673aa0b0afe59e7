#!/bin/bash
# Calls that can wait give the turn away, and what waits is woken by what wakes it: no program that
# is in order is said to be stuck, in none of its schedules.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

schedules=40
[ -n "$LONG" ] && schedules=2000

# The first of each row of the table; what is behind "Broken" is.
kinds() {
	sed -n '/^} kinds\[\]/,/Broken\|^}/p' "$1" | grep -oE '\{"[^"]+"' | tr -d '{"'
}

for program in gates gates-threads; do
	source=$top/tests/specimens/$program.c
	check "$program compiles" "$ipcfault" cc -g -O1 -D_GNU_SOURCE -o "$work/$program" "$source"
	for kind in $(kinds "$source"); do
		explore --schedules "$schedules" -- "$work/$program" "$kind"
		if [ "$status" = 0 ]; then pass "$kind"; else fail "$kind" "$work/out"; fi
		is "$kind: no schedule is given up" "$(of_case 0 '.notes | length')" 0
	done
done

# A signal in front of pause() is none in it.
explore --schedules 200 -- "$work/gates" pause
is 'the signal that comes too early is found' "$status" 1
says 'as what it is' "$work/out" 'wait_pause\(\) gates\.c:[0-9]+ waits for a signal'

nothing_left explore-gates
finish
