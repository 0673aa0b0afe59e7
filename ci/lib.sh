# shellcheck shell=bash
# What ci/run.sh and its jobs share.

# Fold the output of a step where the log viewer can do that.
step() {
	echo "${GITHUB_ACTIONS:+::group::}== $*"
	"$@" || { echo "ci: failed: $*" >&2; exit 1; }
	[ -z "${GITHUB_ACTIONS:-}" ] || echo "::endgroup::"
}

in_parallel() {
	make --no-print-directory -j"$(nproc)" "$@"
}

# A build must not touch what is under version control, nor leave files that are not ignored.
check_tree_is_clean() { # AS-IT-WAS
	local dirty

	git rev-parse --git-dir >/dev/null 2>&1 || return 0
	dirty=$(git status --porcelain)
	[ "$dirty" = "$1" ] && return 0
	echo "ci: the tree has changed:" >&2
	git status --short >&2
	return 1
}
