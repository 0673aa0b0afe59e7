#!/bin/bash
# A sweep finds nothing where a program is sound, finds the bug where there is one, and what it
# writes shows that bug again every time.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

# sweep ARGUMENT...: report in $work/report.json
sweep() {
	rm -f "$work/report.json"
	run "$ipcfault" sweep --report "json:$work/report.json" "$@"
}

total() {
	jq -r ".sweep.$1" "$work/report.json" 2>&1
}

seq 300 | sort -R --random-source=/dev/zero >"$work/numbers"

# Debian's own, which check what they do.
for command in "cat $work/numbers" "sort -n $work/numbers" 'tee' "dd if=$work/numbers of=/dev/null" \
	"gzip -c $work/numbers" 'head -n 5'; do
	# shellcheck disable=SC2086 # words
	sweep --stdin "$work/numbers" -- $command
	is "${command%% *} survives everything" "$status, $(total survived)" "0, $(total places)"
	check "${command%% *}: there was something to survive" [ "$(total places)" -gt 5 ]
done

sweep -- true
is 'where there is nothing to try the sweep says so' "$status, $(total planned)" '3, 0'
says 'and why' "$work/err" 'no call was made that a fault could strike'

# replays FILE: it fails 20 times of 20.
replays() {
	run "$ipcfault" run --repeat 20 -q "$1"
	is "$2: the scenario shows it 20 times of 20" \
		"$status, $(grep -oE '[0-9]+ failed' "$work/out")" '1, 20 failed'
}

# A program that takes what read() gives for all, and does not look whether it could print.
cat >"$work/careless.c" <<-'EOT'
	#include <stdio.h>
	#include <unistd.h>
	int main(void)
	{
		char line[64] = "";
		ssize_t n;

		while ((n = read(0, line, sizeof(line))) == sizeof(line))
			fwrite(line, 1, (size_t)n, stdout);
		if (n > 0)
			fwrite(line, 1, (size_t)n, stdout);
		return 0;
	}
EOT
check 'the careless program compiles' gcc -g -o "$work/careless" "$work/careless.c"
scenario careless <<-'EOT'
	scenario: a careless filter
	mechanism: pipe
	channels: {data: pipe}
	processes:
	  numbers: {run: [cat, "@work@/numbers"], stdout: data}
	  careless: {run: ["@work@/careless"], stdin: data}
EOT
sweep --out "$work/bugs" "$work/careless.scn"
is 'a careless filter has bugs' "$status" 1
is 'its silent ones come first' "$(of_case 0 '.findings[0].kind'), $(of_case 0 '.findings[0].silent')" \
	'wrong-output, true'
says 'it loses what comes in pieces' "$work/out" 'careless: read\(0\).*: only one byte moves'
says 'it does not notice a full disk' "$work/out" 'careless: write\(1\).*: ENOSPC'
says 'the place is told by its line' "$work/out" 'at main \(.*careless.c:8\)'
check 'each bug has a scenario' [ "$(find "$work/bugs" -name '*.scn' | wc -l)" = "$(jq '.cases | length' "$work/report.json")" ]
for file in "$work"/bugs/*.scn; do
	replays "$file" "${file##*/}"
done

first=$(of_case 0 .file)
is 'the report says how to see it again' "$(of_case 0 .reproduce)" "ipcfault replay $first"
run "$ipcfault" replay "$first"
is 'replay: it shows again' "$status" 1
check 'replay: the program is what it was' [ ! -s "$work/err" ]

# A bug once mended: the same scenario passes.
sed -i 's/while ((n = read(0, line, sizeof(line))) == sizeof(line))/while ((n = read(0, line, sizeof(line))) > 0)/; s/return 0;/return fclose(stdout) ? (perror("stdout"), 1) : 0;/' \
	"$work/careless.c"
check 'the mended program compiles' gcc -g -o "$work/careless" "$work/careless.c"
for file in "$work"/bugs/*.scn; do
	run "$ipcfault" run -q "$file"
	check "${file##*/} passes once it is mended" [ "$status" != 1 ]
done
run "$ipcfault" replay -q "$first"
check 'replay: it does not show any more' [ "$status" != 1 ]
says 'replay: the program has changed' "$work/err" "careless has changed since"
sweep "$work/careless.scn"
is 'nothing is found once it is mended' "$status, $(jq '.cases | length' "$work/report.json")" '0, 0'

# The bundled programs: the sound one, and the one with the bug.
for name in pipe-child-killed fifo-server-killed; do
	sweep "$top/scenarios/$name.scn"
	is "$name: nothing is found in the sound one" "$status" 0
	sweep --role control "$top/scenarios/$name.scn"
	is "$name: the bug of the other one is found" "$status" 1
done

# Who fails without faults cannot be swept.
sweep -- sh -c 'echo; kill -SEGV $$'
is 'what ends badly always is no finding' "$status" 0
scenario stuck <<-'EOT'
	scenario: nobody writes
	mechanism: pipe
	channels: {data: pipe}
	processes:
	  reader: {run: [sh, -c, "cat; true"], stdin: data, fds: {3: data.write}}
EOT
sweep "$work/stuck.scn"
is 'a deadlock without faults is what the file shows itself' "$status" 1
says 'with its reason' "$work/err" 'the run without faults: it does not end'

# What the file says itself is tried, too: with what is needed to see it again.
sweep --role control "$top/scenarios/pipe-drained.scn"
is 'what only the faults of the file show is found' "$status" 1
says 'and said to be theirs' "$work/out" "the file's own faults: somebody else reads"
again=$(sed -n 's/^ *ipcfault \(run .*pipe-drained.scn.*\)/\1/p' "$work/out" | head -1)
eval "marked \"\$ipcfault\" $again" >"$work/again" 2>&1
says 'and seen again' "$work/again" '1 control caught'
sweep "$top/scenarios/futex-eintr.scn"
is 'a program that nothing wakes but a fault of its file' "$status" 3
says 'is tried with that alone' "$work/err" 'only what the file says itself is tried'
says 'and survives it' "$work/out" '1 of 1 places survived'

# What differs from run to run is not compared.
sweep -- sh -c 'echo $$; date +%N'
is 'an output that is chance gives no finding' "$status" 0
says 'and that is said' "$work/err" 'not compared'

# Most attempts start from a copy of the program: it has the id of one that is executed.
if [ "$(id -u)" = 0 ] && unshare --pid --fork true 2>/dev/null; then
	sweep -- cut -d ' ' -f 1 /proc/self/stat
	is 'an id is the same in each attempt' "$status, $(total places)" "0, $(total survived)"
	is 'and no finding was one of a copy only' "$(grep -c 'not seen again' "$work/err")" 0
	is 'and so it is compared' "$(grep -c 'not compared' "$work/err")" 0
else
	skip 'an id is the same in each attempt' 'needs a pid namespace'
fi

# A call that comes less often than it was recorded: later ones are not waited for.
cat >"$work/fewer.c" <<-'EOT'
	#include <fcntl.h>
	#include <stdio.h>
	#include <stdlib.h>
	#include <unistd.h>
	int main(int argc, char **argv)
	{
		int runs = atoi(argv[1]), log = open(argv[2], O_CREAT | O_RDWR | O_APPEND, 0666);

		if (log < 0 || write(log, "x", 1) != 1)
			return perror(argv[2]), 1;
		for (int i = 0; i < (lseek(log, 0, SEEK_END) > runs ? 3 : 30); i++)
			if (write(1, "", 1) != 1)
				return perror("write"), 1;
		return 0;
	}
EOT
check 'the program that prints less compiles' gcc -g -o "$work/fewer" "$work/fewer.c"
# Six runs without faults are for the recording.
sweep -j1 --exhaustive -- "$work/fewer" 6 "$work/fewer.log"
check 'what does not come is told' [ "$(total not_possible)" -gt 150 ]
check 'but not tried each time' [ "$(total runs)" -lt 120 ]

# In time.
sweep --budget 1ms --exhaustive -- sort "$work/numbers"
check 'a budget is kept, and the rest is told' [ "$(total not_tried)" -gt 0 ]

is_nothing_left
finish
