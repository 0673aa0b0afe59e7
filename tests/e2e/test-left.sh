#!/bin/bash
# Nothing is left behind: after 30 runs (LONG=1: 1,000) of programs that leave objects, files and
# processes, and of bundled scenarios whose processes are killed, there is no System V object, no
# message queue, nothing in /dev/shm, no process and no file that was not there before.  With name
# spaces, and where the machine's own names are used.
# With an IPC name space of the test's own nobody else's objects are in the way.
if [ -z "${OWN_OBJECTS:-}" ] && unshare --ipc --mount true 2>/dev/null; then
	OWN_OBJECTS=1 exec unshare --ipc --mount "$0"
fi
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
if [ -n "${OWN_OBJECTS:-}" ]; then
	mount -t tmpfs tmpfs /dev/shm
	mount -t mqueue mqueue /mnt
fi

runs=30
[ -n "$LONG" ] && runs=1000
bundled="msg-stale mq-pool-killed shm-sysv-stale shm-posix-stale sem-posix-stale sem-posix-unlinked
	unix-restart unix-dgram-stale fifo-second-client mmap-header process-supervisor file-lock-stale-pid-file"

# All there is, or what may be ours.
everything() {
	if [ -n "${OWN_OBJECTS:-}" ]; then
		find /dev/shm /mnt -mindepth 1
	else
		find /dev/shm -mindepth 1 -name 'e2e-*' -o -name 'ipcfault*' -o -name 'sem.ipcfault*'
	fi
	for kind in shm sem msg; do
		awk -v kind="$kind" 'NR > 1 { print "System V", kind, $1, $2 }' "/proc/sysvipc/$kind" 2>/dev/null
	done
}

scenario litter <<-EOT
	scenario: a program that leaves one of each kind, a daemon and a process that is killed
	mechanism: process
	repeat: $((runs / 5))
	processes:
	  litter: {run: "@subjects@/e2e-bad litter; @subjects@/e2e-bad daemonize; mkfifo \$TMPDIR/f; cat \$TMPDIR/f"}
	faults:
	  - name: killed
	    at: {process: litter, call: openat, on: "*/f", phase: blocked}
	    do: {kill: SIGKILL}
	expect:
	  litter: {exit: any}
	  allow: [leak, deadlock, hang]
EOT

# Enough of each for the rest of the runs.
repeat_bundled() {
	local name cases=0 each
	for name in $bundled; do
		cases=$((cases + $("$ipcfault" check "scenarios/$name.scn" | sed 's/.*, \([0-9]*\) cases.*/\1/')))
	done
	each=$(((runs - runs / 5 + cases - 1) / cases))
	for name in $bundled; do
		sed "s/^mechanism:/repeat: $each\n&/" "scenarios/$name.scn" >"$work/$name.scn"
	done
}

files=("$work/litter.scn")
repeat_bundled
for name in $bundled; do files+=("$work/$name.scn"); done

# leaves_nothing NAME COMMAND...
leaves_nothing() {
	local name=$1 number
	shift
	rm -f "$work/report.json"
	everything >"$work/before"
	"$@" env "$mark" TMPDIR="$work/tmp" timeout -k 10 600 "$ipcfault" "${files[@]}" \
		--report "json:$work/report.json" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	number=$(jq '[.summary | .pass, .fail, .inconclusive, .error] | add' "$work/report.json")
	check "$name: $number runs" [ "${number:-0}" -ge "$runs" ]
	if [ "$status" = 0 ]; then pass "$name: all passed"; else
		cat "$work/err" >>"$work/out"
		fail "$name: all passed" "$work/out"
	fi
	nothing_left "$name"
	everything >"$work/after"
	is "$name: the objects are those of before" "$(comm -13 <(sort "$work/before") <(sort "$work/after"))" ""
}

leaves_nothing "in name spaces" command
if [ "$(id -u)" = 0 ] && apart true >/dev/null 2>&1; then
	leaves_nothing "without name spaces" apart
else
	skip "without name spaces" "needs root, to forbid them"
fi

finish
