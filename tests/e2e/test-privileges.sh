#!/bin/bash
# The bundled scenarios have the same verdicts as root, as an ordinary user, and where user
# namespaces are not allowed; what is not possible there is skipped with a reason.  Of those that
# are compiled at all levels, which takes its time, one stands for all.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

if [ "$(id -u)" != 0 ]; then
	skip "privileges" "needs root, to become others"
	finish
fi
chmod 777 "$work" "$work/tmp"
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# The folder may be one that others cannot enter, /root for one: they get a copy.
mkdir -p "$work/copy/build"
cp -RL build/ipcfault "$(dirname "$(readlink -f build/ipcfault)")"/libipcfault_rt*.a build/harness "$work/copy/build/"
cp -R build/subjects/. "$work/copy/subjects"
cp -R scenarios "$work/copy/"
cd "$work/copy" || exit
ipcfault=$work/copy/build/ipcfault
subjects=$work/copy/subjects

as_root() { marked "$@"; }
as_user() { marked HOME=/nonexistent "${nobody[@]}" "$@"; }
as_user_without_namespaces() { apart env "$mark" TMPDIR="$work/tmp" HOME=/nonexistent "${nobody[@]}" "$@"; }
as_root_of_a_namespace() { apart env "$mark" TMPDIR="$work/tmp" "$@"; }

shopt -s extglob
files=(scenarios/!(*-level-*).scn scenarios/signal-level-stop.scn)
for who in as_root as_user as_user_without_namespaces as_root_of_a_namespace; do
	name=${who//_/ }
	if ! $who true >"$work/out" 2>&1; then
		skip "$name" "$(tail -n 1 "$work/out")"
		continue
	fi
	rm -f "$work/report.json"
	$who timeout -k 10 300 "$ipcfault" "${files[@]}" --report "json:$work/report.json" \
		>"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ "$status" = 0 ]; then pass "$name: exit status 0"; else
		cat "$work/err" >>"$work/out"
		fail "$name: exit status $status" "$work/out"
	fi
	verdicts "$work/report.json" >"$work/verdicts.$who"
	# What is skipped here counts as the same.
	grep -v ' skip$' "$work/verdicts.$who" | comm -23 <(sort) <(sort "$work/verdicts.as_root") >"$work/diff"
	if [ ! -s "$work/diff" ]; then pass "$name: the same verdicts as root"; else
		fail "$name: the same verdicts as root" "$work/diff"
	fi
	is "$name: every skip has its reason" \
		"$(jq '[.cases[] | select(.verdict == "skip" and (.reason // "") == "")] | length' "$work/report.json")" 0
	is "$name: as many cases" "$(wc -l <"$work/verdicts.$who")" "$(wc -l <"$work/verdicts.as_root")"
	$who "$ipcfault" doctor >"$work/out" 2>"$work/err" </dev/null
	is "$name: doctor" "$?" 0
	nothing_left "$name"
done

# Names that runs share where they have no name space of their own: one run at a time.
if as_user_without_namespaces true >/dev/null 2>&1; then
	mkdir -m 777 "$work/names"
	cat >"$work/turns.scn" <<-EOT
		scenario: alone with the keys of the machine
		mechanism: sem-sysv
		processes: {a: {run: 'mkdir $work/names/key && true && rmdir $work/names/key'}}
	EOT
	as_user_without_namespaces "$ipcfault" -j 4 --repeat 200 "$work/turns.scn" \
		>"$work/out" 2>"$work/err" </dev/null
	is "runs that share names take turns" "$?" 0
fi

# ipcfault killed where nobody else can clear up.
for who in as_user as_user_without_namespaces; do
	name=${who//_/ }
	$who true >/dev/null 2>&1 || continue
	struck=0
	for ((seed = 1; seed <= 10; seed++)); do
		$who "$subjects/e2e-strike" 9 "$seed" 1000000 main "$ipcfault" scenarios/pipe-*.scn \
			>"$work/out" 2>"$work/err" </dev/null
		[ "$(tail -n 1 "$work/err")" = struck ] && struck=$((struck + 1))
		nothing_left "$name, SIGKILL, seed $seed"
	done
	check "$name, SIGKILL: most were struck in the middle ($struck of 10)" [ "$struck" -gt 5 ]
done
finish
