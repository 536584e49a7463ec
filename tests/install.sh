# What the tests need to be there, for the scripts that source this.

# Prints the directory of the programs that `make build` has made, or another profile's.
programs() {
    local directory
    directory=$(cargo metadata --format-version 1 --no-deps --offline | jq --raw-output .target_directory)/${DIGITUKI_TEST_PROFILE:-debug}
    [ -x "$directory/digituki" ] || { echo "$directory/digituki is missing: run make build" >&2; return 1; }
    echo "$directory"
}

# Runs a command that says much; what it said is shown when it fails.
quietly() {
    local said status=0
    said=$(mktemp)
    "$@" > "$said" 2>&1 || status=$?
    [ "$status" -eq 0 ] || { cat "$said" >&2; echo "failed: $*" >&2; }
    rm -f "$said"
    return "$status"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Installs packages of the distribution, unless the command after `unless` says that what they bring is there.
install_packages() {
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
        echo "install what \`$*\` needs (on Debian and Ubuntu: apt-get install ${packages[*]})" >&2
        return 1
    fi
}

# Installs package-lock.json of the present directory into node_modules.
install_node() {
    is_installed_from package-lock.json node_modules && return
    rm -rf node_modules
    quietly npm ci --no-audit --no-fund --ignore-scripts
    stamp package-lock.json > node_modules/installed-from
}

# Installs requirements.txt of the present directory into .venv.
install_python() {
    is_installed_from requirements.txt .venv && return
    rm -rf .venv
    quietly python3 -m venv .venv
    quietly .venv/bin/pip install --disable-pip-version-check --require-hashes --only-binary :all: \
        --requirement requirements.txt
    stamp requirements.txt > .venv/installed-from
}

is_installed_from() {
    [ -e "$2/installed-from" ] && stamp "$1" | cmp --silent - "$2/installed-from"
}

# What an installation depends on: the lock, where it lies, and what it was installed with.
stamp() {
    cat "$1"
    pwd
    python3 --version
}
