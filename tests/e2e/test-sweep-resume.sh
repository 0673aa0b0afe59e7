#!/bin/bash
# A sweep that was interrupted, killed or out of time goes on where it ended.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

# Many calls, so that there is something left to do.
cat >"$work/careless.c" <<-'EOT'
	#include <stdio.h>
	#include <unistd.h>
	int main(void)
	{
		char line[32];
		ssize_t n;

		while ((n = read(0, line, sizeof(line))) == sizeof(line))
			if (write(1, line, (size_t)n) != n)
				return 1;
		return 0;
	}
EOT
check 'the careless program compiles' gcc -g -o "$work/careless" "$work/careless.c"
seq 600 >"$work/numbers"

sweep() {
	rm -f "$work/report.json"
	run "$ipcfault" sweep --exhaustive --report "json:$work/report.json" --stdin "$work/numbers" \
		"$@" -- "$work/careless"
}

numbers() {
	jq -c '.sweep | [.planned, .places, .survived, .not_possible, .not_tried, .bugs]' "$work/report.json"
}

bugs() {
	jq -c '.cases[] | .bug' "$work/report.json" | sort
}

tried() {
	grep -c '^tried' "$1"
}

# begun STATE N: a sweep with that state is under way and has tried N; its process in $pid.
begun() {
	# What bash puts behind it ignores SIGINT, else.
	(exec env --default-signal=INT "$mark" TMPDIR="$work/tmp" "$ipcfault" sweep --exhaustive -j 1 \
		--report "json:$work/cut.json" --resume="$1" --stdin "$work/numbers" -- \
		"$work/careless") >"$work/out" 2>"$work/err" &
	pid=$!
	until [ -e "$1" ] && [ "$(tried "$1")" -ge "$2" ]; do
		kill -0 "$pid" || break
	done
}

sweep
whole=$(numbers)
bugs=$(bugs)
check 'there is enough to do' [ "$(jq .sweep.planned "$work/report.json")" -gt 200 ]

# Out of time.
sweep --out "$work/bugs" --budget 1ms
left=$(jq .sweep.not_tried "$work/report.json")
check 'a budget leaves something' [ "$left" -gt 0 ]
before=$(tried "$work/bugs/sweep.state")
sweep --out "$work/bugs" --resume
is 'the rest is tried: the numbers are those of one sweep' "$(numbers)" "$whole"
is 'and the bugs' "$(bugs)" "$bugs"
says 'what was tried is not tried again' "$work/err" "^ipcfault: .*: $before faults were tried before"
is 'only the rest' "$(($(tried "$work/bugs/sweep.state") - before))" "$left"
sweep --out "$work/bugs" --resume
is 'once more: nothing is left to try' "$(numbers), $(bugs)" "$whole, $bugs"

# Interrupted: a report of what was tried.
begun "$work/int.state" 20
kill -INT "$pid"
wait "$pid"
is 'Ctrl-C: exit status' "$?" 130
says 'Ctrl-C: the report says so' "$work/out" '^interrupted: this is what was tried$'
is 'Ctrl-C: in JSON, too' "$(jq .interrupted "$work/cut.json")" true
check 'Ctrl-C: some were tried' [ "$(jq .sweep.places "$work/cut.json")" -gt 0 ]
check 'Ctrl-C: some were not' [ "$(jq .sweep.not_tried "$work/cut.json")" -gt 0 ]
sweep --resume="$work/int.state"
is 'after Ctrl-C it goes on' "$(numbers), $(bugs)" "$whole, $bugs"

# Killed, and the last line torn.
begun "$work/kill.state" 20
kill -KILL "$pid"
wait "$pid" 2>/dev/null
is_nothing_left
before=$(tried "$work/kill.state")
printf 'tried 0123456789abcdef fa' >>"$work/kill.state"
sweep --resume="$work/kill.state"
is 'after SIGKILL it goes on' "$(numbers), $(bugs)" "$whole, $bugs"
says 'with all that it had done' "$work/err" " $before faults were tried before"

# What has changed is refused.
run "$ipcfault" sweep --resume="$work/kill.state" --stdin "$work/numbers" -- "$work/careless"
is 'another plan: exit status' "$status" 3
says 'another plan' "$work/err" 'the plan is another one'
sed -i 's/return 1/return 2/' "$work/careless.c"
gcc -g -o "$work/careless" "$work/careless.c"
sweep --resume="$work/kill.state"
is 'another program: exit status' "$status" 3
says 'another program' "$work/err" 'the program has changed'
sweep --resume
is '--resume of nothing' "$status" 2
sweep --resume="$work/numbers"
is 'another file' "$status" 2
is 'it is as it was' "$(md5sum <"$work/numbers")" "$(seq 600 | md5sum)"

nothing_left 'resume'
finish
