#!/usr/bin/env bash
# Lets schemathesis ask the running registry what the contract allows and what it forbids, as each of the callers named:
#
#   fuzz.sh EXAMPLES CALLER...     CALLER is a role, or public for somebody who has not signed in
#
# DIGITUKI_TEST_PATHS says by a regular expression about which paths; left out, about all.
#
# Runs within `tests/server.sh with`. Its requests are the same every time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
examples=$1
shift

# All tokens first: among what is asked are more sign-ins that fail than the registry puts up with.
declare -A credentials
for caller in "$@"; do
    [ "$caller" = public ] || credentials[$caller]="Authorization: Bearer $(../server.sh token "$caller")"
done

paths=()
[ -z "${DIGITUKI_TEST_PATHS:-}" ] || paths=(--include-path-regex "$DIGITUKI_TEST_PATHS")

status=0
for caller in "$@"; do
    headers=()
    [ "$caller" = public ] || headers=(--header "${credentials[$caller]}")
    printf '== %s, %s\n' "$caller" "${DATABASE_URL%%:*}"
    DIGITUKI_TEST_CALLER=$caller .venv/bin/schemathesis --config-file schemathesis.toml run ../../openapi/openapi.json --url "$DIGITUKI_URL" \
        --max-examples "$examples" "${headers[@]}" "${paths[@]}" || status=$?
done
exit "$status"
