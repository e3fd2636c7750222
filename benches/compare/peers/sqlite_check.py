"""The sqlite3 command line: `.import`, one statement that checks, and `.output` for each answer."""

import subprocess

import common
from common import RULES

source, folder = common.arguments()


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def line(parts):
    return " || ".join((part if at % 2 else quoted(part)) for at, part in enumerate(parts) if part)


def word(index):
    return "CASE rule " + " ".join(f"WHEN {quoted(k)} THEN {quoted(v[index])}" for k, v in RULES.items()) + " END"


def ore(name):
    """Text all the way: a cast to a number would round."""
    whole = f"CASE WHEN instr({name}, ',') THEN substr({name}, 1, instr({name}, ',') - 1) ELSE {name} END"
    decimals = f"CASE WHEN instr({name}, ',') THEN substr(substr({name}, instr({name}, ',') + 1) || '00', 1, 2) ELSE '00' END"
    return f"({whole}) || '.' || ({decimals})"


def no_amount(name):
    comma = f"instr({name}, ',')"
    return (f"({name} NOT GLOB '[0-9]*' OR replace({name}, ',', '') GLOB '*[^0-9]*' OR length(replace({name}, ',', '')) "
            f"< length({name}) - 1 OR ({comma} > 0 AND length({name}) - {comma} NOT IN (1, 2)))")


digits = " + ".join(
    f"(substr(identity, {12 - place}, 1) * {2 if place % 2 else 1}) / 10 + "
    f"(substr(identity, {12 - place}, 1) * {2 if place % 2 else 1}) % 10"
    for place in range(10)
)
born = ("substr(identity, 1, 4) || '-' || substr(identity, 5, 2) || '-' || "
        "printf('%02d', (substr(identity, 7, 2) - 1) % 60 + 1)")
value = "CASE rule " + " ".join(
    f"WHEN '{name}' THEN {name}" for name in ("product", "amount", "start", "country", "identity")
) + " ELSE '' END"
columns = ", ".join(f'"{name}" TEXT' for name in common.COLUMNS)
countries = ", ".join(quoted(code) for code in common.COUNTRIES)
scratch = folder.parent / "scratch.sqlite"
scratch.unlink(missing_ok=True)
script = f"""
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE raw ({columns});
.mode csv
.separator ;
.import --skip 1 "{source}" raw
.mode list
.headers off
CREATE TABLE checked AS SELECT rowid AS row, *, CASE
    WHEN product NOT IN ('LOANPROT-A') THEN 'product'
    WHEN loan = '' THEN 'loan'
    WHEN {no_amount("amount")} THEN 'amount'
    WHEN date(start) IS NULL OR date(start, '+0 days') <> start THEN 'start'
    WHEN country NOT IN ({countries}) THEN 'country'
    WHEN ({digits}) % 10 <> 0 THEN 'identity'
    WHEN {no_amount("premium")} OR length(identity) <> 12 OR identity GLOB '*[^0-9]*' OR date({born}, '+0 days') <> {born}
        OR substr(start, 1, 4) - substr(identity, 1, 4) NOT BETWEEN 18 AND 66 OR currency <> 'SEK'
        OR type NOT IN ('individual', 'company') OR by_bank NOT IN ('ja', 'j', 'nej', 'n')
        OR by_customer NOT IN ('ja', 'j', 'nej', 'n') OR number = '' OR customer = '' OR first = '' OR last = ''
        THEN 'other' END AS rule, {ore("amount")} AS amount_out, {ore("premium")} AS premium_out,
    by_bank IN ('ja', 'j') AND by_customer IN ('ja', 'j') AS approved,
    iif(by_bank IN ('ja', 'j'), 'true', 'false') AS bank_out, iif(by_customer IN ('ja', 'j'), 'true', 'false') AS customer_out
    FROM raw;
.output "{folder}/result.csv"
SELECT '{common.RESULT}';
SELECT CASE WHEN rule IS NULL THEN row || ';;insurance.register;' || number || ';accepted;'
    || iif(approved, 'approved', 'registered') || ';customer=' || customer || ';;'
    ELSE row || ';;insurance.register;' || number || ';rejected;;;' || {word(1)} || ';' || {word(0)} || ': ' || {word(2)} END
    FROM checked ORDER BY row;
.output "{folder}/errors.csv"
SELECT '{common.ERRORS}';
SELECT row || ';line ' || (row + 1) || ';' || {word(0)} || ';' || {value} || ';' || {word(1)} || ';error;' || {word(2)}
    || ';' || {word(3)} || ';' || {word(4)} FROM checked WHERE rule IS NOT NULL ORDER BY row;
.output "{folder}/rejected.csv"
SELECT {" || ';' || ".join(common.COLUMNS)} FROM checked WHERE rule IS NOT NULL ORDER BY row;
.output "{folder}/events.ndjson"
SELECT {line(common.CUSTOMER)} || char(10) || {line(common.INSURANCE)} || iif(approved, char(10) || {line(common.APPROVED)}, '')
    FROM checked WHERE rule IS NULL ORDER BY row;
.output
"""
subprocess.run(["sqlite3", "-batch", str(scratch)], input=script, text=True, check=True)
scratch.unlink()
common.sync(folder)
