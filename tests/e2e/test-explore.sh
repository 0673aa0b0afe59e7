#!/bin/bash
# Exploring finds the race of each bundled program that has one, by every strategy in the long
# form; what it prints shows the race again every time; a mended program stays silent.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

scenarios=(scenarios/explore/*.scn)
strategies=(random pct pos starve rf)
seconds=10 # in which a bug is to be found

# The cases of which something is true, one in a line.
cases() {
	jq -r ".cases[] | select($1) | \"\(.file) \(.variant) \(.role): \(.verdict) \(.reason)\"" \
		"$work/report.json" 2>&1
}

# silent ARGUMENT...: no mended program is said to have a bug.
silent() {
	local name=$1
	shift
	limit=3600 explore --role subject "$@" "${scenarios[@]}"
	is "$name: status" "$status" 0
	is "$name: silent" "$(cases '.verdict != "pass" or .findings != []')" ''
	is "$name: all were run" "$(jq '.cases | length > 20' "$work/report.json")" true
}

# found NAME ARGUMENT...: each program that has a bug is said to have one, in time.
found() {
	local name=$1
	shift
	limit=3600 explore --role control "$@" "${scenarios[@]}"
	is "$name: found" "$(cases '.verdict != "pass"')" ''
	is "$name: in time" "$(cases ".duration_ms > $((seconds * 1000))")" ''
	is "$name: each says how to see it again" "$(cases '.explore.schedule == null')" ''
}

# What would mend the race of these programs.
mended_by() { # FILE TEXT
	local text
	text=$(jq -r ".cases[] | select(.file == \"scenarios/explore/$1.scn\") | .findings[0].text" \
		"$work/report.json")
	check "$1: $2" grep -qF -- "$2" <<<"$text"
}

# The schedules of the last report show it again, $1 times of as many.
replays() {
	local times=$1 command caught total=0 shown=0
	while read -r command; do
		total=$((total + times))
		eval "set -- $command" # quoted for a shell
		shift
		run "$ipcfault" "$@" --repeat "$times" -q
		caught=$(grep -oE '[0-9]+ controls? caught' "$work/out" | cut -d' ' -f1)
		shown=$((shown + ${caught:-0}))
		[ "$status" = 0 ] || { echo "$command"; cat "$work/out" "$work/err"; } >>"$work/not-shown"
	done < <(jq -r '.cases[].reproduce' "$work/report.json")
	check 'there are schedules to replay' [ "$total" -gt 0 ]
	if [ "$shown" = "$total" ]; then pass "replayed: $shown of $total"; else
		fail "replayed: $shown of $total" "$work/not-shown"
	fi
}

if [ -n "$LONG" ]; then
	for strategy in "${strategies[@]}"; do
		silent "$strategy" --strategy "$strategy" --schedules 10000
	done
	found 'in turn' --budget "${seconds}s"
	replays 100
else
	silent 'in turn' --schedules 40
	found 'in turn' --budget "${seconds}s"
	replays 2
fi
explore --role control scenarios/explore/{ring-volatile,ring,flag-order}.scn
mended_by ring-volatile 'mended by _Atomic on ring.'
mended_by flag-order 'mended by a stronger memory order on shared.is_ready:'
mended_by ring 'no qualifier mends it: with every access to ring.slots'

# Of a command; the whole way.
check 'the program compiles' "$ipcfault" cc -g -O1 -o "$work/count" tests/specimens/count.c
explore -- "$work/count"
is 'the bug of a command is found' "$status" 1
says 'with the line' "$work/out" 'main\(\) count\.c:8'
schedule=$(of_case 0 .explore.schedule)
explore --schedule "$schedule" -- "$work/count"
is 'the schedule shows it again' "$status" 1

# Mended, or another program: the schedule is of another one.
sed 's/(\*count)++/__atomic_fetch_add(count, 1, 5)/' tests/specimens/count.c >"$work/count.c"
check 'the mended program compiles' "$ipcfault" cc -g -O1 -o "$work/count" "$work/count.c"
explore --schedules 200 -- "$work/count"
is 'nothing is found once it is mended' "$status" 0
explore --schedule "$schedule" -- "$work/count"
is 'the old schedule does not fit' "$status" 3
says 'and that is said' "$work/out" 'the program has changed since'

# There is nobody to give the turn to.
cat >"$work/alone.c" <<-'EOT'
	#include <sys/mman.h>
	int main(void)
	{
		volatile int *count = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		(*count)++;
		return *count != 1;
	}
EOT
check 'the program that is alone compiles' "$ipcfault" cc -O1 -o "$work/alone" "$work/alone.c"
explore --schedules 20 -- "$work/alone"
is 'a program that is alone comes to its end' "$status $(of_case 0 '.notes | length')" '0 0'

# The same seed tries the same.
explore --seed 3 "${scenarios[0]}" --role control
first=$(of_case 0 .explore.schedule)
explore --seed 3 "${scenarios[0]}" --role control
is 'the same seed finds the same' "$(of_case 0 .explore.schedule)" "$first"

# Calls that wait give the turn away; where one is not known, nothing is said to be sound.
check 'the program that waits compiles' "$ipcfault" cc -g -O1 -D_GNU_SOURCE -o "$work/waits" \
	"$top/tests/specimens/waits.c"
for kind in semop msg mq flock fcntl nonblock named futex select epoll; do
	explore --schedules 30 -- "$work/waits" "$kind"
	is "$kind: waits by turns" "$status $(of_case 0 '.notes | length')" '0 0'
done
explore --schedules 2 -- "$work/waits" unknown
is 'a call that is not known' "$status" 3
says 'is told' "$work/out" 'no schedule came to an end: a process waits in a call'

# After a kill: the lock is lost, though they say so; what it protects is, where that is asked.
for bug in '' -lost -half; do
	check "race-robust$bug compiles" "$ipcfault" cc -g -O1 -fno-inline -o "$work/robust$bug" \
		"harness/race/race-robust$bug.c"
	cat >"$work/robust$bug.scn" <<-EOT
		scenario: after a kill the others go on
		mechanism: mmap
		processes:
		  robust: {run: [$work/robust$bug]}
		expect:
		  robust: {exit: 0}
		  recovers: 1s
	EOT
done
explore --schedules 300 --kill 'robust/child[1]' "$work/robust.scn"
is 'repaired' "$status $(of_case 0 '.findings | length')" '0 0'
explore --schedules 300 --kill 'robust-lost/child[1]' -- "$work/robust-lost"
is 'not made consistent' "$status $(of_case 0 '.findings[0].kind')" '1 not-recovered'
says 'by whom' "$work/out" 'unlocks .*, whose owner had died, without pthread_mutex_consistent'
explore --schedules 300 --kill 'robust/child[1]' "$work/robust-half.scn"
is 'not repaired' "$status $(of_case 0 '.findings[0].kind')" '1 not-recovered'
explore --schedules 300 --kill 'robust-half/child[1]' -- "$work/robust-half"
is 'not repaired, and not asked' "$status" 0

# Looked for only where it is asked for.
check 'race-lines-shared compiles' "$ipcfault" cc -g -O1 -fno-inline -o "$work/lines" \
	harness/race/race-lines-shared.c
explore --schedules 20 -- "$work/lines"
is 'false sharing is no error' "$status" 0
explore --schedules 20 --false-sharing -- "$work/lines"
is 'but where it is asked for' "$status $(of_case 0 '.findings[0].kind')" '1 false-sharing'
says 'with the fields' "$work/out" 'lines/child\[1\]: writes shared\.'

# Not ours.
cp /bin/true "$work/true"
explore -- "$work/true"
is 'a program that was not compiled for it' "$status" 3
says 'is told, too' "$work/out" 'compile it with `ipcfault cc`'

nothing_left explore
finish
