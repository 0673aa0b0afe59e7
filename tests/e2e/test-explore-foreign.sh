#!/bin/bash
# Programs that nobody here wrote, explored by nothing but `ipcfault cc`: the examples in the manual
# pages of Debian's manpages-dev, taken out of the installed pages, and C++ of the usual kind.
# What is found in them is there: each was looked at by hand.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

schedules=60
[ -n "$LONG" ] && schedules=3000

# build OUTPUT ARGUMENT...
build() {
	check "${1##*/} compiles" "$ipcfault" cc -w -g -O1 -D_GNU_SOURCE -o "$@"
}

# silent NAME COMMAND...: nothing is found in it, and no schedule is given up.
silent() {
	local name=$1
	shift
	explore --schedules "$schedules" -- "$@"
	if [ "$status" = 0 ]; then pass "$name is silent"; else fail "$name is silent" "$work/out"; fi
	is "$name: no schedule is given up" "$(of_case 0 '.notes | length')" 0
}

# found NAME KIND WHERE COMMAND...
found() {
	local name=$1 kind=$2 where=$3
	shift 3
	explore --schedules 1000 -- "$@"
	is "$name: what is wrong is found" "$status $(of_case 0 '.findings[0].kind')" "1 $kind"
	says "$name: and named" "$work/out" "$where"
}

# --- the manual pages ---------------------------------------------------------

page() {
	local file
	for file in "/usr/share/man/man$1/$2.$1.gz" "/usr/share/man/man$1/$2.$1"; do
		[ -e "$file" ] && zcat -f "$file"
	done
}

# take SECTION PAGE: its programs become $work/NAME.c.
take() {
	page "$1" "$2" | awk -v to="$work" '
		function plain(line) {
			gsub(/\\\[aq\]|\\\(aq/, "\047", line)
			gsub(/\\\[dq\]|\\\(dq/, "\"", line)
			gsub(/\\\[ti\]|\\\(ti/, "~", line)
			gsub(/\\\[ha\]|\\\(ha/, "^", line)
			gsub(/\\-/, "-", line)
			gsub(/\\&/, "", line)
			gsub(/\\e|\\\[rs\]|\\\(rs/, "\\", line)
			return line
		}
		/^\.\\" SRC BEGIN \(/ { name = $0; sub(/.*\(/, "", name); sub(/\).*/, "", name); next }
		/^\.\\" SRC END/ { name = ""; next }
		/^\.EX/ { inside = 1; next }
		/^\.EE/ { inside = 0; next }
		name && inside && !/^\./ { print plain($0) >(to "/" name) }'
}

# section, page, program, its arguments
silent_ones='
3 pthread_create pthread_create abc def
3 pthread_cancel pthread_cancel
3 pthread_cleanup_push pthread_cleanup_push
2 eventfd eventfd 1 2 3
2 fork fork
2 pipe pipe hello
2 wait wait 3
3 posix_spawn posix_spawn /bin/true
3 sem_wait sem_wait 1 2
3 mq_getattr mq_getattr /ipcfault-e2e
'

if [ -z "$(page 3 pthread_create)" ]; then
	skip 'manual pages' 'those of manpages-dev are not installed'
else
	while read -r section page program arguments; do
		[ -n "$section" ] || continue
		take "$section" "$page"
		if [ ! -e "$work/$program.c" ]; then
			skip "$program" "$page($section) has no such program"
			continue
		fi
		build "$work/$program" "$work/$program.c"
		# shellcheck disable=SC2086 # several
		silent "$program" "$work/$program" $arguments
	done <<<"$silent_ones"
	rm -f /dev/mqueue/ipcfault-e2e

	# `done` is a plain int that one thread writes and another reads.
	found pthread_cleanup_push race 'reads done' "$work/pthread_cleanup_push" x
	# That the thread has the lock by then is left to a sleep(2).
	take 3 pthread_mutexattr_setrobust
	build "$work/setrobust" "$work/pthread_mutexattr_setrobust.c"
	found setrobust wrong-exit 'unexpectedly succeeded' "$work/setrobust"
	sed 's/sleep(2)/pthread_join(thr, NULL)/' "$work/pthread_mutexattr_setrobust.c" \
		>"$work/setrobust-mended.c"
	build "$work/setrobust-mended" "$work/setrobust-mended.c"
	silent setrobust-mended "$work/setrobust-mended"
	# Its own alarm comes too late.
	found sem_wait wrong-exit 'timed out' "$work/sem_wait" 2 1
	# Both wait for signals that somebody is to send by hand.
	take 3 pthread_sigmask
	build "$work/pthread_sigmask" "$work/pthread_sigmask.c"
	found pthread_sigmask deadlock 'sig_thread\(\) .* waits for a signal' "$work/pthread_sigmask"
	# The expected value is set once; a failed compare-and-exchange overwrites it, and the next
	# one takes what is not there.
	take 2 futex
	build "$work/futex" "$work/futex.c"
	if grep -q 'while (1) {' "$work/futex.c" && grep -q 'const uint32_t  *one = 1;' "$work/futex.c"; then
		found futex deadlock 'futex\.c:[0-9]+ waits for \*uaddr' "$work/futex" 3
		sed 's/const uint32_t  *one = 1;//; s/while (1) {/while (1) { uint32_t one = 1;/' \
			"$work/futex.c" >"$work/futex-mended.c"
		build "$work/futex-mended" "$work/futex-mended.c"
		silent futex-mended "$work/futex-mended" 3
	else
		skip futex 'futex(2) shows another program'
	fi
fi

# --- C++ ----------------------------------------------------------------------

cat >"$work/threads.cc" <<-'EOT'
	#include <atomic>
	#include <condition_variable>
	#include <mutex>
	#include <thread>
	#include <vector>
	static std::mutex m;
	static std::condition_variable changed;
	static std::atomic<int> sum;
	static std::once_flag once;
	static int count, ready, all;
	static int make() { return sum.load() + 1; }
	static void work()
	{
		std::call_once(once, [] { count = 10; });
		static int made = make();
		BROKEN
		std::unique_lock<std::mutex> lock(m);
		count += made - made + 1;
		sum++;
		ready++;
		changed.notify_all();
	}
	int main()
	{
		std::vector<std::thread> threads;
		for (int i = 0; i < 3; i++)
			threads.emplace_back(work);
		{
			std::unique_lock<std::mutex> lock(m);
			changed.wait(lock, [] { return ready == 3; });
		}
		for (auto &t : threads)
			t.join();
		return count != 13 || sum != 3;
	}
EOT
if command -v g++ >/dev/null; then
	for how in shared static; do
		option=
		[ "$how" = static ] && option=-static
		# shellcheck disable=SC2086 # one or none
		check "threads of C++, $how, compile" "$ipcfault" cc --cc=g++ -g -O1 $option -DBROKEN= \
			-o "$work/threads" "$work/threads.cc"
		silent "C++, $how" "$work/threads"
		# shellcheck disable=SC2086
		check "the broken ones compile, too" "$ipcfault" cc --cc=g++ -g -O1 $option \
			'-DBROKEN=all++;' -o "$work/broken" "$work/threads.cc"
		found "C++, $how" race 'work\(\) threads\.cc:[0-9]+ (reads|writes) all' "$work/broken"
	done
else
	skip 'C++' 'g++ is not installed'
fi

nothing_left explore-foreign
finish
