#!/usr/bin/env bash
# The programs under clients/, made and run as third parties would.
#
#   make    make the types of each from openapi/openapi.json alone, and check the program strictly against them
#   run     run each with the credentials of a provider's editor, within `tests/server.sh with`
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here contract=$here/../openapi/openapi.json
. "$here/install.sh"

fail() {
    printf 'clients.sh: %s\n' "$*" >&2
    exit 1
}

main() {
    export PATH=$here/contract/node_modules/.bin:$here/contract/.venv/bin:$PATH
    case "${1:-}" in
        make) make ;;
        run) run ;;
        *) fail 'usage: make | run' ;;
    esac
}

make() {
    cd "$here/clients/typescript"
    install_node
    quietly npm run generate
    quietly npm run check
    cd "$here/clients/python"
    install_python
    # The formatter, ruff, is on the path too: the generator warns without it, and here a warning is a failure.
    quietly openapi-python-client generate --path "$contract" --config generator.yaml --meta none --output-path digituki \
        --overwrite --fail-on-warning
    quietly .venv/bin/mypy
}

run() {
    [ -n "${DIGITUKI_CLIENTS:-}" ] || fail 'run tests/server.sh with tests/clients.sh run'
    DIGITUKI_CLIENT_ID=$(jq --raw-output .client_id "$DIGITUKI_CLIENTS/provider_editor.json")
    DIGITUKI_CLIENT_SECRET=$(jq --raw-output .client_secret "$DIGITUKI_CLIENTS/provider_editor.json")
    export DIGITUKI_CLIENT_ID DIGITUKI_CLIENT_SECRET
    echo "== TypeScript, ${DATABASE_URL%%:*}"
    (cd "$here/clients/typescript" && npm run --silent start)
    echo "== Python, ${DATABASE_URL%%:*}"
    (cd "$here/clients/python" && .venv/bin/python main.py)
}

main "$@"
