#!/usr/bin/env bash
# Releases the contract as it is checked in: it joins openapi/releases under its version, and it and all migrations stay
# as they are from then on (tests/boundaries.sh).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=$(sed -n 's|^    "version": "\(.*\)".*|\1|p' openapi/openapi.json | head -n 1)
released=openapi/releases/$version.json
[ -n "$version" ] || { echo 'release.sh: openapi/openapi.json has no version' >&2; exit 1; }
[ ! -e "$released" ] || { echo "release.sh: $released is there: raise the version in Cargo.toml" >&2; exit 1; }
cp openapi/openapi.json "$released"
find migrations openapi/releases \( -name '*.sql' -o -name '*.json' \) -print0 | sort --zero-terminated |
    xargs --null sha256sum > openapi/releases/SHA256SUMS
echo "released the contract $version"
