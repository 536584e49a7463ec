#!/usr/bin/env bash
# Puts the faults of tests/faults into a copy of the checkout, one at a time, and sees each of them found.
#
#   faults.sh            all of them
#   faults.sh FAULT...   these: faults.sh tests/faults/a-leak.patch
#
# A fault is a patch under a few lines that say what it is, which command finds it (`check:`), and what a developer then
# reads (`says:`). The copy lies under target/ and begins with what the checkout has built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
readonly root copy=$root/target/faults/checkout

fail() {
    printf 'faults.sh: %s\n' "$*" >&2
    exit 1
}

main() {
    [ -e target/debug/digituki ] || fail 'run make build first'
    unset CARGO_TARGET_DIR
    [ $# -gt 0 ] || set -- tests/faults/*.patch
    local fault found=0
    for fault; do
        seek "$(realpath "$fault")" && found=$((found + 1))
    done
    printf '%d of %d faults found\n' "$found" $#
    [ "$found" -eq $# ]
}

# Makes the copy say what the checkout says, committed or not. A file that differs gets a new time, by which cargo knows
# that it has to build again.
mend() {
    local file
    if [ ! -e "$copy/target" ]; then
        mkdir -p "$copy/target/debug"
        # Links: cargo and rustc replace files, they do not write into them.
        cp --archive --link "$root"/target/debug/{deps,build,.fingerprint} "$copy/target/debug"
    fi
    while read -r -d '' file; do
        if [ -f "$file" ] && ! cmp --silent "$file" "$copy/$file"; then
            mkdir -p "$copy/$(dirname "$file")"
            cp "$file" "$copy/$file"
        fi
    done < <(git ls-files -z --cached --others --exclude-standard)
    ln -sfn "$root/tests/contract/node_modules" "$copy/tests/contract/node_modules"
    ln -sfn "$root/tests/contract/.venv" "$copy/tests/contract/.venv"
}

seek() {
    local fault=$1 name check says log
    name=$(basename "$fault" .patch)
    check=$(sed -n 's/^check: //p' "$fault") says=$(sed -n 's/^says: //p' "$fault")
    [ -n "$check" ] && [ -n "$says" ] || fail "$fault lacks its check: or its says:"
    mend
    cd "$copy"
    log=$copy/target/$name.log
    # Outside of any repository, as far as git can see.
    GIT_CEILING_DIRECTORIES=$root/target git apply "$fault" || fail "$name no longer fits the code: make it anew"
    # As a developer would who has been told that the contract is out of date.
    cargo build --quiet --locked --package digituki && target/debug/digituki openapi > openapi/openapi.json || fail "$name does not compile"
    local status=0
    bash -c "$check" > "$log" 2>&1 || status=$?
    cd "$root"
    if [ "$status" -eq 0 ]; then
        printf '%s: NOT FOUND by %s\n' "$name" "$check"
        return 1
    fi
    if ! grep --fixed-strings --max-count=1 -- "$says" "$log"; then
        printf '%s: %s failed without saying "%s":\n' "$name" "$check" "$says"
        tail -n 40 "$log"
        return 1
    fi
    printf '%s: found by %s\n' "$name" "$check"
}

main "$@"
