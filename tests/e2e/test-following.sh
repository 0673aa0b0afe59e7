#!/bin/bash
# A fault hits exactly the call that it names, whoever of the process tree makes it: new processes
# and threads of every kind, new programs, static ones, other C libraries, Go.  What cannot be
# followed is told.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

# hits NAME CALL ON NTH ERROR PROGRAM ARGUMENT: the NTH call fails so; what was printed, on one line
hits() {
	scenario hit <<-EOT
		scenario: $1
		mechanism: process
		model: adversarial
		deadline: 20s
		processes:
		  main: {run: ["@subjects@/$6", $7], stdout: "@work@/printed"}
		faults:
		  - name: fault
		    at: {process: main, call: $2, on: $3, nth: $4}
		    do: {errno: $5}
		expect:
		  main: {exit: any}
		  allow: [deadlock, leak]
	EOT
	judge hit
	printed=$(paste -sd ' ' "$work/printed")
}

ways='fork vfork posix_spawn system popen pthread_create clone-untraced clone3-untraced daemon
exec-thread leader-exits'
for program in e2e-follow e2e-follow-static e2e-follow-musl; do
	if [ ! -x "$subjects/$program" ]; then
		skip "$program" "it could not be built here"
		continue
	fi
	for way in $ways; do
		got='' wanted='1 EIO 2 ok 3 ok | 1 ok 2 EIO 3 ok | 1 ok 2 ok 3 EIO'
		for nth in 1 2 3; do
			hits "$way" write /dev/null "$nth" EIO "$program" "$way"
			got="$got${got:+ | }$printed"
			[ "$(of_case 0 .verdict)" = pass ] || got="$got ($(of_case 0 '.reason, .findings[].text'))"
		done
		is "$program: $way: the 1st, 2nd and 3rd write fail" "$got" "$wanted"
		hits "$way" write /dev/null 4 EIO "$program" "$way"
		is "$program: $way: there is no 4th" "$printed, $(of_case 0 '.faults[0].matched')" \
			"1 ok 2 ok 3 ok, 3"
	done

	# The calls of the dynamic loader, at the start and in dlopen(), are not the program's.
	got=''
	for nth in 1 2 3; do
		hits open '[open, openat]' '"*"' "$nth" EMFILE "$program" open
		got="$got${got:+ | }$printed"
	done
	for nth in 1 2 3; do
		hits read read '"*"' "$nth" EIO "$program" read
		got="$got | $printed"
	done
	is "$program: opens and reads of the loader are not counted" "$got" \
		'1 EMFILE 2 ok 3 ok | 1 ok 2 EMFILE 3 ok | 1 ok 2 ok 3 EMFILE | 1 EIO 2 ok 3 ok | 1 ok 2 EIO 3 ok | 1 ok 2 ok 3 EIO'
done

# A call that the kernel makes again is the same call.
got=''
for nth in 1 2; do
	hits read read pipe "$nth" EIO e2e-restart read
	got="$got${got:+ | }$printed"
done
is "a read restarted after a handler is one read" "$got" \
	'1 EIO 2 ok handled ok | 1 ok 2 EIO handled ok'
hits read read pipe 3 EIO e2e-restart read
is "a read restarted after a handler: there is no third" \
	"$printed, $(of_case 0 '.faults[0].matched')" '1 ok 2 ok handled ok, 2'

sleeps() {
	scenario sleeps <<-EOT
		scenario: sleeps
		mechanism: process
		model: adversarial
		processes:
		  main: {run: ["@subjects@/e2e-restart", sleep], stdout: "@work@/printed"}
		faults:
		  - name: fault
		    at: {process: main, call: clock_nanosleep, nth: $1}
		    do: {errno: EINTR}
		expect:
		  main: {exit: any}
	EOT
	judge sleeps
	printed=$(paste -sd ' ' "$work/printed")
}
sleeps 2
is "a sleep that was stopped and continued is one sleep" "$printed" '1 ok long enough ok 2 EINTR'
sleeps 3
is "a sleep that was stopped and continued: there is no third" \
	"$printed, $(of_case 0 '.faults[0].matched')" '1 ok long enough ok 2 ok, 2'

if [ -x "$subjects/e2e-go" ]; then
	got=''
	for nth in 1 2 3; do
		hits go write pipe "$nth" EIO e2e-go x
		got="$got${got:+ | }$printed"
	done
	is "e2e-go: the 1st, 2nd and 3rd write fail" "$got" \
		'1 EIO 2 ok 3 ok | 1 ok 2 EIO 3 ok | 1 ok 2 ok 3 EIO'
else
	skip "a Go program" "no go here"
fi

# What is honest to say.
notes() {
	of_case 0 '.notes // [] | .[]' >"$work/notes"
}

hits int80 write /dev/null 1 EIO e2e-odd int80
notes
case $printed in
'int80 1 1 EIO')
	pass "a call by int 0x80 works and is not counted"
	says "a call by int 0x80 is told" "$work/notes" 'another architecture'
	;;
int80*) skip "a call by int 0x80" "this kernel has none" ;;
*) fail "a call by int 0x80: $printed" "$work/out" ;;
esac
hits own-filter write /dev/null 2 EIO e2e-odd own-filter
notes
is "a program with a filter of its own" "$printed" '1 ok getppid EDOM 2 EIO'
says "a filter of its own is told" "$work/notes" 'seccomp filter of its own'
hits strict write /dev/null 1 EIO e2e-odd strict
notes
says "strict mode is told" "$work/notes" 'seccomp'

if [ "$(id -u)" = 0 ]; then
	cp "$subjects/e2e-odd" "$work/setuid"
	chown 4321 "$work/setuid"
	chmod 4755 "$work/setuid"
	chmod 777 "$work" "$work/tmp"
	scenario setuid <<-'EOT'
		scenario: a set-user-ID program
		mechanism: process
		model: adversarial
		processes:
		  main: {run: ["@work@/setuid", setuid], stdout: "@work@/printed"}
		faults:
		  - name: fault
		    at: {process: main, call: write, on: /dev/null, nth: 1}
		    do: {errno: EIO}
		expect:
		  main: {exit: 0}
	EOT
	judge setuid
	is "set-user-ID works for root" "$(paste -sd ' ' "$work/printed")" 'euid 4321 1 EIO'
	rm -f "$work/printed" "$work/report.json"
	as_other=(setpriv --reuid 1234 --regid 1234 --clear-groups)
	run "${as_other[@]}" "$ipcfault" "$work/setuid.scn" --report "json:$work/report.json"
	notes
	is "set-user-ID for others: the fault hits" "$(paste -sd ' ' "$work/printed")" 'euid 1234 1 EIO'
	says "set-user-ID without its privileges is told" "$work/notes" 'set-user-ID program without'
else
	skip "set-user-ID programs" "needs root"
fi

nothing_left "following"
finish
