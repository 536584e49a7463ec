#!/usr/bin/env bash
# Sees to it that the programs are there which the tests use, from the distribution if need be.
set -euo pipefail

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Installs packages, unless the command after `unless` says that what they bring is there.
install() {
    local packages=()
    while [ "$1" != unless ]; do
        packages+=("$1")
        shift
    done
    shift
    if "$@" > /dev/null 2>&1; then
        return
    fi
    if ! { command -v apt-get && as_root apt-get update \
        && as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${packages[@]}"; } >&2; then
        echo "tools.sh: install what \`$*\` needs (on Debian and Ubuntu: apt-get install ${packages[*]})" >&2
        exit 1
    fi
}

install strace unless command -v strace
install util-linux unless command -v unshare
install curl unless command -v curl
install jq unless command -v jq
install nodejs npm unless command -v npm
install python3 python3-venv unless python3 -c 'import ensurepip'
