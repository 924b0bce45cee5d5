#!/usr/bin/env bash
# Installs Perennial into an empty folder and builds a project of somebody else against it (examples/embed), then runs
# that program on a small file. Usage: install_test.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly build=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

cmake --install "$build" --prefix "$out/prefix" >"$out/install.log"
cmake -S examples/embed -B "$out/build" -G Ninja -DCMAKE_PREFIX_PATH="$out/prefix" -DCMAKE_BUILD_TYPE=Release >"$out/configure.log"
cmake --build "$out/build" >"$out/build.log" || {
  cat "$out/build.log"
  exit 1
}
"$out/prefix/bin/perennial" --version
# The module of neural networks, where it was built, beside DuckDB's library: the command looks for it there.
if [[ -f $build/lib/perennial/libperennial_networks.so ]]; then
  [[ -f $(dirname "$(find "$out/prefix" -name libduckdb.so)")/libperennial_networks.so ]]
fi
"$out/build/embed" "$out/shop" tests/data/install_orders.csv
