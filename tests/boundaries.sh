#!/usr/bin/env bash
# Checks those of the architecture's invariants that a command can check. Says every rule that is broken, and where.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly most_lines=400
broken=0

# Takes a rule and the places that break it, one a line; no places, no breach.
expect_none() {
    local rule=$1 places=$2
    if [ -n "$places" ]; then
        printf 'boundaries: %s, but see %s.\n' "$rule" "${places//$'\n'/, }" >&2
        broken=1
    fi
}

# Prints those dependencies of a package whose name matches a pattern as a whole. Further arguments go to cargo tree.
dependencies() {
    local package=$1 pattern=$2
    shift 2
    cargo tree --locked --edges normal --prefix none --package "$package" "$@" |
        awk -v pattern="^($pattern)\$" '$1 ~ pattern { print $1, $2 }' | sort -u
}

# Prints the lines of Rust code below the folders as file:line:text. Blank lines and comments are none.
code() {
    find "$@" -name '*.rs' -exec awk '
        FNR == 1 { comment = 0 }
        comment { if (/\*\//) comment = 0; next }
        /^[[:space:]]*(\/\/|$)/ { next }
        /^[[:space:]]*\/\*/ { if (!/\*\//) comment = 1; next }
        { print FILENAME ":" FNR ":" $0 }' {} +
}

# Prints file:line of the code of domain and api that matches a pattern.
code_with() {
    code crates/domain crates/api |
        awk -v pattern="$1" '{ match($0, /^[^:]*:[0-9]*:/); place = substr($0, 1, RLENGTH - 1) }
            substr($0, RLENGTH + 1) ~ pattern { print place }'
}

long_files() {
    code crates | awk -F : -v most="$most_lines" '
        $1 !~ /\/(schema\.rs$|tests\/)/ { lines[$1]++ }
        END { for (file in lines) if (lines[file] > most) print file " with " lines[file] }' | sort
}

migrations() {
    find "migrations/$1" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort
}

incomplete_migrations() {
    local directory file
    for directory in migrations/sqlite/*/ migrations/postgres/*/; do
        for file in up.sql down.sql; do
            [ -s "$directory$file" ] || echo "$directory$file"
        done
    done
}

# Each list is taken in an assignment of its own, so that a command that fails ends the script instead of passing for
# an empty list.
found=$(dependencies digituki-domain '(diesel|actix)[-_a-z0-9]*')
expect_none 'digituki-domain depends on neither diesel nor actix' "$found"

found=$(dependencies digituki-persistence 'actix-(web|http)')
expect_none 'digituki-persistence does not depend on actix-web' "$found"

found=$(dependencies digituki 'diesel.*|sqlx.*|rusqlite|libsqlite3-sys|pq-sys|(tokio-)?postgres' --depth 1)
expect_none 'digituki reaches a database only through digituki-persistence' "$found"

found=$(code_with '(^|[^a-z_])diesel(_migrations)?::|sql_query')
expect_none 'diesel is used in crates/persistence only' "$found"

# Upper case wherever it stands; lower case only where a string begins with it, since prose has these words too.
sql='(^|[^A-Z_])(SELECT([^A-Z_]|$)|INSERT +(OR +[A-Z]+ +)?INTO|DELETE +FROM|UPDATE +[a-z_."]+ *(SET|$))'
sql="$sql|\"[[:space:]]*(select .*from |insert into |delete from |update [a-z_.]+ set )"
found=$(code_with "$sql")
expect_none 'every SQL statement stands in crates/persistence' "$found"

sqlite=$(migrations sqlite)
postgres=$(migrations postgres)
found=$(comm -3 <(echo "$sqlite") <(echo "$postgres") | tr -d '\t')
expect_none 'migrations/sqlite and migrations/postgres have the same names' "$found"

found=$(incomplete_migrations)
expect_none 'every migration has an up.sql and a down.sql that are not empty' "$found"

[ -s openapi/releases/SHA256SUMS ] || { echo 'boundaries: openapi/releases/SHA256SUMS is missing' >&2; exit 1; }
found=$(sha256sum --check openapi/releases/SHA256SUMS 2> /dev/null | grep --invert-match ': OK$' || true)
expect_none 'a migration or a contract that was released stays as it is: what changes comes in another' "$found"

found=$(long_files)
expect_none "no Rust file outside tests has more than $most_lines lines of code, schema.rs apart" "$found"

exit "$broken"
