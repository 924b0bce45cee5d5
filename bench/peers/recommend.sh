#!/usr/bin/env bash
# implicit on the same shop, same machine, same run. Installs it with pip into build/peers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if [[ ! -x build/peers/bin/python ]]; then
  python3 -m venv build/peers
fi
build/peers/bin/python -c "import implicit" 2>/dev/null || build/peers/bin/pip install --quiet implicit
build/peers/bin/python bench/peers/recommend.py build/release/bench/recommend_peer "$@"
