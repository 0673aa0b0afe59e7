#!/bin/bash
# A process is killed in front of each instruction of the C library's own lock operations, or of
# any other function; nothing of it is compiled for that.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

scenarios=(scenarios/explore/{lock,alloc}-*.scn)
seconds=60 # for all of them

limit=300 # of each run, in seconds

# points ROLE END PATTERN: instructions after which it ends so, of the first case of that role
points() {
	jq "[.cases[] | select(.role == \"$1\")][0].explore.outcomes |
		map(select(.end == \"$2\" and (.text | test(\"$3\"))).points) | add // 0" \
		"$work/report.json"
}

# lock NAME KIND...: each kind of outcome that its control or subject has, and no other
lock() {
	local name=$1
	explore "scenarios/explore/lock-$name.scn" --budget 100s
	is "$name: passes" "$status" 0
	shift
	while [ $# -gt 0 ]; do
		check "$name: $1 $2 $3" [ "$(points "$1" "$2" "$3")" -gt 0 ]
		shift 3
	done
	is "$name: that is all" "$(jq '[.cases[] | .explore |
		([.outcomes[].points] | add) == .kill_points and .kill_points == .points] | all' \
		"$work/report.json")" true
}

lock robust subject survived '^exit 0: it has the lock$' subject survived 'was left to it' \
	control failed 'lost'
is 'robust: it is never lost' "$(points subject failed .)$(points subject hung .)" 00
lock plain subject survived 'it has the lock' subject survived 'lost' control hung hang
is 'plain: it waits for ever where it is lost' \
	"$(points control hung .)" "$(points subject survived lost)"
lock semaphore subject survived 'it has the lock' subject survived 'lost' control hung hang
is 'semaphore: it waits for ever where it is lost' \
	"$(points control hung .)" "$(points subject survived lost)"
lock rwlock subject survived 'was left to it' control survived 'it has the lock' \
	control failed 'lost'
lock rwlock-readers subject survived 'was left to it' control survived 'it has the lock' \
	control failed 'lost'
lock rwlock-reader subject survived 'was left to it' control survived 'it has the lock' \
	control failed 'lost'
lock cond-signal subject survived 'it was told' control survived 'it was told' control hung hang
lock cond-wait subject survived 'it has rung' control survived 'it has rung' control hung hang

# All in time.
explore "${scenarios[@]}" --budget 100s
is 'all pass' "$status" 0
check "all in $seconds s" [ "$(jq '[.cases[].duration_ms] | add / 1000 | floor' \
	"$work/report.json")" -lt $seconds ]
check 'the instructions are many' [ "$(jq '[.cases[].explore.kill_points] | add' \
	"$work/report.json")" -gt 1000 ]

# One tried for all in the same state, as each for itself; of conditions some have something of a race.
explore scenarios/explore/lock-[!c]*.scn --budget 100s
short=$(jq -c '[.cases[].explore.outcomes[] | [.text, .points]] | sort' "$work/report.json")
tried=$(jq '[.cases[].explore.schedules] | add' "$work/report.json")
explore scenarios/explore/lock-[!c]*.scn --budget 100s --all-points
is 'each instruction for itself: the same' \
	"$(jq -c '[.cases[].explore.outcomes[] | [.text, .points]] | sort' "$work/report.json")" \
	"$short"
check 'in more runs' [ "$(jq '[.cases[].explore.schedules] | add' "$work/report.json")" -gt \
	$((4 * tried)) ]

# Of a command, that is compiled as it always was.
cat >"$work/pair.c" <<-'EOF'
	#include <signal.h>
	#include <sys/mman.h>
	#include <sys/wait.h>
	#include <unistd.h>
	static volatile int *pair;
	static void on_signal(int number)
	{
		(void)number;
		if (pair[0] != pair[1])
			_exit(1);
	}
	__attribute__((noinline)) void both(void)
	{
		pair[0]++;
		pair[1]++;
	}
	int main(void)
	{
		signal(SIGUSR1, on_signal);
		pair = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (fork() == 0) {
			both();
			_exit(0);
		}
		wait(NULL);
		return pair[0] != pair[1];
	}
EOF
check 'the program compiles' gcc -g -O1 -o "$work/pair" "$work/pair.c"
explore --kill 'pair/child[1]' --within both -- "$work/pair"
is 'killed: found' "$status" 1
says 'with the line' "$work/out" 'both .*pair\.c:1[45]'
command=$(of_case 0 .reproduce)
eval "set -- $command" # quoted for a shell
shift
run "$ipcfault" "$@"
is 'killed: shown again' "$status" 1
explore --signal SIGUSR1 --of 'pair/child[1]' --within both -- "$work/pair"
is 'signalled: found' "$status" 1
check 'signalled: at each instruction' [ "$(of_case 0 .explore.signal_points)" -gt 3 ]
explore --kill 'pair/child[1]' --within no_such_function -- "$work/pair"
is 'a function that is not there' "$status" 3
says 'is told' "$work/out" "no function or line 'no_such_function'"
run "$ipcfault" explore --within both -- "$work/pair"
is 'nobody is to be killed' "$status" 2
run "$ipcfault" run scenarios/explore/lock-robust.scn
is 'it is many runs' "$status" 3
says 'which is told' "$work/out" 'use `ipcfault explore`'

nothing_left explore
finish
