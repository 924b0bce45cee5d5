#!/usr/bin/env bash
# The main job on real data, and imports of simulated events: wall time and peak memory of each command.
#
# Targets: Online Retail from init to report under 20 s and 1.5 GB; 10 M events over 400 k rows/s from Parquet and over
# 200 k rows/s from CSV. Real data is read from ../shared/data where present; EVENTS=0 leaves out the large imports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly perennial=build/release/bin/perennial data=../shared/data
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# measure LABEL COMMAND...: runs it and prints wall seconds and peak memory of the command and its children.
measure() {
  python3 - "$@" <<'EOF'
import resource, subprocess, sys, time
label, command = sys.argv[1], sys.argv[2:]
start = time.monotonic()
status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
wall = time.monotonic() - start
if status.returncode != 0:
    sys.exit(f"{label}: exit status {status.returncode}\n{status.stderr}")
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"{label:<42}{wall:8.2f} s {peak:8.0f} MB")
EOF
}

main_job() {
  local name=$1 file=$2 start
  if [[ ! -f $file ]]; then
    echo "$name: skipped, $file is not there"
    return
  fi
  start=$(date +%s.%N)
  measure "$name: init" "$perennial" init "$out/$name"
  measure "$name: import" "$perennial" import "$out/$name" "$file"
  measure "$name: run" "$perennial" run "$out/$name"
  measure "$name: report" "$perennial" report "$out/$name" --out "$out/$name.html"
  printf '%-42s%8.2f s\n' "$name: all four" "$(awk -v from="$start" -v to="$(date +%s.%N)" "BEGIN { print to - from }")"
}

main_job online_retail "$data/online_retail.parquet"
main_job cdnow_sample "$data/CDNOW_sample.txt"

if [[ ${EVENTS:-1} != 0 ]]; then
  for format in parquet csv; do
    measure "simulate 500,000 customers as $format" \
      "$perennial" simulate "$out/files_$format" --customers 500000 --days 365 --seed 1 --format "$format"
    "$perennial" init "$out/events_$format" >/dev/null
    start=$(date +%s.%N)
    rows=$("$perennial" --json import "$out/events_$format" "$out/files_$format" 2>/dev/null |
      python3 -c 'import json, sys; print(json.load(sys.stdin)["rows_stored"])')
    awk -v rows="$rows" -v from="$start" -v to="$(date +%s.%N)" -v format="$format" 'BEGIN {
      printf "import %d rows from %s: %.1f s, %.0f k rows/s\n", rows, format, to - from, rows / (to - from) / 1000 }'
    rm -rf "$out/files_$format" "$out/events_$format"
  done
fi
