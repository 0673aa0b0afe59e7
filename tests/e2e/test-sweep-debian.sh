#!/bin/bash
# Sweeps of programs of Debian: what they do not survive is known, each finding looked at by hand.
#
# tests/e2e/debian/NAME.scn is what is swept, known.yml what was found, with the word of who has
# looked at it; versions says in which packages.  LONG=1: all of them, and each finding is shown
# 20 times.  To take what is found into known.yml: UPDATE=1; then look at it.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh
here=$top/tests/e2e/debian
known=$here/known.yml
limit=1800
export LC_ALL=C # other locales are read from files

# What is swept, what it needs; the first half takes a few seconds each.
table='
cat    cat seq
tee    tee seq
dd     dd seq
sort   sort seq
gzip   gzip seq
xz     xz seq
tar    tar gzip
split  split seq
redis  redis-server redis-cli
socat  socat
make   make expr
bash   bash seq sort tail
'
some='cat tee dd sort gzip xz'

# version_of PROGRAM: of its package, "?" where there is none.
version_of() {
	local file
	file=$(readlink -f "$(command -v "$1")")
	# shellcheck disable=SC2016 # for dpkg-query
	{ dpkg-query -S "$file" || dpkg-query -S "${file#/usr}"; } 2>/dev/null | head -n 1 |
		cut -d : -f 1 | xargs -r dpkg-query -W -f '${Package} ${Version}\n' 2>/dev/null
}

# Without the functions, which have only addresses where a program is stripped.
known_outline() {
	awk -v of="\"$1" 'function out() { if (mine) print text " after " fault " at " caller call }
		{ value = substr($0, index($0, ": ") + 2); gsub(/"/, "", value) }
		/^- of:/ { out(); mine = index($0, of) == 7; text = caller = "" }
		/^  finding:/ { text = value } /^  silent:/ { text = text " (silent)" }
		/^  process:/ { text = text " in " value } /^  caller:/ { caller = value ": " }
		/^  call:/ { call = value } /^  fault:/ { fault = value } END { out() }' "$known" | sort -u
}

found_outline() {
	jq -r '.cases[].bug' "$work/report.json" | sed 's/^[^:]*: //; s/ < .*//' | sort -u
}

is_same_version() {
	local program
	for program; do
		version_of "$program" | grep -qxFf "$here/versions" || return
	done
}

# replays NAME DIR: each scenario that was written shows its bug each time.
replays() {
	local file times=3
	[ -n "$LONG" ] && times=20
	for file in "$2"/*.scn; do
		[ -e "$file" ] || return 0
		run "$ipcfault" run -j 1 --repeat "$times" -q "$file"
		is "$1: ${file##*/} shows it $times times of $times" \
			"$status, $(grep -oE '[0-9]+ failed' "$work/out")" "1, $times failed"
	done
}

sweep() {
	local name=$1
	rm -f "$work/report.json"
	run "$ipcfault" sweep ${JOBS:+-j "$JOBS"} --baseline "$known" ${UPDATE:+--update-baseline} \
		--out "$work/$name" --report "json:$work/report.json" --report term \
		"tests/e2e/debian/$name.scn"
	cp "$work/report.json" "$work/$name.json"
	[ -n "${RESULTS:-}" ] && cp -r "$work/$name" "$work/$name.json" "$RESULTS"
	jq -c .sweep "$work/report.json" >>"$work/err"
	if [ "$(jq .sweep.places "$work/report.json")" -gt 30 ]; then
		pass "$name: there is something to survive"
	else
		fail "$name: there is something to survive" "$work/err"
	fi
}

judge() {
	local name=$1
	jq -r '.cases[] | select(.verdict == "fail") | .bug' "$work/report.json" >"$work/new"
	if is_same_version "${@:2}"; then
		if [ "$status" = 0 ] && [ ! -s "$work/new" ]; then pass "$name: nothing new"; else
			cat "$work/err" >>"$work/new"
			fail "$name: nothing new" "$work/new"
		fi
		is "$name: what is known is found" "$(jq .sweep.mended "$work/report.json")" 0
	else
		skip "$name: functions are not compared" "the list is of another version"
		is "$name: nothing new" "$(comm -23 <(found_outline) <(known_outline "$name"))" ''
	fi
}

count() {
	grep -c "$1" "$known"
}
is 'each finding was looked at' "$(count '^  genuine:'), $(count '^  reason: ".')" \
	"$(count '^- of:'), $(count '^- of:')"
is 'none of them is an alarm of ours' "$(count '^  genuine: false')" 0

while read -r name programs; do
	[ -n "$name" ] || continue
	[ -n "$LONG" ] || grep -qw -- "$name" <<<"${SOME:-$some}" || continue
	[ -z "${SOME:-}" ] || grep -qw -- "$name" <<<"$SOME" || continue
	missing=''
	for program in $programs; do
		command -v "$program" >/dev/null || missing=$program
	done
	if [ -n "$missing" ]; then
		skip "$name" "$missing is not installed"
		continue
	fi
	sweep "$name"
	# shellcheck disable=SC2086 # words
	judge "$name" $programs
	replays "$name" "$work/$name"
done <<<"$table"

nothing_left 'all sweeps'
finish
