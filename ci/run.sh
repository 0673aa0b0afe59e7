#!/bin/bash
# ci/run.sh JOB...   one or several of:
#   gcc clang      build, unit tests, at -O2 and -O0
#   asan           unit tests with AddressSanitizer and UBSan
#   valgrind       unit tests under valgrind
#   lint           clang-tidy, cppcheck, shellcheck, layout
#   headers        every header compiles alone
#   layers         src/layers.txt holds
#   docs           what the documents say is true, and their tables are new
#   arm64          compiled for aarch64, pure tests under qemu
#   coverage       line coverage of the unit tests, build/coverage/
#   all            all of these
# Fails also when the tree is not as it was before.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

job_gcc() {
	step in_parallel all unit
	step in_parallel VARIANT=gcc-O0 CFLAGS='-O0 -g' modules unit-build
}
job_clang() {
	step in_parallel CC=clang all unit
	step in_parallel CC=clang VARIANT=clang-O0 CFLAGS='-O0 -g' modules unit-build
}
job_asan() { step in_parallel SAN=address,undefined all unit; }
job_valgrind() { step in_parallel unit-valgrind; }
job_lint() {
	step make --no-print-directory check-format
	step make --no-print-directory lint
}
job_headers() { step make --no-print-directory check-headers; }
job_layers() { step make --no-print-directory check-layers; }
job_docs() { step in_parallel STRICT=1 check-docs; }
job_arm64() { step ci/arm64; }
job_coverage() { step in_parallel coverage; }

jobs=("$@")
[ ${#jobs[@]} -gt 0 ] || { sed -n 's/^# \{0,1\}//p' "$0" | tail -n +2; exit 2; }
[ "${jobs[*]}" = all ] && jobs=(gcc clang asan valgrind lint headers layers docs arm64 coverage)
tree_before=$(git status --porcelain 2>/dev/null || true)
for job in "${jobs[@]}"; do
	declare -F "job_$job" >/dev/null || { echo "ci/run.sh: there is no job '$job'" >&2; exit 2; }
	"job_$job"
	check_tree_is_clean "$tree_before"
done
