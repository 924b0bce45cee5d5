#!/usr/bin/env bash
# From simulated files to a report, as ./dev demo does it, and the same on the real files of ../shared/data where they
# are: every verb succeeds, a second import changes nothing, and every chart of every report is drawn.
# Usage: main_job_test.sh PERENNIAL [simulated]; with the second word the real files are left out
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly perennial=$1 here data=$here/../../../shared/data
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

fail() {
  echo "main_job_test: $*" >&2
  exit 1
}
field() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }

# export_all SHOP FOLDER: every table that a run makes.
export_all() {
  local table
  mkdir "$2"
  for table in scores next_steps recommendations similar_items customers stages stage_flows rfm cohorts orders catalogue features; do
    "$perennial" -q export "$1" --what "$table" --out "$2/$table.csv" >/dev/null
  done
}

# main_job NAME FILE...: init, import twice, run twice, report, customer, export, evaluate.
main_job() {
  local name=$1 shop=$out/$1
  shift
  "$perennial" -q init "$shop" >/dev/null
  "$perennial" -q import "$shop" "$@" >/dev/null
  [[ $("$perennial" -q --json import "$shop" "$@" | field '["rows_stored"]') == 0 ]] || fail "$name: a second import stored rows"
  "$perennial" -q --json run "$shop" >"$out/$name.json"
  export_all "$shop" "$out/$name.first"
  "$perennial" -q --json --threads 1 run "$shop" >"$out/$name.again.json"
  export_all "$shop" "$out/$name.again"
  cmp "$out/$name.json" "$out/$name.again.json" || fail "$name: a run with one thread gave another answer"
  diff -rq "$out/$name.first" "$out/$name.again" || fail "$name: a run with one thread wrote other tables"
  "$perennial" -q report "$shop" --out "$out/$name.html" >/dev/null
  "$perennial" -q report "$shop" --lang zh --out "$out/$name.zh.html" >/dev/null
  local customer split
  customer=$(sed -n '2s/,.*//p' "$out/$name.first/scores.csv")
  "$perennial" -q customer "$shop" "$customer" | grep -q '^Stage: ' || fail "$name: customer $customer has no stage"
  split=$(field '["as_of"]' <"$out/$name.json")
  split=$(date -d "$split - 60 days" +%F)
  "$perennial" -q --json evaluate "$shop" --split "$split" | field '["value"][0]["metrics"]["mae"]["value"]' >/dev/null
}

"$perennial" -q --seed 7 simulate "$out/files" --customers 1500 --days 400 >/dev/null
main_job simulated "$out/files"
if [[ ${2:-} == simulated ]]; then
  echo "the simulated shop only"
elif [[ -f $data/online_retail.parquet ]]; then
  main_job online_retail "$data/online_retail.parquet"
  main_job cdnow "$data/CDNOW_sample.txt"
else
  echo "real data skipped: $data is not there"
fi

status=0
python3 "$here/report_browser_check.py" --out "$out/screenshots" "$out"/*.html || status=$?
((status == 0 || status == 77)) || fail "a report is not as it should be"
((status == 0)) || echo "no Chromium here: the reports were not opened"
