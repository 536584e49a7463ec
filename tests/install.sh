# Installs what a lock names, for the scripts that source this.

# Runs a command that says much; what it said is shown when it fails.
quietly() {
    local said status=0
    said=$(mktemp)
    "$@" > "$said" 2>&1 || status=$?
    [ "$status" -eq 0 ] || { cat "$said" >&2; echo "failed: $*" >&2; }
    rm -f "$said"
    return "$status"
}

# Installs package-lock.json of the present directory into node_modules.
install_node() {
    cmp --silent package-lock.json node_modules/installed-from && return
    rm -rf node_modules
    quietly npm ci --no-audit --no-fund --ignore-scripts
    cp package-lock.json node_modules/installed-from
}

# Installs requirements.txt of the present directory into .venv.
install_python() {
    cmp --silent requirements.txt .venv/installed-from && return
    rm -rf .venv
    quietly python3 -m venv .venv
    quietly .venv/bin/pip install --disable-pip-version-check --require-hashes --only-binary :all: \
        --requirement requirements.txt
    cp requirements.txt .venv/installed-from
}
