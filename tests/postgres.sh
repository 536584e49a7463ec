#!/usr/bin/env bash
# Throw-away PostgreSQL clusters for the tests: any number side by side, for root and for a plain user.
#
#   install              see to it that PostgreSQL 15 or later is there, from the distribution if need be
#   start DIR PORT       start the cluster in DIR, made if DIR is new or empty; prints its URL.
#                        Exit status 3 means that PORT is taken: try another
#   stop DIR [--fast]    stop it as a crash would; --fast disconnects the clients in good order
#   remove DIR           stop it and delete DIR
#   free-port            print a TCP port of 127.0.0.1 that nobody listens on
#   with COMMAND...      install, start a cluster, run COMMAND with DIGITUKI_TEST_POSTGRES (the cluster's URL) and
#                        DIGITUKI_TEST_POSTGRES_SCRIPT (this file), remove the cluster, exit with COMMAND's status
#
# DIGITUKI_TEST_POSTGRES_BIN names the directory of the server's programs where they are not found by themselves.
set -euo pipefail

readonly oldest_version=15
readonly port_taken=3
script=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/$(basename "${BASH_SOURCE[0]}")
readonly script

fail() {
    printf 'postgres.sh: %s\n' "$*" >&2
    exit 1
}

is_root() {
    [ "$(id -u)" -eq 0 ]
}

main() {
    # Bash runs these once the program in the foreground has ended, so a server that is being started is up, and can
    # be stopped, when `with` cleans up.
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    local command=${1:-}
    [ $# -eq 0 ] || shift
    case "$command/$#" in
        install/0) install ;;
        start/2) start "$@" ;;
        stop/1) stop "$1" immediate ;;
        stop/2) [ "$2" = --fast ] || usage; stop "$1" fast ;;
        remove/1) remove "$1" ;;
        free-port/0) free_port ;;
        with/0) usage ;;
        with/*) run_with "$@" ;;
        *) usage ;;
    esac
}

usage() {
    fail 'usage: install | start DIR PORT | stop DIR [--fast] | remove DIR | free-port | with COMMAND...'
}

install() {
    if find_programs > /dev/null; then
        return 0
    fi
    local manually="install PostgreSQL $oldest_version or later (on Debian and Ubuntu: apt-get install postgresql), \
or name the directory of its programs in DIGITUKI_TEST_POSTGRES_BIN"
    command -v apt-get > /dev/null || fail "$manually"
    is_root || sudo -n true 2> /dev/null || fail "$manually"
    install_package >&2 || fail "apt-get could not install PostgreSQL; $manually"
    find_programs > /dev/null || fail "this distribution's PostgreSQL is older than $oldest_version; $manually"
}

# The package would make and start a cluster of the system's own on port 5432, which nobody asked for.
# Debian's tools read this setting while the package is configured; afterwards the machine is as its owner had it.
install_package() (
    settings=/etc/postgresql-common/createcluster.d
    as_root mkdir -p "$settings" || exit
    trap 'as_root rm -f "$settings/digituki-tests.conf"' EXIT
    echo 'create_main_cluster = false' | as_root tee "$settings/digituki-tests.conf" > /dev/null &&
        as_root apt-get update &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends postgresql
)

as_root() {
    if is_root; then "$@"; else sudo -n "$@"; fi
}

# Prints the directory that holds postgres, initdb and pg_ctl themselves. PATH is asked through pg_config only, since
# what PATH calls `postgres` may be a wrapper without its neighbours.
find_programs() {
    if [ -n "${DIGITUKI_TEST_POSTGRES_BIN:-}" ]; then
        has_programs "$DIGITUKI_TEST_POSTGRES_BIN" ||
            fail "DIGITUKI_TEST_POSTGRES_BIN is '$DIGITUKI_TEST_POSTGRES_BIN'," \
                "where no postgres of version $oldest_version or later lies beside initdb and pg_ctl"
        echo "$DIGITUKI_TEST_POSTGRES_BIN"
        return 0
    fi
    local directory
    while read -r directory; do
        if has_programs "$directory"; then
            echo "$directory"
            return 0
        fi
    done < <(
        pg_config --bindir 2> /dev/null || true
        printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort --reverse
    )
    return 1
}

require_programs() {
    find_programs || fail "no PostgreSQL $oldest_version or later is installed: run '$script install'"
}

has_programs() {
    local program version
    for program in postgres initdb pg_ctl; do
        [ -x "$1/$program" ] || return 1
    done
    version=$("$1/postgres" --version 2> /dev/null) || return 1
    [[ $version =~ ^postgres\ \(PostgreSQL\)\ ([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge "$oldest_version" ]
}

start() {
    local dir port=$2 programs log status=0
    dir=$(absolute "$1")
    log=$dir/server.log
    [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || fail "'$port' is not a port"
    programs=$(require_programs)
    make_cluster "$dir" "$programs"
    if is_running "$programs" "$dir"; then
        fail "PostgreSQL already runs in $dir"
    fi
    # A log of this start only, so that what it says about the port is about this start.
    rm -f "$log"
    # In a session of its own: a Ctrl-C or SIGTERM for the process group must not end pg_ctl alone and leave a server
    # half started, which no clean-up could see or stop yet.
    as_server setsid --wait "$programs/pg_ctl" start --silent --wait --timeout=60 \
        --pgdata="$dir/data" --log="$log" --options="-p $port" > /dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 20 "$log" >&2 || true
        if grep -q 'Address already in use' "$log" 2> /dev/null; then
            exit "$port_taken"
        fi
        fail "PostgreSQL did not start in $dir on port $port"
    fi
    echo "postgres://digituki@127.0.0.1:$port/postgres"
}

# DIR holds data/ (the cluster), server.log, and the mark by which `remove` knows what it may delete.
make_cluster() {
    local dir=$1 programs=$2
    local new=$dir/data.new
    if [ -e "$dir/data" ]; then
        return 0
    fi
    mkdir -p "$dir"
    if [ -n "$(ls -A "$dir")" ] && ! is_ours "$dir"; then
        fail "$dir is neither empty nor a test cluster"
    fi
    : > "$dir/digituki-test-cluster"
    rm -rf "$new"
    if is_root; then
        id -u postgres > /dev/null 2>&1 || useradd --system --user-group --no-create-home postgres
        chown postgres "$dir"
        as_server test -w "$dir" || fail "$dir lies where the user postgres may not go; choose one under /tmp"
    fi
    if ! as_server "$programs/initdb" --pgdata="$new" --username=digituki --encoding=UTF8 --locale=C \
        --auth=trust --no-sync > "$dir/initdb.log" 2>&1; then
        tail -n 20 "$dir/initdb.log" >&2
        fail "initdb failed in $dir"
    fi
    # tee, so that the files belong to the server's user.
    as_server tee "$new/pg_hba.conf" > /dev/null <<< 'host all all 127.0.0.1/32 trust'
    # No Unix socket: its path would have to fit into 107 bytes, and TCP is what the server under test uses.
    as_server tee -a "$new/postgresql.conf" > /dev/null << 'SETTINGS'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
timezone = 'UTC'
SETTINGS
    # Last, so that data/ is never a cluster that somebody interrupted half made.
    mv "$new" "$dir/data"
}

is_ours() {
    [ -e "$1/digituki-test-cluster" ]
}

# Runs a program of the server. PostgreSQL refuses to run as root. PG* variables would overrule the cluster's settings,
# another locale would translate the messages, and the current directory may be closed to the server's user.
as_server() (
    cd /
    unset "${!PG@}"
    export LC_ALL=C
    if is_root; then
        exec setpriv --reuid=postgres --regid="$(id -g postgres)" --init-groups "$@"
    fi
    exec "$@"
)

stop() {
    local dir mode=$2 programs
    dir=$(absolute "$1")
    if [ ! -e "$dir/data/postmaster.pid" ]; then
        return 0
    fi
    programs=$(require_programs)
    if ! is_running "$programs" "$dir"; then
        return 0
    fi
    as_server "$programs/pg_ctl" stop --silent --wait --timeout=60 --pgdata="$dir/data" --mode="$mode" > /dev/null ||
        ! is_running "$programs" "$dir" || fail "PostgreSQL in $dir did not stop"
}

is_running() {
    as_server "$1/pg_ctl" status --pgdata="$2/data" > /dev/null 2>&1
}

remove() {
    local dir
    dir=$(absolute "$1")
    if [ ! -e "$dir" ]; then
        return 0
    fi
    if is_ours "$dir"; then
        stop "$dir" immediate
        rm -rf "$dir"
    else
        rmdir "$dir" 2> /dev/null || fail "$dir is not a test cluster, so it stays"
    fi
}

absolute() {
    case $1 in
        /*) echo "$1" ;;
        *) echo "$PWD/$1" ;;
    esac
}

# Below the range from which the system gives client connections their ports (32768 and up), so that none of them can
# take the port between this look and the start, or while a test has its server stopped.
free_port() {
    local port attempt
    for ((attempt = 0; attempt < 100; attempt++)); do
        port=$((20000 + RANDOM % 10000))
        if ! (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
            echo "$port"
            return 0
        fi
    done
    fail 'no free port found between 20000 and 29999'
}

cluster=

run_with() {
    local status=0
    trap remove_cluster EXIT
    install
    # Root's own TMPDIR may be closed to the user postgres.
    if is_root; then
        cluster=$(mktemp -d /tmp/digituki-postgres.XXXXXXXX)
    else
        cluster=$(mktemp -d "${TMPDIR:-/tmp}/digituki-postgres.XXXXXXXX")
    fi
    start_on_free_port
    export DIGITUKI_TEST_POSTGRES DIGITUKI_TEST_POSTGRES_SCRIPT=$script
    "$@" || status=$?
    exit "$status"
}

start_on_free_port() {
    local attempt status
    for ((attempt = 0; attempt < 10; attempt++)); do
        status=0
        # A process of its own, because `set -e` does not hold within a function whose status is looked at.
        DIGITUKI_TEST_POSTGRES=$("$script" start "$cluster" "$("$script" free-port)") || status=$?
        if [ "$status" -ne "$port_taken" ]; then
            return "$status"
        fi
    done
    fail 'ten ports in a row were taken'
}

# In here a bare `return` would mean the status with which the script was about to exit; so they all say `return 0`.
remove_cluster() {
    # A second Ctrl-C must not interrupt the clean-up.
    trap '' HUP INT TERM
    [ -z "$cluster" ] || remove "$cluster"
}

main "$@"
