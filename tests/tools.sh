#!/usr/bin/env bash
# Sees to it that the programs are there which tests start, from the distribution if need be.
set -euo pipefail

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# A program and the package that it comes in.
for pair in strace:strace unshare:util-linux; do
    program=${pair%%:*} package=${pair##*:}
    if command -v "$program" > /dev/null; then
        continue
    fi
    if ! { command -v apt-get && as_root apt-get update \
        && as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$package"; } >&2; then
        echo "tools.sh: install $program (on Debian and Ubuntu: apt-get install $package)" >&2
        exit 1
    fi
done
