#!/bin/bash
# ipcfault is struck by SIGKILL, SIGTERM and SIGINT in the middle of its work: nothing is left, a
# signal that asks to end still gets the summary of what was done, and reports are whole or absent.
# The moments are random, with a seed: SEED=7 repeats those.  A full disk is told, too.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

seed=${SEED:-1}
times=20
[ -n "$LONG" ] && times=200

scenario victim <<-'EOT'
	scenario: a pipeline that fails
	mechanism: pipe
	repeat: 12
	channels:
	  data: pipe
	processes:
	  writer: {run: ["@harness@/pipe-writer", --records, 1000], stdout: data}
	  reader: {run: ["@harness@/pipe-reader"], stdin: data}
	  idler: {run: "sleep 1000 & sleep 1000 & kill $!"}
	faults:
	  - name: reader leaves
	    at: {process: writer, call: write, on: data, nth: 3}
	    do: {close-peer: all}
	expect:
	  writer: {exit: 3}
	  reader: {exit: any}
	---
	scenario: a program that leaves things and waits
	mechanism: process
	repeat: 4
	deadline: 100ms
	processes:
	  litter: {run: "@subjects@/e2e-bad litter; mkfifo $TMPDIR/f; @subjects@/e2e-bad daemonize; cat $TMPDIR/f"}
	expect:
	  litter: {exit: any}
EOT

# How long the whole takes: the moments lie within it.
run "$ipcfault" "$work/victim.scn" --report "json:$work/report.json"
span=$(jq '[.cases[].duration_ms] | add * 1000 / 2 | floor' "$work/report.json")
is "all cases are done when nothing strikes" "$(jq '.cases | length' "$work/report.json")" 16

# strike SIGNAL SEED WHOM: as e2e-strike does
strike() {
	rm -f "$work"/report.json "$work"/.report.json*
	run "$subjects/e2e-strike" "$1" "$2" "$span" "$3" "$ipcfault" "$work/victim.scn" \
		--report "json:$work/report.json" --report "junit:$work/report.xml"
}

is_whole() {
	jq -e '.version == 1 and (.cases | length) == ([.summary[]] | add)' "$work/report.json"
}

struck=0
for ((i = 0; i < times; i++)); do
	for signal in KILL TERM INT; do
		number=$(kill -l "$signal")
		whom=main
		[ "$signal" = INT ] && whom=group
		name="SIG$signal, seed $((seed + i))"
		strike "$number" "$((seed + i))" "$whom"
		nothing_left "$name"
		if [ "$(tail -n 1 "$work/err")" = late ]; then
			continue
		fi
		struck=$((struck + 1))
		is "$name: exit status" "$status" $((128 + number))
		check "$name: no unfinished report" [ -z "$(find "$work" -maxdepth 1 -name '.report*')" ]
		if [ "$signal" = KILL ]; then
			check "$name: no report" [ ! -e "$work/report.json" ]
			continue
		fi
		says "$name: summary" "$work/out" '[0-9]+ (passed|failed|cases?).*'
		# In the last moments all are done, and the summary is being written.
		if [ "$(jq '.cases | length' "$work/report.json")" -lt 16 ]; then
			says "$name: says that it was stopped" "$work/out" '[Ii]nterrupted|stopped|not run'
		fi
		check "$name: the JSON report is whole" is_whole
		if command -v xmllint >/dev/null; then
			check "$name: the JUnit report is whole" xmllint --noout "$work/report.xml"
		fi
	done
done
check "most were struck in the middle ($struck of $((3 * times)))" [ "$struck" -gt "$times" ]

# Reports that cannot be written.
scenario short <<-'EOT'
	scenario: a short one
	mechanism: process
	repeat: 200
	processes:
	  echo: {run: [echo, a line of output that fills the report]}
	expect:
	  echo: {exit: 0}
EOT
run "$ipcfault" "$work/short.scn" --report json:/dev/full
is "report to /dev/full: exit status" "$status" 3
says "report to /dev/full: says why" "$work/err" '/dev/full.*No space left'
check "report to /dev/full: nothing was run" [ ! -s "$work/out" ]
run "$ipcfault" "$work/short.scn" --report "json:$work/no/such/folder/report.json"
says "report into no folder: says why" "$work/err" 'No such file'
check "report into no folder: exit 3" [ "$status" = 3 ]
check "report into no folder: nothing was run" [ ! -s "$work/out" ]
run "$ipcfault" "$work/short.scn" --report "json:$work"
says "report onto a folder: says why" "$work/err" '[Dd]irectory|folder'
run sh -c '"$1" "$2" >/dev/full' sh "$ipcfault" "$work/short.scn"
is "standard output on a full disk: exit status" "$status" 3
says "standard output on a full disk: says why" "$work/err" 'No space left'
nothing_left "full disks"

on_small_disk() {
	mkdir "$work/small"
	mount -t tmpfs -o size=16k tmpfs "$work/small" || exit 77
	"$ipcfault" "$work/short.scn" --report "json:$work/small/report.json"
	code=$?
	echo "files: $(ls -A "$work/small")"
	exit $code
}
export -f on_small_disk
export work ipcfault
if unshare --mount true 2>/dev/null; then
	run unshare --mount bash -c on_small_disk
	is "report on a small disk: exit status" "$status" 3
	says "report on a small disk: says why" "$work/err" 'report.json.*No space left'
	says "report on a small disk: half a report is not left" "$work/out" '^files: $'
else
	skip "report on a small disk" "no mount namespace"
fi

finish
