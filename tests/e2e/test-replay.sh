#!/bin/bash
# What explore has found is written as scenarios, and each shows the same every time; a program that
# has changed since is told, and nothing is concluded from it.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

if [ -n "$LONG" ]; then
	scenarios=(scenarios/explore/*.scn) times=100
else
	scenarios=(scenarios/explore/{count,ring,locks,transfer}.scn) times=20
fi

# replay ARGUMENT...: report in $work/report.json
replay() {
	rm -f "$work/report.json"
	limit=900 run "$ipcfault" replay --report "json:$work/report.json" "$@"
}

# explore_into FOLDER ARGUMENT...: what it finds goes there.
explore_into() {
	local folder=$1
	shift
	limit=900 run "$ipcfault" explore --out "$folder" "$@"
}

# replays NAME FOLDER: every file of it shows all that it says, each time.
replays() {
	local file wanted got
	for file in "$2"/*.scn; do
		wanted=$(sed -n 's/^  shows: \[\(.*\)\]/\1/p' "$file" | tr -d ' ' | tr , '\n' | sort | paste -sd,)
		replay --repeat "$times" "$file"
		got=$(jq -r '[.cases[] | [.findings[].kind] | unique | join(",")] | group_by(.) |
			map("\(length) times \(.[0])") | join("; ")' "$work/report.json")
		is "$1: ${file##*/}: shown again" "$status $got" "1 $times times $wanted"
		grep -qE 'has changed|does not say' "$work/err" "$work/out" &&
			fail "$1: ${file##*/}: nothing is doubted" "$work/err"
	done
}

# --- each broken program of ours ---------------------------------------------
explore_into "$work/found" --role control --report "json:$work/report.json" "${scenarios[@]}"
is 'all are found' "$status" 0
is 'each is a file' "$(find "$work/found" -name '*.scn' | wc -l)" \
	"$(jq '[.cases[] | select(.findings != [])] | length' "$work/report.json")"
is 'and that is how to see it again' \
	"$(jq -r '[.cases[].reproduce | startswith("ipcfault replay ")] | all' "$work/report.json")" true
replays 'found' "$work/found"
says 'the picture is in the file' "$(grep -l 'shows: .*race' "$work"/found/*.scn | head -1)" \
	'^# two accesses that nothing orders'

explore_into "$work/weak" --role control --memory tso scenarios/explore/peterson.scn
is 'with stores that are seen late' "$status" 0
replays 'tso' "$work/weak"

explore_into "$work/killed" --role subject --kill 'count/child[1]' scenarios/explore/count.scn
is 'with a process that is killed' "$status" 1
says 'the point is in the file' "$(find "$work/killed" -name '*.scn' | head -1)" '^  turns: ".*!2@[0-9]+=9"'
replays 'kill' "$work/killed"

# --- a command, which changes -------------------------------------------------
# compile [SED]: the program, changed so.
compile() {
	sed "${1:-}" tests/specimens/count.c >"$work/changed.c"
	check "compiles: ${1:-as it was}" "$ipcfault" cc -g -O1 -o "$work/count" "$work/changed.c"
}

compile
explore_into "$work/cmd" -- "$work/count"
is 'the bug of a command is found' "$status" 1
file=$(echo "$work"/cmd/*.scn)
check 'the file is a scenario' "$ipcfault" check "$file"
replays 'a command' "$work/cmd"
run "$ipcfault" run "$file"
is 'to run it is the same' "$status" 1
says 'and says how to see it again' "$work/out" 'ipcfault replay .*\.scn'

cp tests/specimens/count.c "$work/same.c"
check 'compiles: elsewhere, without debug information' \
	"$ipcfault" cc -O1 -o "$work/count" "$work/same.c"
replay "$file"
is 'the same code is the same program' "$status $(jq -c '.cases[0].notes' "$work/report.json")" '1 []'

compile 's/return \*count != 2/return (*count != 2) * 7/'
replay "$file"
is 'a program that has changed and shows it' "$status" 1
says 'is told' "$work/out" 'the program of count has changed since the schedule was found'

compile 's/return .*/return *count \& 0;/'
replay "$file"
is 'a program that has changed and shows nothing' "$status" 3
says 'is inconclusive' "$work/out" \
	'the program of count has changed since .* and shows no wrong-exit by it'

compile 's/(\*count)++/__atomic_fetch_add(count, 1, 5)/'
replay "$file"
is 'a program that the schedule does not fit' "$status" 3
says 'is inconclusive, too' "$work/out" 'has changed since .* which does not fit any more'
run "$ipcfault" explore --schedules 200 "$file"
is 'to explore the file is to look anew' "$status" 0

# --- a person looks --------------------------------------------------------------
compile
rm -rf "$work/held"
marked timeout -k 10 60 "$ipcfault" replay --gdb "$file" >"$work/out" 2>"$work/held" </dev/null &
held=$!
until [ "$(grep -c '^    gdb -p' "$work/held" 2>/dev/null)" = 2 ] || ! kill -0 "$held" 2>/dev/null; do
	sleep 0.05
done
first=$(grep -m1 -o 'gdb -p [0-9]*' "$work/held" | tr -dc 0-9)
other=$(grep -o 'gdb -p [0-9]*' "$work/held" | sed -n '2s/.* //p')
says '--gdb: the decisive point' "$work/held" 'changed\.c:(8|11) writes \*count'
is 'its process is stopped' "$(sed -n 's/^State:.\(.\).*/\1/p' "/proc/$first/status")" T
is 'the other one is there' "$(cat "/proc/$other/comm")" count
scope=$(cat /proc/sys/kernel/yama/ptrace_scope 2>/dev/null)
if command -v gdb >/dev/null && { [ "$(id -u)" = 0 ] || [ "${scope:-0}" = 0 ]; }; then
	gdb -q -batch -p "$other" -ex bt >"$work/bt" 2>&1
	says 'gdb attaches to the other' "$work/bt" 'changed\.c:(7|8|11)'
	gdb -q -batch -p "$first" -ex 'handle SIGSTOP nostop noprint nopass' -ex bt -ex continue \
		>"$work/bt" 2>&1
	says 'and to the first' "$work/bt" 'main .*changed\.c:(8|11)'
else
	kill -CONT "$first"
fi
wait "$held"
is 'and the run goes on to its end' "$?" 1

# Who says nothing about the program is believed, as long as it fits.
compile 's/return .*/return *count \& 0;/'
sed -i '/^  shows:/d; /^  code:/,/^    /d' "$file"
replay "$file"
is 'without what it showed' "$status" 0

# --- what is refused ------------------------------------------------------------
sed -i 's/^  turns: .*/  turns: "7:2,3:1\/9"/' "$file"
replay "$file"
is 'a schedule that goes backwards' "$status" 2
says 'is told with its place' "$work/err" '\.scn:[0-9]+:[0-9]+: error: .7:2,3:1/9. is no schedule'
sed -i 's/^  turns: .*/  turns: "ten"/' "$file"
run "$ipcfault" check "$file"
is 'a text that is no schedule' "$status" 2

nothing_left replay
finish
