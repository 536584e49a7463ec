#!/usr/bin/env bash
# The registry, running for a program that is not written in Rust: another tool, a client, a document's commands.
#
#   with COMMAND...      start it on a free port and a new database, run COMMAND, stop it, exit with COMMAND's status
#   on-both COMMAND...   do so on an SQLite file and on a throw-away PostgreSQL, side by side
#   token ROLE           print an access token of the client with that role (within `with`)
#
# The database is an SQLite file of its own, and nothing counts that is set where this runs, but
#   DIGITUKI_TEST_DATABASE    the URL of another new database
#   DIGITUKI_TEST_LOG         the file to which goes what the server says; else its last complaints are shown when COMMAND fails
#
# COMMAND is told in its environment
#   DIGITUKI_URL         where the registry answers
#   DIGITUKI_CLIENTS     a directory with a client for each role, ROLE.json, as `digituki client add --json` prints it
#   DATABASE_URL         the database, for `digituki client` and its like
#   PATH                 with `digituki` itself in front
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
. "$here/install.sh"
# Whom the clients work for: the organisation and the region of the examples.
readonly organisation=6ce13e44-92a6-5284-a207-48785ec11b3e region=region:06

fail() {
    printf 'server.sh: %s\n' "$*" >&2
    exit 1
}

main() {
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    local command=${1:-}
    [ $# -eq 0 ] || shift
    case "$command/$#" in
        with/[1-9]*) run_with "$@" ;;
        on-both/[1-9]*) run_on_both "$@" ;;
        token/1) token "$1" ;;
        *) fail 'usage: with COMMAND... | on-both COMMAND... | token ROLE' ;;
    esac
}

folder= server=

run_with() {
    local programs log status=0 variable
    programs=$(cd "$here/.." && programs)
    trap clean_up EXIT
    folder=$(mktemp -d "${TMPDIR:-/tmp}/digituki-server.XXXXXXXX")
    log=${DIGITUKI_TEST_LOG:-$folder/log}
    # A registry of the caller's own is not to be written to.
    for variable in DATABASE_URL RUST_LOG "${!DIGITUKI_@}"; do
        [[ $variable == DIGITUKI_TEST_* ]] || unset "$variable"
    done
    export PATH=$programs:$PATH DATABASE_URL=${DIGITUKI_TEST_DATABASE:-sqlite://$folder/digituki.db}
    export DIGITUKI_CLIENTS=$folder/clients DIGITUKI_RATE_LIMIT=off
    mkdir "$DIGITUKI_CLIENTS"
    digituki migrate 2> "$log" || { cat "$log" >&2; fail 'the database could not be made'; }
    add_clients
    DIGITUKI_LISTEN=127.0.0.1:0 digituki serve 2>> "$log" &
    server=$!
    DIGITUKI_URL=$(address)
    export DIGITUKI_URL
    until curl --silent --fail --output "$folder/ready" "$DIGITUKI_URL/health/ready"; do
        is_up
        sleep 0.05
    done
    "$@" || status=$?
    [ "$status" -eq 0 ] || [ -n "${DIGITUKI_TEST_LOG:-}" ] || complaints >&2
    exit "$status"
}

# What the server said at last, but for requests that it could answer: these would hide what COMMAND said of its failure.
complaints() {
    echo '== the server said at last'
    grep --invert-match --extended-regexp ' INFO request .* status=[234]' "$log" | tail -n 20 || true
}

# Where the server listens, by what it says: the system has given it a port.
address() {
    until sed -n 's|.* listening on \([0-9.:]*\);.*|http://\1|p' "$log" | grep .; do
        is_up
        sleep 0.05
    done
}

is_up() {
    kill -0 "$server" 2> /dev/null || { cat "$log" >&2; fail 'the server did not come up'; }
}

running=() said=()

run_on_both() {
    local status=0 each
    trap end_both EXIT
    said=("$(mktemp)" "$(mktemp)")
    # Each in a process group of its own, so that all of it can be ended.
    set -m
    DIGITUKI_TEST_LOG=${DIGITUKI_TEST_LOG:+$DIGITUKI_TEST_LOG.sqlite} "$here/server.sh" with "$@" > "${said[0]}" 2>&1 &
    running+=($!)
    DIGITUKI_TEST_LOG=${DIGITUKI_TEST_LOG:+$DIGITUKI_TEST_LOG.postgres} "$here/postgres.sh" with \
        sh -c 'DIGITUKI_TEST_DATABASE=$DIGITUKI_TEST_POSTGRES exec "$@"' - "$here/server.sh" with "$@" > "${said[1]}" 2>&1 &
    running+=($!)
    set +m
    for each in 0 1; do
        wait "${running[each]}" || status=$?
        cat "${said[each]}"
    done
    running=()
    exit "$status"
}

end_both() {
    trap '' HUP INT TERM
    local each
    for each in "${running[@]}"; do
        kill -- "-$each" 2> /dev/null || true
        wait "$each" 2> /dev/null || true
    done
    rm -f "${said[@]}"
}

add_clients() {
    local role
    for role in $(digituki openapi | jq --raw-output '.components.schemas.Role.enum[] | select(. != "public")'); do
        local place=()
        case $role in
            regional_*) place=(--area "$region") ;;
            provider_editor | integrator | applicant) place=(--organisation "$organisation") ;;
        esac
        digituki client add --name "Test: $role" --role "$role" "${place[@]}" --json 2>> "$log" > "$DIGITUKI_CLIENTS/$role.json"
    done
}

token() {
    local client=$DIGITUKI_CLIENTS/$1.json
    [ -e "$client" ] || fail "$1 is not a role: there are $(cd "$DIGITUKI_CLIENTS" && echo *.json)"
    curl --silent --show-error --fail-with-body --user "$(jq --raw-output '"\(.client_id):\(.client_secret)"' "$client")" \
        --data grant_type=client_credentials "$DIGITUKI_URL/oauth2/token" | jq --exit-status --raw-output .access_token
}

# In here a bare `return` would mean the status with which the script was about to exit.
clean_up() {
    trap '' HUP INT TERM
    if [ -n "$server" ]; then
        kill "$server" 2> /dev/null || true
        wait "$server" 2> /dev/null || true
    fi
    [ -z "$folder" ] || rm -rf "$folder"
}

main "$@"
