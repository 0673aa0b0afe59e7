#!/bin/bash
# Programs that nobody has instrumented are explored under qemu-user: the bug is found, its schedule
# shows it again, a mended program stays silent; what cannot be had so is refused, not left out.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

# What a jq expression says of the first case.
of_first() {
	jq -r ".cases[0] | $1" "$work/report.json" 2>&1
}

# plain NAME FLAG...: $work/NAME of the program on standard input
plain() {
	local name=$1
	shift
	cat >"$work/$name.c"
	check "$name compiles" gcc -g -O1 -pthread -D_GNU_SOURCE "$@" -o "$work/$name" "$work/$name.c"
}

plain count <tests/specimens/count.c

PATH=/nowhere /usr/bin/env "$ipcfault" explore --unmodified -- "$work/count" >"$work/out" 2>&1
is 'without the emulator it is skipped' "$?" 77
says 'and what to install is said' "$work/out" 'apt-get install qemu-user'
if ! command -v qemu-x86_64 >/dev/null || [ "$(uname -m)" != x86_64 ]; then
	skip 'programs under the emulator' 'no qemu-x86_64 here'
	finish
fi

# The whole way.
explore --unmodified -- "$work/count"
is 'the bug of a program is found' "$status" 1
says 'with the line' "$work/out" 'main\(\) count\.c:8 writes \*count'
is 'it was shown as often as tried' "$(grep -c 'replayed 20 of 20 times' "$work/out")" 1
schedule=$(of_first .explore.schedule)
explore --unmodified --schedule "$schedule" --repeat 20 -- "$work/count"
is 'the schedule shows it every time' \
	"$(jq '[.cases[] | select(.verdict == "fail")] | length' "$work/report.json")" 20
says 'how to see it again names the emulator' "$work/out" 'explore --schedule [0-9:,]*/[0-9]*\+unmodified'
explore --unmodified --out "$work/found" -- "$work/count"
run "$ipcfault" replay "$work"/found/*.scn
is 'a written scenario shows it again' "$status" 1

sed -i 's/(\*count)++/__atomic_fetch_add(count, 1, 5)/' "$work/count.c"
check 'the mended program compiles' gcc -g -O1 -o "$work/count" "$work/count.c"
explore --unmodified --schedules 40 -- "$work/count"
is 'nothing is found once it is mended' "$status" 0
is 'what was not looked for is said' "$(of_first '.notes | length')" 1
explore --unmodified --schedule "$schedule" -- "$work/count"
is 'the old schedule does not fit' "$status" 3
check 'a static one compiles' gcc -static -g -O1 -o "$work/static" "$work/count.c"
explore --unmodified --schedules 20 -- "$work/static"
is 'a static program is explored too' "$status" 0

# What the emulator has seen of the program is what the compilers' calls tell.
plain counts <<'EOT'
	#include <stdatomic.h>
	#include <sys/mman.h>
	#include <sys/wait.h>
	#include <unistd.h>
	struct shared { volatile int plain; volatile long wide; atomic_int atomic; volatile char byte; };
	int main(void)
	{
		struct shared *s = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (fork() == 0) {
			for (int i = 0; i < 7; i++) {
				s->plain++;
				atomic_fetch_add(&s->atomic, 3);
			}
			_exit(0);
		}
		wait(NULL);
		for (int i = 0; i < 5; i++) {
			s->byte = (char)s->plain;
			s->wide += s->byte;
		}
		return atomic_load(&s->atomic) != 21;
	}
EOT
counts() {
	run "$ipcfault" explore --accesses --schedules 1 --report "json:$work/report.json" "$@"
	jq -r '.cases[0].notes[] | select(startswith("accesses to"))' "$work/report.json"
}
seen=$(counts --unmodified -- "$work/counts")
is 'the words are counted' "$(grep -c . <<<"$seen")" 4
says 'as often as they are accessed' <(echo "$seen") 'plain, 4 bytes: counts 5 reads; counts/child\[1\] 7 reads, 7 writes$'
check 'the same with the runtime' "$ipcfault" cc -g -O1 -o "$work/counts" "$work/counts.c"
is 'and it counts the same' "$(counts -- "$work/counts")" "$seen"

# What was built for a scenario is not instrumented either; the control is caught by its seed.
scenarios=(scenarios/explore/{count,peterson,locks,publish}.scn) schedules=60
if [ -n "$LONG" ]; then # but for those with threads
	schedules=400
	mapfile -t scenarios < <(
		find scenarios/explore -name '*.scn' ! -name order.scn ! -name queue.scn | sort
	)
fi
for scenario in "${scenarios[@]}"; do
	limit=1000 explore --unmodified --schedules "$schedules" --case compiler=gcc "$scenario"
	is "$(basename "$scenario"): mended silent, broken caught" "$status" 0
done

# Calls that wait give the turn away.
check 'the program that waits compiles' gcc -g -O1 -D_GNU_SOURCE -pthread -o "$work/waits" \
	"$top/tests/specimens/waits.c"
for kind in semop msg mq flock fcntl nonblock named futex select epoll; do
	explore --unmodified --schedules 6 -- "$work/waits" "$kind"
	is "$kind: waits by turns" "$status $(of_first .verdict)" '0 pass'
done

# A death with a lock: the kernel tells the next one, who repairs what is half done, or does not.
plain unrepaired -DREPAIR= <<'EOT'
	#include <errno.h>
	#include <pthread.h>
	#include <sys/mman.h>
	#include <sys/wait.h>
	#include <unistd.h>
	struct shared { pthread_mutex_t lock; int a, b; };
	int main(void)
	{
		struct shared *s = mmap(0, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		pthread_mutexattr_t attr;
		pthread_mutexattr_init(&attr);
		pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
		pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
		pthread_mutex_init(&s->lock, &attr);
		if (fork() == 0) {
			pthread_mutex_lock(&s->lock);
			s->a++;
			s->b++;
			pthread_mutex_unlock(&s->lock);
			_exit(0);
		}
		wait(NULL);
		if (pthread_mutex_lock(&s->lock) == EOWNERDEAD) {
			REPAIR;
			pthread_mutex_consistent(&s->lock);
		}
		return s->a != s->b;
	}
EOT
check 'the one that repairs compiles' gcc -g -O1 -pthread -D'REPAIR=s->b=s->a' -o "$work/robust" \
	"$work/unrepaired.c"
explore --unmodified --kill 'unrepaired/child[1]' --schedules 60 -- "$work/unrepaired"
is 'a kill inside of the lock is found' "$status" 1
says 'at its line' "$work/out" 'is hit by SIGKILL here'
explore --unmodified --kill 'robust/child[1]' --schedules 60 -- "$work/robust"
is 'who repairs it survives each point' "$status" 0
check 'there were points' [ "$(of_first .explore.kill_points)" -gt 10 ]

# Refused, and said.
plain thread <<'EOT'
	#include <pthread.h>
	static void *run(void *arg) { return arg; }
	int main(void)
	{
		pthread_t thread;
		pthread_create(&thread, 0, run, 0);
		return pthread_join(thread, 0);
	}
EOT
explore --unmodified -- "$work/thread"
is 'threads are refused' "$status" 3
says 'threads: it is said' "$work/out" 'a process makes a thread'
explore --unmodified -- /bin/sh -c '/bin/true; :'
is 'other programs are refused' "$status" 3
says 'other programs: it is said' "$work/out" 'becomes another program'
echo '#!/bin/true' >"$work/script" && chmod +x "$work/script"
explore --unmodified -- "$work/script"
is 'what is no program is refused' "$status" 3
says 'no program: it is said' "$work/out" 'does not run under qemu-user'
for option in '--memory tso' '--strategy rf' '--signal USR1 --of count'; do
	# shellcheck disable=SC2086 # two words or four
	explore --unmodified $option -- "$work/count"
	is "$option is refused" "$status" 2
done

nothing_left explore-unmodified
finish
