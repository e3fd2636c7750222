"""Runs programs and takes their time and memory; makes files and sites."""

import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

# As many for every program that can be told: the limits have two by themselves.
THREADS = 2
MOMENT = ["--business-date", "2026-11-20", "--now", "2026-11-20T02:00:00+01:00", "--json"]
SETTINGS = """[site]
time_zone = "Europe/Stockholm"
calendar = "SE"
{partners}
[product.LOANPROT-A]
line = "insurance"
"""
PARTNER = """
[partner.{name}]
formats = ["insurance-csv-1", "insurance-xml-1", "insurance-excel-1"]
lines = ["insurance"]
settle = "0s"
limits = {{ bytes = "64GiB", records = 100000000, findings = 100000000, inflated = "64GiB" }}
"""


def number(text):
    match = re.fullmatch(r"(\d+)([km]?)", str(text).lower())
    if not match:
        raise ValueError(text)
    return int(match[1]) * {"": 1, "k": 1000, "m": 1_000_000}[match[2]]


class Bench:
    """The folder of a comparison, and its figures: by work and program, a list of (seconds, peak bytes, seconds of CPU)."""

    def __init__(self, top, folder, options):
        self.top, self.folder, self.options = top, folder, options
        release = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", top / "target")) / "release"
        self.sluss = release / "sluss"
        self.examples = release / "examples"
        self.venv = top / "target" / "compare" / "venv"
        self.qsv = top / "target" / "compare" / "qsv" / "bin" / "qsvlite"
        self.peers = top / "benches" / "compare" / "peers"
        self.taken = {}
        self.amount = {}
        self.missing = set()

    # Files and sites

    def path(self, name):
        return self.folder / name

    def clean(self, *names):
        for name in names:
            path = self.path(name)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.exists():
                path.unlink()

    def generate(self, name, rows, *more):
        self.clean(name)
        command = [self.examples / "generate", "--rows", str(rows), *map(str, more), "-o", self.path(name)]
        subprocess.run(command, check=True)
        return self.path(name)

    def site(self, name, partners=("bench",)):
        self.clean(name)
        subprocess.run([self.sluss, "init", self.path(name)], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(self.path(name) / "inbox" / "example", ignore_errors=True)
        text = SETTINGS.format(partners="".join(PARTNER.format(name=partner) for partner in partners))
        (self.path(name) / "sluss.toml").write_text(text)
        for partner in partners:
            for box in ("inbox", "outbox"):
                (self.path(name) / box / partner).mkdir(mode=0o750, exist_ok=True)
        return self.path(name)

    def drop(self, file, site, name, partner="bench"):
        """The disk has it before the clock runs."""
        shutil.copyfile(file, site / "inbox" / partner / name)
        os.sync()

    def empty_outbox(self, site):
        """Answers and inputs of batches that are done take only room."""
        for box in ("outbox", "archive"):
            for path in (site / box).rglob("*"):
                if path.is_file():
                    path.unlink()

    # Measuring

    def take(self, work, who, command, good=(0,)):
        """Runs a program once; what it printed. Its peak is that of the largest of its processes."""
        threads = {"POLARS_MAX_THREADS": str(THREADS)}
        started = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, env=os.environ | threads)
        output = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in good:
            raise SystemExit(f"{who} ended with {process.returncode}: {output[-500:]!r}")
        self.put(work, who, seconds, used.ru_maxrss * 1024, used.ru_utime + used.ru_stime)
        return output.decode()

    def put(self, work, who, seconds, peak, cpu):
        self.taken.setdefault(work, {}).setdefault(who, []).append((seconds, peak, cpu))
        print(f"   {who:<28} {seconds:9.3f} s {peak / 2**20:7.0f} MB", file=sys.stderr, flush=True)

    def run(self, work, site, files, threads=THREADS):
        """A run that takes files of so many records each."""
        command = [self.sluss, "run", "--site", site, *MOMENT, "--threads", str(threads)]
        self.expect(work, files, self.take(work, "sluss", command, good=(0, 1)))

    def check(self, work, source, site, records, answers=None, who="sluss"):
        """A check of one file; with answers, where a folder is named for them."""
        command = [self.sluss, "check", source, "--partner", "bench", "--site", site, *MOMENT, "--threads", str(THREADS)]
        command += ["--answers", answers] if answers else []
        self.expect(work, [records], self.take(work, who, command, good=(0, 1)))

    def expect(self, work, files, said):
        """What was printed (one JSON document or several) is of files with so many records, each of which was read. Exit
        code 1 alone says little: some records are bad, as generated, and a file that was not read ends so, too."""
        decoder, found = json.JSONDecoder(), []
        while said := said.strip():
            document, end = decoder.raw_decode(said)
            found += [batch for batch in document["batches"] if batch["file"] is not None]
            said = said[end:]
        read = sorted(batch["counts"]["records"] for batch in found)
        status = {batch["status"] for batch in found}
        if read != sorted(files) or not status <= {"accepted", "partial", "rejected"}:
            raise SystemExit(f"{work}: not {files[:3]}… records were read, but {read[:3]}…: {status}")

    def limit_ledger(self, work, site, book):
        """Writes into `book` what the site's has more; the program takes its own time, without reading what to write."""
        who = "limit (b): bare ledger"
        command = [self.examples / "limit-ledger", site / "ledger" / "bench.sqlite", book]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        seconds, cpu, peak = re.match(r"([\d.]+) s, ([\d.]+) s of CPU,.* (\d+) MB peak", said).groups()
        self.put(work, who, float(seconds), int(peak) << 20, float(cpu))

    def peer(self, work, who, script, source, out, rounds=None, round_=0):
        """A peer that is written in Python, if it is there. A slow one is not asked in every round."""
        if self.options.no_peers or (rounds is not None and round_ >= rounds):
            return False
        module = who.split(" ")[0]
        python = self.venv / "bin" / "python"
        if module == "sqlite3":
            python = sys.executable
            there = shutil.which(module) is not None
        else:
            there = python.exists() and subprocess.run(
                [python, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode == 0
        if not there:
            self.missing.add(who)
            return False
        self.clean(out)
        self.path(out).mkdir()
        try:
            self.take(work, who, [python, self.peers / script, source, self.path(out)])
        except SystemExit as fault:
            # The others' figures are worth having all the same.
            print(f"   {fault}", file=sys.stderr)
            self.missing.add(f"{who}, which failed")
            return False
        return True

    # Figures

    def about(self, work, records, size):
        self.amount[work] = (records, size)

    def median(self, work, who):
        return statistics.median(one[0] for one in self.taken[work][who])

    def cpu(self, work, who):
        return statistics.median(one[2] for one in self.taken[work][who])

    def peak(self, work, who):
        return max(one[1] for one in self.taken[work][who])

    def ratios(self):
        """CPU time of sluss by that of the limit in the same round, the least of all rounds. The clock's ratio says more, but
        doubles on a machine that has something else to do, where two threads get no more than the limit's one."""
        return {
            work: min(ours[2] / theirs[2] for ours, theirs in zip(taken["sluss"], taken[who]))
            for work, taken in self.taken.items() for who in taken if who.startswith("limit") and "sluss" in taken
        }

    def figures(self):
        return {
            work: {
                "records": self.amount[work][0], "bytes": self.amount[work][1],
                "programs": {who: [list(one) for one in all_] for who, all_ in taken.items()},
            }
            for work, taken in self.taken.items()
        }
