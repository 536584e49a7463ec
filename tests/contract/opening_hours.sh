#!/usr/bin/env bash
# Asks OpenStreetMap's own reader of opening hours what the table of tests/opening_hours says.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export PATH=$PWD/node_modules/.bin:$PATH

node opening_hours.mjs
