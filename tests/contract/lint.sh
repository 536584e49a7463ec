#!/usr/bin/env bash
# Lints the contract: general rules (redocly.yaml), the house's (spectral.yaml), and that each of the house's can fail.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export PATH=$PWD/node_modules/.bin:$PATH
contract=${1:-../../openapi/openapi.json}

redocly lint --config redocly.yaml --max-problems 1000 "$contract"
spectral lint --ruleset spectral.yaml --fail-severity hint "$contract"

broken=$(spectral lint --ruleset spectral.yaml --format json broken.yaml 2> /dev/null || true)
# The keys under `rules:` whose rules stand in the file itself.
for rule in $(sed -n 's/^  \([a-z0-9-]*\):$/\1/p' spectral.yaml); do
    jq --exit-status --arg rule "$rule" 'any(.code == $rule)' <<< "$broken" > /dev/null || {
        echo "spectral.yaml: the rule $rule does not see what broken.yaml does wrong" >&2
        exit 1
    }
done
