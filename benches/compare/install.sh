#!/usr/bin/env bash
# Installs what benches/compare/compare holds sluss beside, each from its own registry at its latest version, in target/compare.
# One that cannot be installed is said here and named as missing in the table; nothing else fails for it. `qsv` builds from
# source for half an hour or more: COMPARE_QSV=1 asks for it.
set -uo pipefail
cd "$(dirname "$0")/../.."
folder=target/compare
mkdir -p "$folder"
[ -x "$folder/venv/bin/python" ] || python3 -m venv "$folder/venv" || exit 1
"$folder/venv/bin/pip" install --quiet --upgrade pip || echo "pip stays as it is" >&2
for peer in polars duckdb "pandas pyarrow" frictionless lxml openpyxl; do
    # shellcheck disable=SC2086 # pandas comes with what reads fast for it
    "$folder/venv/bin/pip" install --quiet --upgrade $peer || echo "MISSING: ${peer%% *}" >&2
done
for tool in sqlite3:sqlite3 xmllint:libxml2-utils; do
    command -v "${tool%%:*}" >/dev/null || { apt-get update -qq && apt-get install -y -qq "${tool##*:}"; } >/dev/null 2>&1 \
        || echo "MISSING: ${tool%%:*}" >&2
done
if [ -n "${COMPARE_QSV:-}" ]; then
    cargo install --quiet --locked qsv --bin qsvlite --features lite --root "$folder/qsv" || echo "MISSING: qsv" >&2
else
    echo "qsv is not built (COMPARE_QSV=1 does)" >&2
fi
exit 0
