#!/usr/bin/env bash
# The workflows of openapi/workflows (Arazzo), and the document that shows them to integrators.
#
#   workflows.sh          run each against a registry: `tests/server.sh with tests/contract/workflows.sh`
#   workflows.sh docs     write docs/workflows.md from them
#   workflows.sh check    fail if docs/workflows.md is not what they say
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export PATH=$PWD/node_modules/.bin:$PATH

run() {
    local workflow status=0
    for workflow in ../../openapi/workflows/*.arazzo.yaml; do
        # In the environment, because every user of a machine can read the arguments of a command.
        REDOCLY_CLI_RESPECT_INPUT=$(inputs)
        export REDOCLY_CLI_RESPECT_INPUT
        redocly respect "$workflow" --server "digituki=$DIGITUKI_URL" \
            --severity '{"STATUS_CODE_CHECK": "error", "SCHEMA_CHECK": "error", "CONTENT_TYPE_CHECK": "error"}' \
            || status=1
    done
    exit "$status"
}

# A source of its own for each workflow and each run: none finds what another has left behind.
inputs() {
    local source
    source=run-$(node --print 'crypto.randomUUID()')
    jq --slurp --arg source "$source" '
        (.[0] | {client_id, client_secret, organisation: .organisation_id})
        + (.[1] | {editor_id: .client_id, editor_secret: .client_secret})
        + {$source, source_id: "library-1"}
    ' "$DIGITUKI_CLIENTS"/{integrator,provider_editor}.json
}

case "${1:-run}" in
    run) run ;;
    docs | check) node workflows.mjs "$1" ;;
    *)
        echo 'usage: workflows.sh [docs | check]' >&2
        exit 2
        ;;
esac
