#!/usr/bin/env bash
# Public libraries on the same data, same machine, same run. Installs them with pip into build/peers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if [[ ! -x build/peers/bin/python ]]; then
  python3 -m venv build/peers
  build/peers/bin/pip install --quiet lifetimes
fi
build/peers/bin/python bench/peers/value.py build/release/bench/value_peer "$@"
