#!/usr/bin/env bash
# Prints how easily the contract is integrated, by redocly's score, and fails below what the house holds itself to.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export PATH=$PWD/node_modules/.bin:$PATH
contract=${1:-../../openapi/openapi.json}

score=$(redocly score --config redocly.yaml --format json "$contract")
jq --raw-output '"score \(.agentReadiness)", (.subscores | to_entries[] | "  \(.key) \(.value * 100 | round) %")' <<< "$score"
jq --exit-status '
    .agentReadiness >= 80 and (.subscores | .exampleCoverage == 1 and .errorClarity == 1 and .documentationQuality == 1)
' <<< "$score" > /dev/null || {
    echo 'score.sh: wanted are a score of 80, and 100 % of examples, errors and documentation; redocly score says more' >&2
    exit 1
}
