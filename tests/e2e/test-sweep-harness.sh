#!/bin/bash
# Sweeps of the bundled programs: nothing is found in a sound one, and its bug is found in one that
# has one, by a fault that the sweep has chosen.  What only the faults of the file itself show, and
# why, is listed in sweep-harness.txt.  LONG=1: all scenarios, else a few that are fast.  NAMES:
# these.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
known=tests/e2e/sweep-harness.txt
results=${RESULTS:-$work/results}
mkdir -p "$results"

some="eventfd-int eventfd-producer-hangs fifo-eintr-open fifo-hung-writer fifo-server-killed
	mq-eintr-receive pipe-child-killed pipe-resend pipe-short-read shm-posix-holder-killed
	shm-posix-slow-holder signal-nanosleep"

# Kinds of one trouble: which of them it is depends on who waits for whom, and on what is demanded.
# shellcheck disable=SC2089 # it is jq's, and no command line
kind_class='def class: if IN("deadlock", "hang", "spin", "late", "not-recovered") then "stuck"
	elif IN("crash", "sigpipe", "killed") then "dead"
	elif IN("wrong-exit", "wrong-output", "unreported") then "wrong" else . end;'

# caught FILE: the classes of what the scenario's control is caught by.
caught() {
	sed -n '/^control:/,$p' "$1" | sed -n '/caught:/,/^[^ ]/p' | grep -oE '[a-z-]+' | sort -u |
		jq -rR "$kind_class"'select(IN("crash", "sigpipe", "killed", "deadlock", "hang", "spin",
			"wrong-exit", "wrong-output", "late", "leak", "memory-error", "unsafe-in-handler",
			"race", "not-recovered", "optimization")) |
			# It shows at one level, as whatever it does there.
			if . == "optimization" then ., "stuck", "dead", "wrong" else class end' | sort -u
}

# findings NAME ROLE: "class|kind|title" of all that the sweep has found.
findings() {
	# The first one is what the entry is about; what the file shows itself may be any of them.
	jq -r "$kind_class"'.cases[] | .scenario as $t |
		(if $t | startswith("the file'"'"'s own ") then .findings[].kind else .findings[0].kind end) |
		"\(class)|\(.)|\($t)"' \
		"$results/$1.$2.json" 2>/dev/null
	# What is there also without faults needs no sweep to be seen.
	sed -nE 's/.*without faults there is already a finding: ([a-z-]+) .*/\1/p; s/.*the run without faults: it does not end.*/hang/p' \
		"$results/$1.$2.err" | jq -rR "$kind_class"'"\(class)|\(.)|without a fault"'
}

# sweep_both FILE: both roles; RESULT, class by class, in $results/NAME.
sweep_both() {
	local file=$1 name role
	name=$(basename "$file" .scn)
	for role in subject control; do
		marked timeout -k 10 600 "$ipcfault" sweep -j 2 --budget 60s --role "$role" --out "$results/$name.$role" \
			--report "json:$results/$name.$role.json" "$file" \
			>"$results/$name.$role.out" 2>"$results/$name.$role.err" </dev/null
		findings "$name" "$role" | sort -u >"$results/$name.$role.found"
	done
	[ -z "$LONG" ] || replay_each "$name" >"$results/$name.replays"
}

# caught_of_20 COMMAND LIMIT: how often it ends well; with --repeat each time would have another seed.
caught_of_20() {
	local times=0
	for _ in {1..20}; do
		# shellcheck disable=SC2086 # none, or two words
		marked timeout -k 10 30 bash -c "\"$ipcfault\" $1 -q $2" </dev/null >/dev/null 2>&1 &&
			times=$((times + 1))
	done
	echo "$times"
}

# replay_each NAME: "class|times|how" of each bug of the control: how often of 20 it is seen again,
# the way that the report says.  What the file shows itself is caught, the scenario of another fails.
replay_each() {
	local class file how limit
	jq -r "$kind_class"'.cases[] | "\(.findings[0].kind | class)\t\(.file)\t\(.reproduce)"' \
		"$results/$1.control.json" 2>/dev/null |
		while IFS=$'\t' read -r class file how; do
			limit=
			[ "$class" = stuck ] && limit='--timeout 2s'
			case $how in
			'ipcfault run '*)
				how="run ${how#ipcfault run }"
				echo "$class|$(caught_of_20 "$how" "$limit")|$how"
				continue
				;;
			esac
			how="run $file"
			# shellcheck disable=SC2086 # none, or two words
			marked timeout -k 10 300 bash -c "\"$ipcfault\" $how --repeat 20 -q $limit" </dev/null 2>&1 |
				sed -nE 's/.*[ (]([0-9]+) (failed|controls? caught).*/\1/p' | tail -n 1 |
				while read -r times; do echo "$class|$times|$how"; done
		done
}

# Of a control only what the sound program has not: the two differ in the bug alone.
judge_both() {
	local file=$1 name subject=clean control=missed new
	name=$(basename "$file" .scn)
	new=$(comm -13 "$results/$name.subject.found" "$results/$name.control.found")
	[ -s "$results/$name.subject.found" ] && subject=alarm
	grep -q '|without a fault' "$results/$name.subject.found" && subject=unswept
	for class in $(caught "$file"); do
		grep "^$class|" <<<"$new" | grep -qv "|the file's own " && control=found
		[ "$control" = missed ] && grep -q "^$class|.*|the file's own " <<<"$new" && control=by-file
	done
	grep -qxE "$name +subject" "$known" && [ "$subject" != clean ] && subject=$subject-known
	grep -qxE "$name +control" "$known" && [ "$control" = by-file ] && control=by-file-known
	printf '%s %s %s %s\n' "$(sed -nE 's/^mechanism: //p' "$file" | head -1)" "$name" "$subject" "$control"
}
export -f sweep_both findings marked replay_each caught_of_20
# shellcheck disable=SC2090
export results ipcfault kind_class mark work LONG

files=()
for file in scenarios/*.scn; do
	name=$(basename "$file" .scn)
	# Programs of Debian have a test of their own, with a list of what was looked at.
	grep -qE 'harness\}/|^build:' "$file" || continue
	[ -n "$LONG" ] && [ -z "${NAMES:-}" ] || grep -qw -- "$name" <<<"${NAMES:-$some}" || continue
	files+=("$file")
done
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -I{} bash -c 'sweep_both {}'
for file in "${files[@]}"; do judge_both "$file"; done >"$results/table"

count() {
	awk -v m="$1" '(m == "all" || $1 == m) { all++; s[$3]++; c[$4]++ }
		END { printf "%-16s %5d  %5d %6d  %5d %11d %6d\n", m, all, s["clean"],
			s["alarm"] + s["unswept"], c["found"], c["by-file-known"], c["missed"] + c["by-file"] }' "$results/table"
}
echo 'mechanism          all  sound  alarm  found by its file missed'
for mechanism in $(cut -d ' ' -f 1 "$results/table" | sort -u) all; do count "$mechanism"; done

while read -r _ name subject control; do
	case $subject in
	clean | *-known) pass "$name: nothing is found in the sound program" ;;
	*) fail "$name: $subject: nothing is found in the sound program" "$results/$name.subject.found" ;;
	esac
	case $control in
	found | by-file-known) pass "$name: the bug of the other is found" ;;
	*) fail "$name: $control: the bug of the other is found" "$results/$name.control.found" ;;
	esac
	[ "$control" != missed ] && [ -n "$LONG" ] || continue
	file=scenarios/$name.scn
	again=$(
		grep '|20|run .* --role control' "$results/$name.replays" # it is caught as declared
		for class in $(caught "$file"); do grep "^$class|20|" "$results/$name.replays"; done
	)
	check "$name: it is seen again 20 times of 20" [ -n "$again" ]
done <"$results/table"

[ -z "$LONG" ] || cat "$results"/*.replays | awk -F '|' '$2 == 20 { all++ } $2 != 20 { print "     " $0 }
	END { print all + 0 " of " NR " reproducers show it 20 times of 20" }'

nothing_left 'all sweeps'
finish
