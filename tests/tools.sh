#!/usr/bin/env bash
# Sees to it that the programs are there, from the distribution if need be, which the tests use (tools.sh test), which
# hold the contract (tools.sh contract), or which measure (tools.sh bench).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/install.sh"

case "${1:-}" in
    test)
        install_packages strace unless command -v strace
        install_packages util-linux unless command -v unshare
        ;;
    contract)
        install_packages util-linux unless command -v unshare
        install_packages curl unless command -v curl
        install_packages jq unless command -v jq
        install_packages nodejs npm unless command -v npm
        install_packages python3 python3-venv unless python3 -c 'import ensurepip'
        [ -n "${CHROMIUM:-}" ] || install_packages chromium \
            unless sh -c 'command -v chromium || command -v chromium-browser || command -v google-chrome'
        ;;
    bench)
        install_packages wrk unless command -v wrk
        install_packages python3 unless command -v python3
        install_packages postgresql-client unless command -v psql
        ;;
    *)
        echo 'usage: test | contract | bench' >&2
        exit 2
        ;;
esac
