#!/bin/bash
# The parts of a sweep, each on its own, are together what one sweep is.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

cat >"$work/careless.c" <<-'EOT'
	#include <stdio.h>
	#include <unistd.h>
	int main(void)
	{
		char line[64];
		ssize_t n;
		int in = dup(0);

		while ((n = read(in, line, sizeof(line))) > 0)
			fwrite(line, 1, (size_t)n, stdout);
		if (write(1, "", 0) < 0)
			return 7;
		return 0;
	}
EOT
check 'the careless program compiles' gcc -g -o "$work/careless" "$work/careless.c"
seq 300 >"$work/numbers"

# sweep REPORT ARGUMENT...
sweep() {
	run "$ipcfault" sweep --report "json:$work/$1.json" --stdin "$work/numbers" "${@:2}" -- \
		"$work/careless"
}

numbers() {
	jq -c '.sweep | [.sites, .planned, .places, .survived, .not_possible, .left_out, .bugs, .score,
		.mechanisms, .files]' "$work/$1.json"
}

bugs() {
	jq -c '.cases[] | [.bug, .occurrences]' "$work/$1.json" | sort
}

sweep whole
is 'the whole has bugs' "$status" 1
for k in 1 2 3; do
	sweep "part$k" --shard "$k/3"
	is "part $k says which it is" "$(jq -r .shard "$work/part$k.json")" "$k/3"
done
run "$ipcfault" merge --report "json:$work/all.json" "$work"/part?.json
is 'merged they fail as the whole' "$status" 1
is 'merged they have the numbers of the whole' "$(numbers all)" "$(numbers whole)"
is 'merged they have the bugs of the whole' "$(bugs all)" "$(bugs whole)"
is 'in the same order, the worst first' "$(jq -c '[.cases[].findings[0].kind]' "$work/all.json")" \
	"$(jq -c '[.cases[].findings[0].kind]' "$work/whole.json")"
check 'no part is all of it' [ "$(jq .sweep.planned "$work/part1.json")" -lt "$(jq .sweep.planned "$work/whole.json")" ]
check 'nothing is missing' [ ! -s "$work/err" ]
sweep part2again --shard 2/3
is 'a part is the same each time' "$(bugs part2again), $(numbers part2again)" "$(bugs part2), $(numbers part2)"

# The same bug twice is one.
run "$ipcfault" merge --report "json:$work/twice.json" "$work/whole.json" "$work/whole.json"
is 'one entry for what two reports have' "$(jq '.cases | length' "$work/twice.json")" \
	"$(jq '.cases | length' "$work/whole.json")"
is 'the places are added up' "$(jq .sweep.places "$work/twice.json")" \
	"$(jq '.sweep.places * 2' "$work/whole.json")"

# In every format.
for format in term tap junit json; do
	run "$ipcfault" merge --report "$format" "$work"/part?.json
	check "merge as $format" [ -s "$work/out" ]
done
run "$ipcfault" merge --report "json:$work/again.json" "$work/all.json"
is 'a merged report can be merged' "$(numbers again)" "$(numbers all)"

# What is missing is told.
run "$ipcfault" merge "$work/part1.json" "$work/part3.json"
says 'a part that is missing' "$work/err" 'part 2 of 3 is missing'
sweep none1 --shard 1/2 --baseline "$work/none.yml"
is 'a baseline that is not there' "$status" 2
run "$ipcfault" merge "$work/no-such.json"
is 'a report that is not there' "$status" 2
printf '{"version": 1,\n  "cases": [}\n' >"$work/broken.json"
run "$ipcfault" merge "$work/broken.json"
is 'a broken report: exit status' "$status" 2
says 'a broken report: line and column' "$work/err" 'broken.json:2:[0-9]+: '
echo '{}' >"$work/other.json"
run "$ipcfault" merge "$work/other.json"
says 'another file' "$work/err" 'no report of ipcfault'

# Known in the parts, known in all of them.
sweep base --baseline "$work/known.yml" --update-baseline
for k in 1 2; do
	sweep "known$k" --shard "$k/2" --baseline "$work/known.yml"
	is "part $k: all that is found is known" "$status" 0
done
run "$ipcfault" merge --report "json:$work/known.json" "$work"/known[12].json
is 'merged they are known, too' "$status, $(jq .sweep.known "$work/known.json")" \
	"0, $(jq .sweep.bugs "$work/whole.json")"
sweep update --shard 1/2 --baseline "$work/known.yml" --update-baseline
is 'a part updates nothing' "$status" 2
printf '#include <unistd.h>\nint main(void) { return close(dup(0)) ? 7 : 0; }\n' >"$work/mended.c"
gcc -o "$work/careless" "$work/mended.c"
for k in 1 2; do
	sweep "mended$k" --shard "$k/2" --baseline "$work/known.yml"
done
is 'what is mended is told by one part' \
	"$(jq -s 'map(.sweep.mended) | add' "$work"/mended[12].json)" \
	"$(grep -c '^- of' "$work/known.yml")"

# What the job scheduler says.
run env CI_NODE_INDEX=2 CI_NODE_TOTAL=3 "$ipcfault" sweep -- true
says 'the part is taken from the environment, aloud' "$work/err" 'part 2 of 3, as CI_NODE_INDEX says'
run env SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_MIN=4 SLURM_ARRAY_TASK_COUNT=2 "$ipcfault" sweep -- true
says 'of a Slurm array' "$work/out" 'part 2 of 2'
run env JOB_COMPLETION_INDEX=0 JOB_COMPLETIONS=2 "$ipcfault" sweep -- true
says 'of an indexed job' "$work/out" 'part 1 of 2'
run env CI_NODE_INDEX=2 CI_NODE_TOTAL=3 "$ipcfault" sweep --shard 1/1 -- true
check '--shard comes first' bash -c '! grep -q "part" "$0" "$1"' "$work/out" "$work/err"
run env CI_NODE_INDEX=0 CI_NODE_TOTAL=3 "$ipcfault" sweep -- true
is 'what cannot be is refused' "$status" 2

# Runs.
for name in one two; do
	scenario "$name" <<-EOT
		scenario: $name
		mechanism: process
		matrix: {n: [1, 2, 3]}
		processes:
		  main: {run: [sh, -c, "test \${n} != 2"]}
		expect:
		  main: {exit: 0}
	EOT
done
run "$ipcfault" --report "json:$work/runs.json" "$work/one.scn" "$work/two.scn"
for k in 1 2 3 4; do
	run "$ipcfault" --shard "$k/4" --report "json:$work/run$k.json" "$work/one.scn" "$work/two.scn"
done
run "$ipcfault" merge --report "json:$work/merged.json" "$work"/run[1-4].json
is 'merged runs fail as one' "$status" 1
is 'merged runs have the verdicts of one' "$(verdicts "$work/merged.json" | sort)" \
	"$(verdicts "$work/runs.json" | sort)"
is 'and its summary' "$(jq -c .summary "$work/merged.json")" "$(jq -c .summary "$work/runs.json")"
run "$ipcfault" --shard 9/9 "$work/one.scn"
is 'a part without cases is no mistake' "$status" 0

nothing_left 'shards'
finish
