#!/bin/bash
# Programs that cannot be run, and programs that do their worst: each gets a clear error or a
# verdict in time, and nothing of it is left.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

# a_bad WAY DEADLINE: the scenario of one way to be bad
a_bad() {
	scenario "$1" <<-EOT
		scenario: a program that is bad
		mechanism: process
		deadline: $2
		processes:
		  bad: {run: ["@subjects@/e2e-bad", $1]}
		expect:
		  bad: {exit: 0}
	EOT
}

# way, exit status, verdict, findings, deadline
ways='
fork-chain    0 pass -             400ms
fork-tree     1 fail hang|spin     400ms
fork-sessions 1 fail hang|spin     400ms
close-all     0 pass -             5s
kill-parent   1 fail killed        5s
kill-all      0 pass -             5s
spin          1 fail spin          400ms
print         1 fail spin          10s
stop          1 fail hang          400ms
daemonize     1 fail deadlock|hang 5s
trace-me      0 pass -             5s
litter        1 fail leak          5s
eat-memory    1 fail crash         10s
'

while read -r way code verdict findings deadline; do
	[ -n "$way" ] || continue
	a_bad "$way" "$deadline"
	limit=60 judge "$way"
	is "$way: exit status" "$status" "$code"
	is "$way: verdict" "$(of_case 0 .verdict)" "$verdict"
	of_case 0 '[.findings[].kind] | unique | join(" ")' >"$work/kinds"
	[ "$findings" = - ] || says "$way: finding" "$work/kinds" "^($findings)\$"
	check "$way: nothing on standard error" [ ! -s "$work/err" ]
	check "$way: the report is short" [ "$(wc -c <"$work/out")" -lt 20000 ]
	nothing_left "$way"
done <<<"$ways"

# A run after a bad one is not disturbed, in the same worker.
{
	a_bad litter 5s
	cat "$work/litter.scn"
	echo ---
	sed 's/, litter\]/, close-all]/' "$work/litter.scn"
} >"$work/two.scn"
judge two -j1
is "litter does not spoil the next run" "$(of_case 1 .verdict)" pass

# unstartable NAME REGEX: what $work/NAME says when it cannot be started, once told by the check
# before the run (exit 2), or by the run itself (exit 3).
unstartable() {
	scenario "$1" <<-EOT
		scenario: a program that cannot be executed
		mechanism: process
		processes:
		  bad: {run: ["@work@/$1"]}
		expect:
		  bad: {exit: 0}
	EOT
	judge "$1"
	cat "$work/out" "$work/err" >"$work/both"
	says "$1: says why" "$work/both" "$2"
	if [ "$status" = 2 ] || [ "$status" = 3 ]; then pass "$1: exit 2 or 3"; else
		fail "$1: exit 2 or 3, not $status"
	fi
	nothing_left "$1"
}

echo 'not a program' >"$work/not-executable"
chmod 644 "$work/not-executable"
printf '#!/no/such/interpreter\n' >"$work/bad-interpreter"
printf '\177ELF\2\1\1 and then nothing of sense' >"$work/bad-elf"
head -c 2000 "$subjects/e2e-bad" >"$work/cut-elf"
: >"$work/empty-file"
printf '#!%s/loop\n' "$work" >"$work/loop"
mkdir "$work/a-folder"
ln -s "$work/nothing" "$work/dangling"
chmod 755 "$work/bad-interpreter" "$work/bad-elf" "$work/cut-elf" "$work/empty-file" "$work/loop"
unstartable no-such-file 'no program `no-such-file`'
unstartable not-executable 'not-executable.*([Pp]ermission|not executable)'
unstartable a-folder 'a-folder.*([Pp]ermission|directory|folder)'
unstartable dangling 'no program `dangling`'
unstartable bad-interpreter 'bad-interpreter.*No such file'
unstartable bad-elf 'bad-elf.*Exec format error'
unstartable empty-file 'empty-file.*Exec format error'
unstartable loop 'loop.*(symbolic links|format)'

# Accepted by execve(), and then killed by it.
scenario cut-elf <<-'EOT'
	scenario: a program whose file was cut
	mechanism: process
	processes:
	  bad: {run: ["@work@/cut-elf"]}
	expect:
	  bad: {exit: 0}
EOT
judge cut-elf
check "cut-elf: a finding or an error" [ "$status" = 1 -o "$status" = 3 ]
nothing_left cut-elf

# A second process that cannot be started must not leave the first one behind.
scenario second <<-'EOT'
	scenario: the second program cannot be executed
	mechanism: process
	processes:
	  good: {run: [sleep, 1000]}
	  bad: {run: ["@work@/bad-elf"]}
	expect:
	  bad: {exit: 0}
EOT
judge second
is "the second cannot be started: exit status" "$status" 3
says "the second cannot be started: says which" "$work/out" "bad.*bad-elf|bad-elf"
nothing_left "the second cannot be started"

finish
