#!/usr/bin/env bash
# Tries Swagger UI (swagger_ui.mjs) in the browser that CHROMIUM names, or in the distribution's.
set -euo pipefail
: "${DIGITUKI_URL:?run it as tests/server.sh with tests/contract/swagger_ui.sh}"
cd "$(dirname "${BASH_SOURCE[0]}")"
export PATH=$PWD/node_modules/.bin:$PATH
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
export CHROMIUM
exec node swagger_ui.mjs
