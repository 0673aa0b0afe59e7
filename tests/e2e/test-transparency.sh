#!/bin/bash
# A program that is traced behaves as one that is not: with no fault, and with one that counts the
# calls, so that every one of them stops, but never fires.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

# traced COMMAND FAULT: runs `sh -c COMMAND`; exit status, stdout and stderr of it in $work/traced
traced() {
	{
		cat <<-EOT
			scenario: traced
			mechanism: process
			deadline: 60s
			processes:
			  main:
			    run: [bash, "@work@/command"]
			    stdout: "@work@/traced.out"
			    stderr: "@work@/traced.err"
		EOT
		[ -n "$2" ] && printf 'faults:\n  - {at: {process: main, %s, nth: 1000000}, do: %s}\n' "$1" "$2"
		cat <<-EOT
			expect:
			  main: {exit: any}
			  allow: [leak, deadlock, spin, unsafe-in-handler]
		EOT
	} >"$work/traced.text"
	scenario traced <"$work/traced.text"
	judge traced
	{
		of_case 0 '.processes[0] | "exit \(.exited) \(.signaled) \(.status)"'
		cat "$work/traced.out" "$work/traced.err"
	} >"$work/traced"
}

# Seconds for a program without us: one that takes longer does not end at all.
patience=30

# As bash tells the end of a program: 128 + N is also said of a signal. Fails where it does not end.
untraced() {
	mkdir -p "$work/untraced.tmp"
	env "$mark" TMPDIR="$work/untraced.tmp" timeout -k 5 "$patience" bash "$work/command" \
		>"$work/traced.out" 2>"$work/traced.err" </dev/null
	local code=$?
	{
		if [ "$code" -gt 128 ]; then echo "exit false true $((code - 128))"; else
			echo "exit true false $code"
		fi
		cat "$work/traced.out" "$work/traced.err"
	} >"$work/untraced"
	rm -rf "$work/untraced.tmp"
	[ "$code" != 124 ]
}

# same NAME FAULT-AT DO
same() {
	traced "$2" "$3"
	# Where several write at once, their lines come in any order.
	if grep -q '&' "$work/command"; then
		sort -o "$work/untraced" "$work/untraced"
		sort -o "$work/traced" "$work/traced"
	fi
	if cmp -s "$work/untraced" "$work/traced"; then pass "$1"; else
		diff "$work/untraced" "$work/traced" >"$work/diff"
		cat "$work/err" >>"$work/diff"
		fail "$1" "$work/diff"
	fi
}

counting='call: [any-ipc, waits, reads, writes]'
sleeping='call: [any-ipc, waits, reads, writes], phase: blocked'
ending='call: [any-ipc, waits, reads, writes], phase: exit'

# compare NAME COMMAND [sleeps]: untraced, then traced in several ways.  While a sleep is watched
# all others stand still, which programs that look at each other's state would see.
compare() {
	printf '%s\n' "$2" >"$work/command"
	if ! untraced; then
		echo "does not end, without us too, after $patience s" >"$work/diff"
		fail "$1" "$work/diff"
		return
	fi
	same "$1: no fault" '' ''
	same "$1: all calls counted" "$counting" '{errno: EIO}'
	same "$1: all exits watched" "$ending" '{errno-after: EIO}'
	[ -z "${3:-}" ] || same "$1: all sleeps watched" "$sleeping" '{signal: SIGUSR1}'
}

# 1. Every way to sleep in a call, left alone, interrupted by handlers, stopped, told of a child.
for treatment in none plain restart stop child; do
	compare "blocking calls, $treatment" "exec $subjects/blocking --treat $treatment"
done

# 2. The bundled programs, in pipelines where they belong into one.
"$harness/pipe-writer" --records 200 >"$work/records"
from="cat $work/records |"
for program in "$harness"/*; do
	[ -f "$program" ] || continue
	name=${program##*/}
	case $name in
	# Bugs that show without any fault, sooner or later.
	fifo-client-hang | fifo-rpc-order | fifo-tail-early | signal-daemon-late | signal-daemon-reset) continue ;;
	eventfd-loop-int | eventfd-stream-one | eventfd-timer-one | eventfd-tokens-counter) continue ;;
	sem-sysv-forks-single | shm-frame-careless) continue ;;
	# What they print tells which of two processes came first.
	futex-gate | futex-gate-late | sem-queue-polls | sem-sysv-stream-undo | sysv-reader-early) continue ;;
	fifo-rpc) command="$program \$TMPDIR/rpc" ;;
	fifo-server*) command="mkfifo \$TMPDIR/f; $harness/fifo-client --wait \$TMPDIR/f & $program --clients 1 \$TMPDIR/f; wait" ;;
	fifo-client*) command="mkfifo \$TMPDIR/f; $harness/fifo-server --clients 1 \$TMPDIR/f & $program --wait \$TMPDIR/f; wait" ;;
	fifo-tail*) command="mkfifo \$TMPDIR/f; $harness/fifo-client --wait \$TMPDIR/f & $program \$TMPDIR/f; wait" ;;
	pipe-two-writers*) command="$program | wc -c" ;;
	pipe-writer*) command="$program | cksum" ;;
	pipe-*) command="$from $program" ;;
	process-launch*) command="$program true" ;;
	process-report*) command="$program \$TMPDIR/report; cat \$TMPDIR/report" ;;
	process-scan*) command="$program --times 3 $harness/pipe-writer" ;;
	process-store*) command="$program \$TMPDIR/stored <$harness/pipe-writer; cksum <\$TMPDIR/stored" ;;
	process-*) command="$from $program" ;;
	signal-daemon)
		command="mkfifo \$TMPDIR/f; $program \$TMPDIR/pid <>\$TMPDIR/f &
			until [ -s \$TMPDIR/pid ]; do :; done; kill -TERM \$!; wait \$!"
		;;
	signal-errno*) command="$program \$TMPDIR" ;;
	signal-alarm*) command="echo answer | $program" ;;
	*)
		# One that wants the address of its peer has nothing to show alone.
		timeout "$patience" "$program" </dev/null 2>&1 | grep -q 'an argument is missing' && continue
		command="$from $program"
		;;
	esac
	# They look whether the other one sleeps.
	case $name in
	shm-bell | shm-cond) sleeps= ;;
	*) sleeps=sleeps ;;
	esac
	compare "$name" "$command" "$sleeps"
done

# 3. Ignored signals disturb no sleep.
count=1000
for call in epoll sem; do
	for signal in CHLD WINCH URG 0; do
		[ "$signal" = 0 ] && number=0 || number=$(kill -l "$signal")
		compare "$count ignored SIG$signal during $call" \
			"exec $subjects/e2e-ignored $call $number $count"
		is "$count ignored SIG$signal during $call: none was seen" "$(tail -n 1 "$work/traced")" \
			"sleeps some, EINTR 0, too early 0, late few"
	done
done

nothing_left "transparency"
finish
