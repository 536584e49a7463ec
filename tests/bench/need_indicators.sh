#!/usr/bin/env bash
# How long 100,000 need indicators take to load in one request: at first, and when each says something else than before. More
# than ten seconds fail. One bad row at the end has nothing stored.
#
# In the environment: DIGITUKI_URL and DIGITUKI_CLIENTS (tests/server.sh).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly here rows=100000 longest=10
folder=$(mktemp -d "${TMPDIR:-/tmp}/digituki-bench.XXXXXXXX")
trap 'rm -rf "$folder"' EXIT

# A table of so many rows, with another figure each time.
table() {
    curl --silent --fail "$DIGITUKI_URL/v1/municipalities?limit=500&as_of=2025-03-01" | jq --raw-output '.items[].code' \
        | awk -v rows="$rows" -v more="$1" '
            BEGIN {
                count = split("share_65_plus share_75_plus share_swedish_speakers share_sami_speakers never_uses_internet " \
                    "share_foreign_language_speakers share_low_education often_needs_support no_strong_identification " \
                    "weak_digital_skills no_suitable_device living_alone_75_plus", indicators, " ")
                print "municipality,indicator,date,value,source,method,uncertainty"
            }
            {
                for (i = 1; i <= count; i++)
                    for (day = 1; day <= 28 && made < rows; day++)
                        printf "%s,%s,2025-03-%02d,%d,Statistics Finland,Register of all inhabitants,\n",
                            $1, indicators[i], day, (made++ + more) % 90
            }'
}

# Sends a table as it is read; prints the status, and the seconds that it took.
load() {
    curl --silent --output "$folder/answer" --write-out '%{http_code} %{time_total}\n' --request POST --upload-file - \
        --header "Authorization: Bearer $token" --header 'Content-Type: text/csv' --header 'Expect:' \
        "$DIGITUKI_URL/v1/need-indicators"
}

measure() {
    local status seconds
    read -r status seconds < <(load < "$folder/table")
    printf '%-28s %s %ss: %s\n' "$1" "$status" "$seconds" "$(jq --compact-output '{rows, inserted, replaced, unchanged}' "$folder/answer")"
    [ "$status" = 201 ] && awk -v seconds="$seconds" -v longest="$longest" 'BEGIN { exit !(seconds <= longest) }'
}

token=$("$here/server.sh" token national_developer)
readonly token
echo "$DATABASE_URL" | sed 's/:.*//'
table 0 > "$folder/table"
[ "$(wc -l < "$folder/table")" -eq $((rows + 1)) ]
measure "$rows new rows"
table 1 > "$folder/table"
measure "$rows rows that replace"
measure "$rows rows that are known"
table 2 | sed '$ s/,[0-9]*,Statistics/,101,Statistics/; $ s/living_alone_75_plus/share_65_plus/' > "$folder/table"
read -r status seconds < <(load < "$folder/table")
printf '%-28s %s %ss: %s\n' 'one bad row' "$status" "$seconds" "$(jq --compact-output '[.errors[] | [.pointer, .code]]' "$folder/answer")"
[ "$status" = 400 ]
loads=$(curl --silent --fail "$DIGITUKI_URL/v1/need-indicator-loads" | jq '.items | length')
[ "$loads" -eq 3 ]
