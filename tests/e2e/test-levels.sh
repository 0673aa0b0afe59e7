#!/bin/bash
# Missing qualifiers: each of the programs that lack one is found out, and the variable and the line
# are named; those that have it give no finding at any level.  In under a minute, nothing compiled
# before, and each time again: LONG=1 runs them 20 times, else twice.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

times=2
[ -n "$LONG" ] && times=20
export XDG_CACHE_HOME=$work/cache


# Scenario, variable, and what stands in the line of the access.
named='
signal-level-stop stop while.*!stop
shm-posix-level-ready board.ready is_ready
mmap-level-doorbell doorbell.command RESET|START
shm-posix-level-message message.valid validate
shm-posix-level-length request.length length
shm-posix-level-seqlock order.seq read_begin|read_end
shm-posix-level-result box.full full
signal-level-jump compute.done done
shm-posix-level-heartbeat heart.beats get_beats
mmap-level-account book.dirty set_dirty|set_clean
mmap-level-pair entry.key key
shm-posix-level-store store.ring.slots.state get_state
'

# shellcheck disable=SC2317 # called by check
# names CASE VARIABLE TEXT: a finding names the variable, at a line with that text.
names() {
	local place
	while read -r place; do
		sed -n "${place##*:}p" "${place%:*}" | grep -qE "$3" && return
	done < <(jq -r --arg variable "$2" "$1"' | .findings[] | select(.kind == "optimization" and
		.variable == $variable) | "\(.where.file):\(.where.line)"' "$work/report.json")
	return 1
}

# shellcheck disable=SC2317 # called by check
# says SCENARIO TEXT: a finding of its control has this text.
says() {
	jq -r --arg file "/$1.scn" '.cases[] | select(.role == "control" and (.file |
		endswith($file))) | .findings[].text' "$work/report.json" | grep -qE "$2"
}

for ((i = 1; i <= times; i++)); do
	limit=500 run "$ipcfault" scenarios --tag levels --report "json:$work/report.json"
	if [ "$status" = 0 ]; then pass "run $i: exit status 0"; else fail "run $i: exit status $status" "$work/out"; fi
	is "run $i: nothing is found where the qualifier is" \
		"$(jq '[.cases[] | select(.role == "subject") | .findings[]] | length' "$work/report.json")" 0
	is "run $i: all others are found out" \
		"$(jq '[.cases[] | select(.role == "control" and ([.findings[] | select(.kind == "optimization")] == []))] | length' "$work/report.json")" 0
	while read -r scenario variable text; do
		[ -n "$scenario" ] || continue
		# shellcheck disable=SC2016 # the quotes are jq's
		check "run $i: $scenario: $variable is named" names \
			'.cases[] | select(.role == "control" and (.file | endswith("/'"$scenario"'.scn")))' \
			"$variable" "$text"
	done <<<"$named"
	check "run $i: a reader is stuck with what it has read" \
		says shm-posix-level-ready 'stuck at -O[^ ]* with a stale value: .* has read 0, and 1 is there'
	check "run $i: and in a large program" \
		says shm-posix-level-store 'stuck at -O2 with a stale value: ring.c:29 .* has read [0-9]+, and [0-9]+ is there'
	check "run $i: clang's reason is one source of many" \
		says shm-posix-level-store 'clang -O2: from [A-Za-z]*Pass in .* of ring.c on'
	verdicts "$work/report.json" >"$work/verdicts.$i"
	if cmp -s "$work/verdicts.1" "$work/verdicts.$i"; then pass "run $i: the same verdicts"; else
		diff "$work/verdicts.1" "$work/verdicts.$i" >"$work/diff"
		fail "run $i: the same verdicts" "$work/diff"
	fi
done
nothing_left "levels"
finish
