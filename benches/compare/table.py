"""The table, as Markdown."""

import os
import platform
import re
import subprocess


def text(bench):
    rows = [("work", "program", "s", "(least–most)", "CPU s", "records/s", "MB/s", "peak MB", "time by sluss's", "of runs")]
    for work, taken in bench.taken.items():
        records, size = bench.amount.get(work, (0, 0))
        for who in taken:
            seconds = bench.median(work, who)
            all_ = [one[0] for one in taken[who]]
            rows.append((
                work, who, f"{seconds:.3f}", f"{min(all_):.3f}–{max(all_):.3f}",
                f"{bench.cpu(work, who):.2f}", f"{records / seconds:,.0f}" if records else "–",
                f"{size / seconds / 1e6:.1f}" if size else "–", f"{bench.peak(work, who) / 2**20:.0f}",
                f"{seconds / bench.median(work, 'sluss'):.2f}" if "sluss" in taken else "–", str(len(all_)),
            ))
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "| --- | --- |" + " ---: |" * (len(rows[0]) - 2))
    if bench.missing:
        lines += ["", "Missing (not installed): " + ", ".join(sorted(bench.missing)) + "."]
    return "\n".join(lines + ["", versions(bench)])


def versions(bench):
    said = []
    for command, pattern in (
        ([bench.sluss, "--version"], r"sluss \S+"), (["sqlite3", "--version"], r"\S+"), (["xmllint", "--version"], r"version \d+"),
        ([bench.qsv, "--version"], r"\S+ \S+"), (["rustc", "--version"], r"rustc \S+"),
    ):
        try:
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        name = str(command[0]).rsplit("/", 1)[-1]
        found = re.search(pattern, done.stdout + done.stderr)
        if found:
            said.append(found[0] if found[0].startswith(name) else f"{name} {found[0]}")
    python = bench.venv / "bin" / "python"
    if python.exists():
        names = ["polars", "duckdb", "pandas", "pyarrow", "frictionless", "lxml", "openpyxl"]
        code = ("import importlib.metadata as m, platform\nprint('Python', platform.python_version())\n"
                f"for n in {names}:\n try: print(n, m.version(n))\n except Exception: pass")
        said += subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    return f"{os.cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]}; " + ", ".join(said) + "."
