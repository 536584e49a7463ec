#!/usr/bin/env bash
# The registry, running for a program that is not written in Rust: another tool, a client, a document's commands.
#
#   with COMMAND...      start it on a free port and a new database, run COMMAND, stop it, exit with COMMAND's status
#   on-both COMMAND...   do so on an SQLite file and on a throw-away PostgreSQL, side by side
#   token ROLE           print an access token of the client with that role (within `with`)
#
# The database is an SQLite file of its own, or the one that DATABASE_URL names. COMMAND is told in its environment
#   DIGITUKI_URL         where the registry answers
#   DIGITUKI_CLIENTS     a directory with a client for each role, ROLE.json, as `digituki client add --json` prints it
#   DATABASE_URL         the database, for `digituki client` and its like
#   PATH                 with `digituki` itself in front
# What the server says goes to the file that DIGITUKI_SERVER_LOG names, or is shown when the server does not come up.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
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
    local programs log status=0
    programs=$(cd "$here/.." && cargo metadata --format-version 1 --no-deps --offline | jq --raw-output .target_directory)/debug
    [ -x "$programs/digituki" ] || fail "$programs/digituki is missing: run make build"
    trap clean_up EXIT
    folder=$(mktemp -d "${TMPDIR:-/tmp}/digituki-server.XXXXXXXX")
    log=${DIGITUKI_SERVER_LOG:-$folder/log}
    export PATH=$programs:$PATH DATABASE_URL=${DATABASE_URL:-sqlite://$folder/digituki.db} DIGITUKI_CLIENTS=$folder/clients
    export DIGITUKI_RATE_LIMIT=${DIGITUKI_RATE_LIMIT:-off}
    mkdir "$DIGITUKI_CLIENTS"
    local port
    port=$("$here/postgres.sh" free-port)
    export DIGITUKI_URL=http://127.0.0.1:$port
    digituki migrate 2> "$log" || { cat "$log" >&2; fail 'the database could not be made'; }
    add_clients
    DIGITUKI_LISTEN=127.0.0.1:$port digituki serve 2>> "$log" &
    server=$!
    until curl --silent --fail --output "$folder/ready" "$DIGITUKI_URL/health/ready"; do
        kill -0 "$server" 2> /dev/null || { cat "$log" >&2; fail 'the server did not come up'; }
        sleep 0.05
    done
    "$@" || status=$?
    exit "$status"
}

run_on_both() {
    local said=() running=() status=0 each
    said=("$(mktemp)" "$(mktemp)")
    env --unset=DATABASE_URL "$here/server.sh" with "$@" > "${said[0]}" 2>&1 &
    running+=($!)
    "$here/postgres.sh" with sh -c 'DATABASE_URL=$DIGITUKI_TEST_POSTGRES exec "$@"' - "$here/server.sh" with "$@" \
        > "${said[1]}" 2>&1 &
    running+=($!)
    for each in 0 1; do
        wait "${running[each]}" || status=$?
        cat "${said[each]}"
    done
    rm -f "${said[@]}"
    exit "$status"
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
