"""The works, each measured in rounds: sluss, then the limit, then the peers, so that a slow minute meets them all."""

import filecmp
import itertools
import os
import shutil

from bench import MOMENT

ANSWERS = ("result.csv", "errors.csv", "rejected.csv", "events.ndjson")


def same_answers(ours, theirs):
    """The limit's answers are those of sluss, byte for byte: it has done the same work."""
    [folder] = [path for path in ours.iterdir() if path.is_dir()]
    for name in ANSWERS:
        found = list(folder.glob(f"*.{name}"))
        # One that would be empty but for its column names is not written.
        good = filecmp.cmp(found[0], theirs / name, shallow=False) if found else (theirs / name).stat().st_size < 200
        if not good:
            raise SystemExit(f"{name}: the limit's answers are not those of sluss")


def same_results(theirs, peer):
    """A peer that writes answers says of each record what the limit says; ids of events and columns of errors aside."""
    with open(theirs / "result.csv", "rb") as ours, open(peer / "result.csv", "rb") as lines:
        heads = ours.readline(), lines.readline()
        pairs = itertools.zip_longest(ours, lines, fillvalue=b"")
        if not all(heads) or any(one.rstrip(b"\r\n") != other.rstrip(b"\r\n") for one, other in pairs):
            raise SystemExit(f"{peer.name}: result.csv is not that of the limit")
    for name in ("errors.csv", "events.ndjson"):
        counts = []
        for folder in (theirs, peer):
            with open(folder / name, "rb") as file:
                counts.append(sum(1 for _ in file))
        if counts[0] != counts[1]:
            raise SystemExit(f"{peer.name}: {counts[1]} lines in {name}, not {counts[0]}")


def check_with(bench, work, bad, peers):
    rows = bench.options.scale
    source = bench.generate("INS_20261120_001.csv", rows, "--bad", bad)
    bench.about(work, rows, source.stat().st_size)
    site = bench.site("check-site")
    for round_ in range(bench.options.runs):
        bench.clean("check-sluss", "check-limit")
        os.sync()
        bench.check(work, source, site, rows, bench.path("check-sluss"))
        os.sync()
        bench.take(work, "limit (a): bare work", [bench.examples / "limit-work", source, bench.path("check-limit")])
        if round_ == 0:
            same_answers(bench.path("check-sluss"), bench.path("check-limit"))
        if peers:
            check_peers(bench, work, source, round_)
    bench.clean("check-sluss", "check-limit", "check-site", "check-peer", "utf8.csv", source.name)


def check_peers(bench, work, source, round_):
    """They read UTF-8, which some can read alone: it is made for them before the clock runs."""
    if bench.options.no_peers:
        return
    utf8 = bench.path("utf8.csv")
    # Line by line: a program's peak counts from that of the one that starts it.
    with open(source, encoding="latin-1", newline="") as latin, open(utf8, "w", encoding="utf-8", newline="") as out:
        out.writelines(latin)
    for who, rounds in (("polars", None), ("duckdb", None), ("pandas", 1), ("sqlite3 CLI", 1)):
        os.sync()
        if bench.peer(work, who, f"{who.split(' ')[0].removesuffix('3')}_check.py", utf8, "check-peer", rounds, round_):
            same_results(bench.path("check-limit"), bench.path("check-peer"))
    bench.peer(work, "frictionless (no answers)", "frictionless_check.py", utf8, "check-peer", 1, round_)
    if round_ == 0 and bench.qsv.exists():
        schema = bench.peers / "registrations.schema.json"
        bench.take(work, "qsv validate (no answers)", [bench.qsv, "validate", "--delimiter", ";", utf8, schema], good=(0, 1))
    elif round_ == 0:
        bench.missing.add("qsv")


def check(bench):
    check_with(bench, "check", 10, True)


def bad(bench):
    """All good beside all bad: what a finding each costs."""
    for name, per_mille in (("check, all good", 0), ("check, all bad", 1000)):
        check_with(bench, name, per_mille, False)


def run(bench):
    rows = bench.options.scale
    source = bench.generate("run.csv", rows)
    work = "run, new book"
    bench.about(work, rows, source.stat().st_size)
    for _ in range(bench.options.runs):
        site = bench.site("run-site")
        bench.drop(source, site, "INS_20261120_001.csv")
        bench.run(work, site, [rows])
        bench.clean("bare.sqlite")
        bench.empty_outbox(site)
        os.sync()
        bench.limit_ledger(work, site, bench.path("bare.sqlite"))
    bench.clean("run-site", "bare.sqlite", "run.csv")


def book(bench):
    """Registrations, updates and a thousand updates into a book that is there; the bare ledger keeps step in a copy."""
    rows, there = bench.options.scale, bench.options.book
    site = bench.site("book-site")
    bench.generate("book.csv", there, "--bad", 0)
    shutil.move(bench.path("book.csv"), site / "inbox" / "bench" / "INS_20261119_001.csv")
    bench.run("(the book to begin with)", site, [there])
    bench.about("(the book to begin with)", there, 0)
    bench.empty_outbox(site)
    ledger, copy = site / "ledger" / "bench.sqlite", bench.path("bare.sqlite")
    bench.clean(copy.name)
    shutil.copyfile(ledger, copy)
    for round_ in range(bench.options.runs):
        first = there + round_ * rows
        for at, (work, count, more) in enumerate((
            (f"run, 1,000 updates, book of {there:,} and more", 1000, ("--kind", "update", "--book", there, "--seed", 100 + round_)),
            (f"run, updates, book of {there:,} and more", rows, ("--kind", "update", "--book", there, "--seed", 200 + round_)),
            (f"run, registrations, book of {there:,} and more", rows, ("--first", first, "--seed", 300 + round_)),
        )):
            source = bench.generate("more.csv", count, *more)
            bench.about(work, count, source.stat().st_size)
            bench.drop(source, site, f"INS_20261120_{3 * round_ + at:03}.csv")
            bench.run(work, site, [count])
            bench.empty_outbox(site)
            os.sync()
            bench.limit_ledger(work, site, copy)
    bench.clean("book-site", copy.name, "more.csv")


def nothing(bench):
    site = bench.site("idle-site")
    source = bench.generate("idle.csv", 1000)
    bench.drop(source, site, "INS_20261120_001.csv")
    bench.run("(a thousand, to begin with)", site, [1000])
    bench.about("(a thousand, to begin with)", 1000, 0)
    bench.about("run, nothing to do", 0, 0)
    for _ in range(max(5, bench.options.runs)):
        bench.run("run, nothing to do", site, [])
    bench.clean("idle-site", "idle.csv")


def hundred(bench):
    work = "run, 100 files of 100 records"
    bench.about(work, 10_000, 0)
    for _ in range(bench.options.runs):
        site = bench.site("hundred-site")
        for number in range(100):
            bench.generate("one.csv", 100, "--first", number * 100, "--seed", number)
            shutil.move(bench.path("one.csv"), site / "inbox" / "bench" / f"INS_20261120_{number:03}.csv")
        os.sync()
        bench.run(work, site, [100] * 100)
    bench.clean("hundred-site")


def forms(bench, work, name, rows, peers):
    source = bench.generate(name, rows)
    bench.about(work, rows, source.stat().st_size)
    site = bench.site("forms-site")
    for round_ in range(bench.options.runs):
        bench.clean("forms-out")
        os.sync()
        bench.check(work, source, site, rows, bench.path("forms-out"))
        os.sync()
        # The peers only read.
        bench.check(work, source, site, rows, who="sluss (no answers)")
        peers(source, round_)
    bench.clean("forms-out", "forms-site", "forms-peer", name)


def xml(bench):
    work = "check, XML"

    def peers(source, round_):
        bench.peer(work, "lxml (reads)", "lxml_read.py", source, "forms-peer", 2, round_)
        if bench.options.no_peers or round_ > 0:
            return
        if shutil.which("xmllint"):
            schema = bench.peers / "registrations.xsd"
            command = ["xmllint", "--stream", "--noout", "--schema", schema, source]
            # 4: some records do not fit the schema, as generated.
            bench.take(work, "xmllint (schema alone)", command, good=(0, 3, 4))
        else:
            bench.missing.add("xmllint")

    forms(bench, work, "INS_20261120_002.xml", bench.options.scale, peers)


def excel(bench):
    work = "check, Excel of 13 columns"

    def peers(source, round_):
        bench.peer(work, "openpyxl (reads)", "openpyxl_read.py", source, "forms-peer", 1, round_)
        bench.peer(work, "pandas (reads)", "pandas_excel.py", source, "forms-peer", 1, round_)

    # A sheet ends at a million.
    rows = min(1_000_000, max(1000, bench.options.scale // 5))
    forms(bench, work, "INS_20261120_003.xlsx", rows, peers)


def partners(bench):
    """Two books at once, beside one, and beside one after the other."""
    rows = bench.options.scale // 2
    names = ("north", "south")
    sources = [bench.generate(f"{name}.csv", rows, "--seed", at) for at, name in enumerate(names)]
    works = {
        "one partner, --threads 1": (names[:1], 1),
        "two partners, --threads 1": (names, 1),
        "two partners, --threads 2": (names, 2),
    }
    for _ in range(bench.options.runs):
        for work, (who, threads) in works.items():
            bench.about(work, rows * len(who), sum(path.stat().st_size for path in sources[:len(who)]))
            site = two_sites(bench, names, sources[:len(who)])
            bench.run(work, site, [rows] * len(who), threads)
        work = "two partners, one after the other, --threads 2"
        bench.about(work, 2 * rows, sum(path.stat().st_size for path in sources))
        site = two_sites(bench, names, sources)
        command = " && ".join(
            f'{{ "$@" --partner {name} || [ $? = 1 ]; }}' for name in names)
        command = ["sh", "-c", command, "sh", bench.sluss, "run", "--site", site, *MOMENT, "--threads", "2"]
        bench.expect(work, [rows] * 2, bench.take(work, "sluss", command))
    bench.clean("two-site", *(path.name for path in sources))


def two_sites(bench, names, sources):
    site = bench.site("two-site", names)
    for name, source in zip(names, sources):
        bench.drop(source, site, "INS_20261120_001.csv", name)
    return site


def memory(bench):
    """The peak at growing scales, of what is read, checked and decided; that of runs, answers and all, is under growth."""
    for rows in bench.options.scales:
        for ending in ("csv", "xml"):
            source = bench.generate(f"INS_20261120_001.{ending}", rows)
            work = f"check without answers, {ending}, {rows:,}"
            bench.about(work, rows, source.stat().st_size)
            site = bench.site("memory-site")
            bench.check(work, source, site, rows)
            bench.clean("memory-site", source.name)


def growth(bench):
    """Time a record into new books of growing size, and into those that are there then."""
    for rows in bench.options.scales:
        work = f"run, new book, {rows:,}"
        site = bench.site("growth-site")
        source = bench.generate("growth.csv", rows)
        bench.about(work, rows, source.stat().st_size)
        shutil.move(source, site / "inbox" / "bench" / "INS_20261120_001.csv")
        os.sync()
        bench.run(work, site, [rows])
        bench.empty_outbox(site)
        work = f"run, registrations, book of {rows:,}"
        more = bench.generate("growth.csv", bench.options.scale, "--first", rows, "--seed", 2)
        bench.about(work, bench.options.scale, more.stat().st_size)
        bench.drop(more, site, "INS_20261120_002.csv")
        bench.run(work, site, [bench.options.scale])
        bench.clean("growth-site", "growth.csv")


WORKS = {
    "check": check, "bad": bad, "run": run, "book": book, "nothing": nothing, "hundred": hundred, "xml": xml, "excel": excel,
    "partners": partners, "memory": memory, "growth": growth,
}
