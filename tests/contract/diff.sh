#!/usr/bin/env bash
# Compares the contract with the last one that was released: nothing that a caller relies on goes away.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export PATH=$PWD/node_modules/.bin:$PATH
contract=${1:-../../openapi/openapi.json}
released=$(printf '%s\n' ../../openapi/releases/*.json | sort --version-sort | tail -n 1)

redocly diff --config redocly.yaml --fail-on major --check-version "$released" "$contract" || {
    cat >&2 << WAYS_OUT

The contract differs from the released ${released##*/} as said above. A version that does not fit the changes is
raised in Cargo.toml. A change that breaks callers (major) has two ways out:
  1. keep the promise: leave what there was, mark it deprecated if it is to go, and add the new beside it;
  2. break it openly: put the new under /v2, beside /v1, which stays as it is for as long as docs/reference promises.
WAYS_OUT
    exit 1
}
