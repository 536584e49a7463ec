#!/usr/bin/env bash
# Tries Swagger UI in a real browser (swagger_ui.mjs): the one that CHROMIUM names, or the distribution's, which is
# installed if need be.
set -euo pipefail
: "${DIGITUKI_URL:?run it as tests/server.sh with tests/contract/swagger_ui.sh}"
cd "$(dirname "${BASH_SOURCE[0]}")"
export PATH=$PWD/node_modules/.bin:$PATH

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

find_browser() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

if [ -z "${CHROMIUM:-}" ] && ! CHROMIUM=$(find_browser); then
    { command -v apt-get && as_root apt-get update \
        && as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends chromium; } >&2 || true
    CHROMIUM=$(find_browser) || {
        echo 'swagger_ui.sh: install Chromium (on Debian: apt-get install chromium), or name a browser in CHROMIUM' >&2
        exit 1
    }
fi
export CHROMIUM
exec node swagger_ui.mjs
