#!/usr/bin/env bash
# Measures the release build on generated files and prints one table.
#   benches/run.sh [SCALE…]     1m, 10m, small, loans, bgmax, or a number of registrations (default: 1m small)
# 1m:    1,000,000 registrations, each with its customer, into a new book
# 10m:   10,000,000 of them
# small: 1,000 updates against a book of 1,000,000 (made first, if 1m did not run)
# loans: 1,000,000 repayments against a book of 1,000,000 loans, each with an open receivable (both made first); five times,
#        since a virtual machine's minutes differ, and the median of them
# bgmax: 1,000,000 payments of Bankgirot checked, of which none is of a loan in the book
# BENCH_DIR names the folder for files and sites; its disk is what is measured.
set -euo pipefail
cd "$(dirname "$0")/.."
scales=("$@")
[ ${#scales[@]} -gt 0 ] || scales=(1m small)
folder=${BENCH_DIR:-$(mktemp -d)}
mkdir -p "$folder"
[ -n "${BENCH_DIR:-}" ] || trap 'rm -rf "$folder"' EXIT

cargo build --locked --release --bin sluss --example generate
sluss=target/release/sluss
generate=target/release/examples/generate
rows=()

site() { # NAME
    rm -rf "${folder:?}/$1"
    "$sluss" init "$folder/$1"
    cat >"$folder/$1/sluss.toml" <<'TOML'
[site]
time_zone = "Europe/Stockholm"
calendar = "SE"

[partner.bench]
formats = ["insurance-csv-1", "loan-repayments-csv-1", "bgmax-1", "canonical-csv"]
lines = ["insurance", "loan"]
settle = "0s"
limits = { bytes = "8GiB" }

[product.LOANPROT-A]
line = "insurance"

[product.ANNUITY]
line = "loan"
currency = ["SEK"]
reference = "se-ocr"
TOML
    mkdir -p "$folder/$1/inbox/bench" "$folder/$1/outbox/bench"
}

# Runs the site once, or checks a file: what it took, and the most memory it held.
measure() { # LABEL SITE RECORDS [FILE]
    local out=$folder/time exit=0 command=(run)
    [ -z "${4:-}" ] || command=(check "$4" --partner bench)
    # What was generated goes to the disk first: that is not the program's work.
    sync
    /usr/bin/time -f '%e %U %S %M' -o "$out" \
        "$sluss" "${command[@]}" --site "$folder/$2" --business-date 2026-11-20 --now 2026-11-20T02:00:00+01:00 --quiet \
        >/dev/null || exit=$?
    # 1: some records were rejected, as generated.
    [ "$exit" -le 1 ] || { echo "sluss run ended with $exit" >&2; exit "$exit"; }
    local user system memory
    read -r wall user system memory < <(tail -n 1 "$out")
    rows+=("$(awk -v l="$1" -v n="$3" -v w="$wall" -v u="$user" -v s="$system" -v m="$memory" \
        'BEGIN { printf "%-34s %10d %9.2f %9.2f %12.0f %9.0f", l, n, w, u + s, n / (w > 0 ? w : 0.01), m / 1024 }')")
}

registrations() { # SITE RECORDS
    site "$1"
    "$generate" --rows "$2" -o "$folder/$1/inbox/bench/INS_20261120_001.csv"
}

for scale in "${scales[@]}"; do
    case $scale in
    1m)
        registrations million 1000000
        measure "1 M registrations, new book" million 1000000
        ;;
    10m)
        registrations ten 10000000
        measure "10 M registrations, new book" ten 10000000
        rm -rf "${folder:?}/ten"
        ;;
    small)
        if [ ! -d "$folder/million" ]; then
            registrations million 1000000
            measure "(1 M registrations, to begin with)" million 1000000
        fi
        "$generate" --rows 1000 --kind update --book 1000000 --seed "$(date +%s)" \
            -o "$folder/million/inbox/bench/INS_20261120_002.csv"
        measure "1,000 updates, book of 1 M" million 1000
        ;;
    loans)
        site loans
        inbox=$folder/loans/inbox/bench
        "$generate" --rows 1000000 --kind loan --bad 0 -o "$inbox/canonical_1.csv"
        measure "(1 M loans taken over)" loans 1000000
        "$generate" --rows 1000000 --kind receivable --bad 0 -o "$inbox/canonical_2.csv"
        measure "(1 M receivables)" loans 1000000
        "$generate" --rows 1000000 --kind repayment -o "$inbox/inbet_20261120_001.csv"
        # Its answers were fetched: to copy them each time would leave the system's memory full of them.
        rm -rf "$folder"/before "$folder"/loans/{outbox/bench,archive}/*
        mv "$folder/loans" "$folder/before"
        walls=()
        for round in 1 2 3 4 5; do
            rm -rf "$folder/loans"
            cp -r "$folder/before" "$folder/loans"
            measure "1 M repayments, book of 1 M: $round" loans 1000000
            walls+=("$wall")
        done
        rm -rf "$folder/before"
        rows+=("$(printf '%s\n' "${walls[@]}" | sort -n | awk 'NR == 3 { printf "%-34s %10d %9.2f", "  the median", 1000000, $1 }')")
        ;;
    bgmax)
        site bgmax
        "$generate" --rows 1000000 --kind bgmax -o "$folder/bgmax/BGMAX_1M.txt"
        measure "1 M payments of BgMax, checked" bgmax 1000000 "$folder/bgmax/BGMAX_1M.txt"
        ;;
    [1-9]*)
        registrations some "$scale"
        measure "registrations, new book" some "$scale"
        rm -rf "${folder:?}/some"
        ;;
    *)
        echo "unknown scale $scale: 1m, 10m, small, loans, bgmax or a number" >&2
        exit 2
        ;;
    esac
done
printf '%-34s %10s %9s %9s %12s %9s\n' what records wall_s cpu_s records/s peak_MiB
printf '%s\n' "${rows[@]}"
