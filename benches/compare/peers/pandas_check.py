"""pandas: vectorised, with Arrow's strings, in pieces of 100,000 rows so that the memory stays bounded."""

import numpy as np
import pandas as pd

import common
from common import RULES

source, folder = common.arguments()
amount = r"^\d{1,15}(,\d{1,2})?$"
yes = ["ja", "j"]


def line(frame, parts):
    text = None
    for at, part in enumerate(parts):
        if part:
            piece = frame[part] if at % 2 else part
            text = piece if text is None else text + piece
    return text


def two(number):
    return number.astype(int).astype("string[pyarrow]").str.zfill(2)


def check(f):
    number = pd.to_numeric(f["identity"], errors="coerce").fillna(0).astype("int64")
    total = 0
    for place in range(10):
        product = number // 10**place % 10 * (2 if place % 2 else 1)
        total = total + product // 10 + product % 10
    born_text = (number // 100_000_000).astype("string[pyarrow]") + "-" + two(number // 1_000_000 % 100) + "-" + two(
        (number // 10_000 % 100 - 1) % 60 + 1)
    born = pd.to_datetime(born_text, format="%Y-%m-%d", errors="coerce")
    day = pd.to_datetime(f["start"], format="%Y-%m-%d", errors="coerce")
    good_amount, good_premium = (f[name].str.match(amount) for name in ("amount", "premium"))
    years = day.dt.year - born.dt.year
    other = ~good_premium | born.isna() | (f["identity"].str.len() != 12) | ~years.between(18, 66) | (f["currency"] != "SEK")
    other |= ~f["type"].isin(["individual", "company"])
    for name in ("by_bank", "by_customer"):
        other |= ~f[name].isin(yes + ["nej", "n"])
    for name in ("number", "customer", "first", "last"):
        other |= f[name] == ""
    faults = [
        ~f["product"].isin(common.PRODUCTS), f["loan"] == "", ~good_amount, day.isna(), ~f["country"].isin(common.COUNTRIES),
        total % 10 != 0, other,
    ]
    faults = [np.asarray(fault, dtype=bool) for fault in faults]
    f["rule"] = np.select(faults, ["product", "loan", "amount", "start", "country", "identity", "other"], "")
    for name in ("amount", "premium"):
        # Text all the way: a float would lose öre.
        parts = f[name].str.partition(",")
        f[name + "_out"] = parts[0] + "." + (parts[2] + "00").str.slice(0, 2)
    return f


def answer(f, files):
    result, errors, rejected, events = files
    f["row"] = (f.index + 1).astype("string[pyarrow]")
    good, bad = f[f["rule"] == ""].copy(), f[f["rule"] != ""].copy()
    approved = good["by_bank"].isin(yes) & good["by_customer"].isin(yes)
    state = pd.Series(np.where(approved, "approved", "registered"), index=good.index, dtype="string[pyarrow]")
    good["line"] = (
        good["row"] + ";;insurance.register;" + good["number"] + ";accepted;" + state + ";customer=" + good["customer"] + ";;"
    )
    for at, name in enumerate(("field", "code", "message", "hint", "iso")):
        bad[name] = bad["rule"].map({k: v[at] for k, v in RULES.items()}).astype("string[pyarrow]")
    bad["line"] = (
        bad["row"] + ";;insurance.register;" + bad["number"] + ";rejected;;;" + bad["code"] + ";" + bad["field"] + ": "
        + bad["message"]
    )
    write(result, pd.concat([good["line"], bad["line"]]).sort_index())
    bad["value"] = ""
    for name in ("product", "amount", "start", "country", "identity"):
        bad.loc[bad["rule"] == name, "value"] = bad[name]
    write(errors, bad["row"] + ";line " + (bad.index + 2).astype("string[pyarrow]") + ";" + bad["field"] + ";" + bad["value"]
          + ";" + bad["code"] + ";error;" + bad["message"] + ";" + bad["hint"] + ";" + bad["iso"])
    raw = bad["number"]
    for name in common.COLUMNS[1:]:
        raw = raw + ";" + bad[name]
    write(rejected, raw)
    good["bank_out"] = np.where(good["by_bank"].isin(yes), "true", "false")
    good["customer_out"] = np.where(good["by_customer"].isin(yes), "true", "false")
    lines = line(good, common.CUSTOMER) + "\n" + line(good, common.INSURANCE)
    lines[approved] = lines[approved] + "\n" + line(good[approved], common.APPROVED)
    write(events, lines)


def write(file, lines):
    if len(lines):
        file.write("\n".join(lines.to_list()) + "\n")


pieces = pd.read_csv(source, sep=";", header=None, skiprows=1, names=common.COLUMNS, dtype="string[pyarrow]",
                     keep_default_na=False, chunksize=100_000)
names = ("result.csv", "errors.csv", "rejected.csv", "events.ndjson")
files = [open(folder / name, "w", encoding="utf-8") for name in names]
files[0].write(common.RESULT + "\n")
files[1].write(common.ERRORS + "\n")
for piece in pieces:
    answer(check(piece), files)
for file in files:
    file.close()
common.sync(folder)
