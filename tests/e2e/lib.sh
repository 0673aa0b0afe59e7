# lib.sh - what the end-to-end tests share.  Sourced by bash in the top folder.
#
# A test prints a line for each check, PASS, FAIL or SKIP, and ends with `finish`.  Everything
# that a test makes is in $work; what it starts carries $mark in its environment, so that what is
# left of it can be found.  LONG=1 asks for the long form of a test.
# shellcheck shell=bash
set -u
top=$PWD
ipcfault=${IPCFAULT:-$top/build/ipcfault}
subjects=${SUBJECTS:-$top/build/subjects}
harness=$top/build/harness
LONG=${LONG:-}
passed=0 failed=0
# shellcheck disable=SC2034 # read by the tests
status=0

work=$(mktemp -d /tmp/e2e-XXXXXX) || exit
work_of=$BASHPID
mkdir "$work/tmp"
chmod 755 "$work"
mark=E2E_MARK=${work##*/}
trap '[ "$BASHPID" = "$work_of" ] && rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

pass() {
	passed=$((passed + 1))
	printf 'PASS %s\n' "$1"
}

# fail NAME [FILE]: the file says more.
fail() {
	failed=$((failed + 1))
	printf 'FAIL %s\n' "$1"
	[ -n "${2:-}" ] && [ -e "$2" ] && head -c 4000 "$2" | sed 's/^/     | /'
	return 0
}

skip() {
	printf 'SKIP %s: %s\n' "$1" "$2"
}

# check NAME COMMAND...: passes when the command succeeds.
check() {
	local name=$1
	shift
	if "$@" >"$work/check.out" 2>&1; then pass "$name"; else fail "$name" "$work/check.out"; fi
}

# says NAME FILE REGEX: some line of the file matches.
says() {
	if grep -qE -- "$3" "$2"; then pass "$1"; else
		{ echo "expected: $3"; cat "$2"; } >"$work/says.out"
		fail "$1" "$work/says.out"
	fi
}

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then pass "$1"; else
		printf 'got:    %s\nwanted: %s\n' "$2" "$3" >"$work/is.out"
		fail "$1" "$work/is.out"
	fi
}

finish() {
	printf '%d passed, %d failed\n' "$passed" "$failed"
	[ "$failed" -eq 0 ]
	exit
}

# ipcfault, or another command, with the mark and a TMPDIR of its own; output in $work/out and
# $work/err, exit status in $status.
marked() {
	env -u CI_NODE_INDEX -u SLURM_ARRAY_TASK_ID -u JOB_COMPLETION_INDEX "$mark" TMPDIR="$work/tmp" "$@"
}

run() {
	marked timeout -k 10 "${limit:-120}" "$@" >"$work/out" 2>"$work/err" </dev/null
	# shellcheck disable=SC2034 # read by the tests
	status=$?
}

# explore ARGUMENT...: as run; the report is in $work/report.json.
explore() {
	rm -f "$work/report.json"
	run "$ipcfault" explore --report "json:$work/report.json" "$@"
}

# A user namespace of its own is where it can be forbidden without forbidding it to others.
# The ids in it are those outside; the map must be written from outside, and only a program that is
# executed after that is root there.
apart() {
	local pid
	unshare --user true || return
	[ -p "$work/mapped" ] || mkfifo "$work/started" "$work/mapped"
	# shellcheck disable=SC2016 # for the inner shell
	unshare --user bash -c 'echo $$ >"$0/started"; read -r _ <"$0/mapped"
		exec bash -c "$1" "${@:2}"' "$work" \
		'echo 0 >/proc/sys/user/max_user_namespaces || exit 77; exec "$0" "$@"' "$@" &
	read -r pid <"$work/started"
	echo 0 0 65536 >"/proc/$pid/uid_map"
	echo 0 0 65536 >"/proc/$pid/gid_map"
	echo >"$work/mapped"
	wait $!
}

# scenario NAME: standard input becomes $work/NAME.scn; $SUBJECTS and so on are put in.
scenario() {
	local text
	text=$(cat)
	text=${text//@subjects@/$subjects}
	text=${text//@harness@/$harness}
	printf '%s\n' "${text//@work@/$work}" >"$work/$1.scn"
}

# What case $1 (0, 1, ...) of the report says: `of_case 0 .verdict`.
of_case() {
	jq -r ".cases[$1] | ${2}" "$work/report.json" 2>&1
}

# Run the scenario, one report in $work/report.json.
judge() {
	local name=$1
	shift
	rm -f "$work/report.json"
	run "$ipcfault" "$work/$name.scn" --report "json:$work/report.json" "$@"
}

# A line for each case of a report.  What a control is caught by may differ: it names several.
verdicts() {
	jq -r '.cases[] | "\(.file) \(.variant) \(.role) \(.verdict)"' "$1"
}

# The processes that carry the mark, our own not being among them.
left_processes() {
	local file pid
	for file in $(grep -lszx "$mark" /proc/[0-9]*/environ); do
		pid=${file#/proc/}
		pid=${pid%/environ}
		printf '%s %s\n' "$pid" "$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")"
	done
}

# What the subjects make, as others may use the same machine: e2e-... and the key 0x0e2e.
left_objects() {
	local kind
	ls -A /dev/shm 2>/dev/null | sed -n 's|^e2e-|/dev/shm/&|p'
	for kind in shm sem msg; do
		awk -v kind="$kind" '$1 == 3630 { print "System V", kind, $2 }' "/proc/sysvipc/$kind" 2>/dev/null
	done
	awk -v work="$work" 'index($5, work) == 1 { print "mount", $5 }' /proc/self/mountinfo
}

# Death takes its time: looking again is the pause, and it is limited.
is_nothing_left() {
	local give_up=$((SECONDS + 20))
	while [ -n "$(left_processes)" ] || [ -n "$(ls -A "$work/tmp")" ]; do
		[ "$SECONDS" -ge "$give_up" ] && break
	done
	{
		left_processes | sed 's/^/process /'
		ls -A "$work/tmp" | sed 's/^/file in TMPDIR /'
		left_objects
	} >"$work/left"
	[ ! -s "$work/left" ]
}

nothing_left() {
	if is_nothing_left; then pass "$1: nothing is left"; else fail "$1: nothing is left" "$work/left"; fi
}
