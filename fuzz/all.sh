#!/usr/bin/env bash
# Fuzzes every reader and the parser of format files, one after another, guided by coverage.
#   fuzz/all.sh [SECONDS]     for each (default: 3600)
# Needs a nightly compiler and `cargo install cargo-fuzz`. What is found stays in fuzz/artifacts, and fails.
set -euo pipefail
cd "$(dirname "$0")"

samples=(../inbox-sample/*/)
for target in csv xml fixed excel format; do
    case $target in
    excel) seeds=(seeds/excel) ;;
    format) seeds=(../formats) ;;
    *) seeds=("${samples[@]}") ;;
    esac
    mkdir -p "corpus/$target"
    cargo +nightly fuzz run "$target" "corpus/$target" "${seeds[@]}" -- \
        -max_total_time="${1:-3600}" -timeout=10 -rss_limit_mb=2048 -max_len=20000
done
