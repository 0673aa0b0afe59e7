#!/bin/bash
# What the command answers: exit status, what goes to which stream, colour, the progress line.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

# one NAME COMMAND EXPECTED-STATUS [FAULT-NTH]: a scenario of one process
one() {
	{
		cat <<-EOT
			scenario: $1
			mechanism: process
			processes:
			  main: {run: [$2]}
		EOT
		[ -n "${4:-}" ] && printf 'faults:\n  - {name: f, at: {process: main, call: write, nth: %s}, do: {errno: EIO}}\n' "$4"
		[ -n "${5:-}" ] && printf 'needs: [%s]\n' "$5"
		printf 'expect:\n  main: {exit: %s}\n' "$3"
	} >"$work/$1.text"
	scenario "$1" <"$work/$1.text"
}

one good 'true' 0
one bad 'false' 0
one unfired '"echo", "a"' 0 1000
one error "\"$work/bad-elf\"" 0
one skipped 'true' 0 '' 'kernel>=99.0'
printf '\177ELF' >"$work/bad-elf"
chmod 755 "$work/bad-elf"
printf 'scenario: x\nnonsense: 1\n' >"$work/broken.scn"

answers() {
	local wanted=$1 name=$2
	shift 2
	run "$ipcfault" "$@"
	is "$name: exit status" "$status" "$wanted"
}

answers 0 "all passed" "$work/good.scn"
check "all passed: nothing on standard error" [ ! -s "$work/err" ]
answers 1 "a finding" "$work/bad.scn"
answers 1 "a finding beats what is inconclusive" "$work/unfired.scn" "$work/bad.scn" "$work/error.scn"
answers 3 "inconclusive" "$work/unfired.scn" "$work/good.scn"
answers 3 "not executed" "$work/error.scn"
answers 77 "all skipped" "$work/skipped.scn"
says "all skipped: says why" "$work/out" '99'
answers 0 "skipped and passed" "$work/skipped.scn" "$work/good.scn"
answers 2 "a bad scenario" "$work/broken.scn"
answers 2 "a bad scenario among good ones" "$work/good.scn" "$work/broken.scn"
says "a bad scenario among good ones: nothing was run" "$work/err" 'nothing was run'
check "a bad scenario: nothing on standard output" [ ! -s "$work/out" ]
answers 2 "no such file" "$work/no-such.scn"
answers 2 "nothing to run"
answers 2 "an unknown option" --nonsense "$work/good.scn"
answers 2 "no case is selected" --filter nothing-like-that "$work/good.scn"
answers 2 "an unknown command" nonsense
answers 0 "a part of the cases" --shard 1/2 "$work/good.scn"
answers 2 "a part that is none" --shard 3/2 "$work/good.scn"
answers 2 "an unknown report" --report nonsense "$work/good.scn"
answers 2 "two reports to one place" --report json --report tap "$work/good.scn"
answers 0 "check of a good one" check "$work/good.scn"
answers 2 "check of a bad one" check "$work/broken.scn"
answers 0 "help" --help
answers 0 "version" --version
for what in faults triggers calls mechanisms findings; do
	answers 0 "list $what" list "$what"
done
answers 0 "new pipe" new pipe
cp "$work/out" "$work/new.scn"
answers 0 "new pipe is a good scenario" check "$work/new.scn"
answers 0 "doctor" doctor
answers 0 "trace" trace -- echo traced
answers 2 "explore of nothing" explore
answers 3 "explore of what is not compiled for it" explore -- /bin/true
answers 2 "merge of nothing" merge
answers 2 "merge of what is no report" merge "$work/good.scn"
answers 0 "sweep: nothing is found" sweep -- echo
answers 3 "sweep: nothing to try" sweep -- true
answers 2 "sweep of nothing" sweep
answers 2 "replay of nothing" replay
answers 0 "replay of what no sweep has written" replay "$work/good.scn"
says "replay of what no sweep has written: says so" "$work/err" 'does not say which programs'
answers 2 "cc alone" cc
says "cc alone: wants arguments" "$work/err" 'what is to be compiled'
answers 0 "-j" -j 3 --repeat 5 "$work/good.scn"
answers 1 "the first failure ends it" -j 1 --fail-fast --repeat 5 "$work/bad.scn"
says "the first failure ends it: the rest was not run" "$work/out" '1 failed'

# A failure prints the line that reproduces it, and the line does.
run "$ipcfault" "$work/bad.scn"
line=$(grep -A1 'to see it again' "$work/out" | tail -n 1 | sed 's/^ *//')
run sh -c "PATH='$(dirname "$ipcfault"):$PATH' $line"
is "the line that reproduces it does" "$status" 1

# Colour and the progress line are for a terminal only.
escape=$(printf '\033')
carriage=$(printf '\r')
run "$ipcfault" "$work/bad.scn" "$work/good.scn"
check "a pipe: no colour" bash -c '! grep -q "$1" "$2"' bash "$escape" "$work/out"
check "a pipe: no progress line" bash -c '! grep -q "$1" "$2"' bash "$carriage" "$work/out"
run "$ipcfault" --color=always "$work/bad.scn"
check "--color=always: colour" grep -q "$escape" "$work/out"
if command -v script >/dev/null; then
	on_terminal() {
		marked env TERM=xterm "$@" script -qec "$ipcfault $work/bad.scn $work/good.scn" /dev/null \
			>"$work/out" 2>&1 </dev/null
	}
	on_terminal env -u NO_COLOR
	check "a terminal: colour" grep -q "$escape" "$work/out"
	on_terminal env NO_COLOR=1
	check "NO_COLOR on a terminal: no colour" bash -c '! grep -q "$1\[[0-9;]*m" "$2"' bash "$escape" "$work/out"
	on_terminal env TERM=dumb
	check "a dumb terminal: no escape" bash -c '! grep -q "$1" "$2"' bash "$escape" "$work/out"
else
	skip "a terminal" "no script(1) here"
fi

# A reader that goes away is no reason to go on.
run bash -c '"$0" "$1" --repeat 2000 -v -j1 | head -n 1; exit ${PIPESTATUS[0]}' "$ipcfault" "$work/good.scn"
is "standard output is closed: exit status" "$status" 3

nothing_left "exit codes"
finish
