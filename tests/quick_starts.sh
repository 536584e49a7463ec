#!/usr/bin/env bash
# Runs the commands of the quick starts as they are written, and compares what they print with what stands there.
#
#   quick_starts.sh               those of docs/quick-starts
#   quick_starts.sh DOCUMENT...   these, named from the root of the checkout
#
# Each runs in the root of the checkout and in namespaces of its own: 127.0.0.1:8080 is free there, var/ and the
# temporary directory are empty, and whatever it leaves running or lying about ends with it. All but the developer's
# find a registry running, with `digituki` in PATH; quick_starts.py runs the blocks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/install.sh

fail() {
    printf 'quick_starts.sh: %s\n' "$*" >&2
    exit 1
}

main() {
    # The first process of a namespace ignores what it has no trap for.
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    if [ "${1:-}" = --inside ]; then
        inside "$2" "$3" "$4"
        return
    fi
    prepare
    [ $# -gt 0 ] || set -- docs/quick-starts/*.md
    local document status=0
    for document; do
        apart "$document" || status=1
    done
    exit "$status"
}

# What needs the network, or the machine's own root, is there before a document runs without either; and what the
# caller has set for a registry of its own is not what a reader has.
prepare() {
    tests/tools.sh contract
    tests/postgres.sh install
    local programs variable
    programs=$(programs)
    for variable in DATABASE_URL "${!DIGITUKI_@}" "${!PG@}" "${!MAKE@}" MFLAGS {http,all}_proxy {HTTP,ALL}_PROXY; do
        [[ $variable == DIGITUKI_TEST_* ]] || unset "$variable"
    done
    # A language would change what programs say, and the order of `sort`.
    export PATH=$programs:$PATH LC_ALL=C.UTF-8
    # In /tmp, because the user postgres may not go where root's own TMPDIR may lie.
    TMPDIR=$(mktemp --directory /tmp/digituki-quick-starts.XXXXXXXX)
    export TMPDIR
    trap 'rmdir "$TMPDIR"' EXIT
    mkdir -p var
}

apart() {
    local namespaces=(--mount --net --pid --fork --kill-child)
    [ "$(id -u)" -eq 0 ] || namespaces+=(--map-root-user)
    unshare "${namespaces[@]}" tests/quick_starts.sh --inside "$(id -u)" "$(id -g)" "$1"
}

inside() {
    local user=$1 group=$2 document=$3 as_user=()
    # PostgreSQL, among others, would refuse a plain user who seems to be root.
    [ "$user" -eq 0 ] || as_user=(unshare --map-user="$user" --map-group="$group")
    mount -t tmpfs tmpfs var
    mount -t tmpfs tmpfs "$TMPDIR"
    loopback_up
    [ "$(basename "$document")" = developer.md ] || serve
    "${as_user[@]}" python3 tests/quick_starts.py "$document"
}

# By ioctl (SIOCSIFFLAGS with IFF_UP), since `ip` is not everywhere.
loopback_up() {
    python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh22x", b"lo", 1))'
}

serve() {
    local log=$TMPDIR/registry.log
    digituki serve 2> "$log" &
    until curl --silent --fail --output "$TMPDIR/ready" http://127.0.0.1:8080/health/ready; do
        kill -0 $! 2> /dev/null || { cat "$log" >&2; fail 'the registry did not come up'; }
        sleep 0.05
    done
}

main "$@"
