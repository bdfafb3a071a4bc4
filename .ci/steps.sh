# What .ci/run, quick, full and nightly share; they begin with `source "$(dirname "$0")/steps.sh"`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8
# The rules and the simulator are optimised in debug builds too: worlds by the hundred take many times as long without.
export PORCHLIGHT_OPTIMIZE=1
export PYTHONDONTWRITEBYTECODE=1

step() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }

# A line of README.md that matches: what it tells users to run is run, so that it cannot go stale.
readme_line() {
  local found
  found=$(grep -m 1 -E "$1" README.md | sed -E 's/^[[:space:]]+//') || true
  [ -n "$found" ] || { echo "README.md has no line matching: $1" >&2; exit 1; }
  printf '%s\n' "$found"
}
