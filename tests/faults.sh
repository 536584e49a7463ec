#!/usr/bin/env bash
# Puts the faults of tests/faults into a copy of the checkout, one at a time, and sees each of them found.
#
#   faults.sh            all of them
#   faults.sh FAULT...   these: faults.sh tests/faults/a-leak.patch
#
# A fault is a patch under a few lines that say what it is, which command finds it (`check:`), and what a developer then
# reads (`says:`). Before, each of the commands has to pass without any fault. The copy lies under target/ and begins
# with what the checkout has built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
readonly root copy=$root/target/faults/checkout

fail() {
    printf 'faults.sh: %s\n' "$*" >&2
    exit 1
}

main() {
    unset CARGO_TARGET_DIR
    if [ "${1:-}" = --seek ]; then
        seek "$2"
        return
    fi
    [ -e target/debug/digituki ] || fail 'run make build first'
    [ $# -gt 0 ] || set -- tests/faults/*.patch
    local fault found=0
    begin
    pass_without_faults "$@"
    for fault; do
        # A process of its own: `set -e` does not hold within a function whose status is looked at.
        if tests/faults.sh --seek "$(realpath "$fault")"; then
            found=$((found + 1))
        fi
    done
    printf '%d of %d faults found\n' "$found" $#
    [ "$found" -eq $# ]
}

begin() {
    [ ! -e "$copy/target" ] || return 0
    mkdir -p "$copy/target/debug"
    # What cargo writes to in place is copied. Of what rustc writes only other people's crates are taken, by links.
    cp --archive "$root"/target/debug/{build,.fingerprint} "$copy/target/debug"
    cp --archive --link "$root/target/debug/deps" "$copy/target/debug"
    find "$copy/target/debug/deps" \( -name '*digituki*' -o -name 'suite-*' -o -name '*.d' \) -delete
    cp --archive "$root"/target/debug/deps/*.d "$copy/target/debug/deps"
}

# Makes the copy say what the checkout says, committed or not. A file that differs gets a new time, by which cargo knows
# that it has to build again.
mend() {
    local file
    mkdir -p "$copy"
    while read -r -d '' file; do
        if ! cmp --silent "$file" "$copy/$file"; then
            mkdir -p "$copy/$(dirname "$file")"
            cp "$file" "$copy/$file"
        fi
    done < <(present)
    comm -z -13 <(present) <(cd "$copy" && find . -path ./target -prune -o -type f -printf '%P\0' | sort --zero-terminated) |
        (cd "$copy" && xargs --null --no-run-if-empty rm)
    ln -sfn "$root/tests/contract/node_modules" "$copy/tests/contract/node_modules"
    ln -sfn "$root/tests/contract/.venv" "$copy/tests/contract/.venv"
}

present() {
    git ls-files -z --cached --others --exclude-standard | sort --zero-terminated |
        while read -r -d '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done
}

line() {
    sed -n "s/^$1: //p" "$2"
}

# What is red without a fault finds none.
pass_without_faults() {
    local fault check
    mend
    for fault; do line check "$fault"; done | sort --unique | while read -r check; do
        run "$check" "$copy/target/without-faults.log" < /dev/null || {
            tail -n 40 "$copy/target/without-faults.log" >&2
            fail "$check fails without any fault"
        }
    done
}

# Runs a check in the copy, with the contract written anew, as a developer does who is told that it is out of date.
run() {
    (
        cd "$copy"
        cargo build --quiet --locked --package digituki
        target/debug/digituki openapi > openapi/openapi.json.new
        mv openapi/openapi.json.new openapi/openapi.json
        bash -c "$1"
    ) > "$2" 2>&1
}

seek() {
    local fault=$1 name check says log status=0
    name=$(basename "$fault" .patch)
    check=$(line check "$fault") says=$(line says "$fault")
    [ -n "$check" ] && [ -n "$says" ] || fail "$fault lacks its check: or its says:"
    log=$copy/target/$name.log
    mend
    # Outside of any repository, as far as git can see.
    (cd "$copy" && GIT_CEILING_DIRECTORIES=$root/target git apply "$fault") || fail "$name no longer fits the code: make it anew"
    run "$check" "$log" || status=$?
    if [ "$status" -eq 0 ]; then
        printf '%s: NOT FOUND by %s\n' "$name" "$check"
        exit 1
    fi
    if ! grep --fixed-strings --max-count=1 -- "$says" "$log"; then
        printf '%s: %s failed without saying "%s":\n' "$name" "$check" "$says"
        tail -n 40 "$log"
        exit 1
    fi
    printf '%s: found by %s\n' "$name" "$check"
}

main "$@"
