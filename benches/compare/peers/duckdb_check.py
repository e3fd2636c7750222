"""DuckDB: the file is read and checked into a table, which is copied out."""

import duckdb

import common
from common import RULES

source, folder = common.arguments()


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def line(parts):
    return " || ".join((part if at % 2 else quoted(part)) for at, part in enumerate(parts) if part)


def word(index):
    return "CASE rule " + " ".join(f"WHEN {quoted(k)} THEN {quoted(v[index])}" for k, v in RULES.items()) + " END"


digits = " + ".join(
    f"((identity_n // {10**place} % 10) * {2 if place % 2 else 1}) // 10 + "
    f"((identity_n // {10**place} % 10) * {2 if place % 2 else 1}) % 10"
    for place in range(10)
)
columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in common.COLUMNS) + "}"
amount = r"'\d{1,15}(,\d{1,2})?'"
db = duckdb.connect()
db.execute("SET threads = 2")
db.execute(f"SET temp_directory = {quoted(str(folder))}")
db.execute(f"""
CREATE TEMP TABLE checked AS
WITH raw AS (
    SELECT row_number() OVER () AS row, *, TRY_CAST(identity AS BIGINT) AS identity_n,
        TRY_CAST(start AS DATE) AS day,
        CASE WHEN regexp_full_match(amount, {amount}) THEN CAST(replace(amount, ',', '.') AS DECIMAL(18, 2)) END AS amount_n,
        CASE WHEN regexp_full_match(premium, {amount}) THEN CAST(replace(premium, ',', '.') AS DECIMAL(18, 2)) END AS premium_n
    FROM read_csv({quoted(str(source))}, delim = ';', header = false, skip = 1, quote = '"', auto_detect = false,
        columns = {columns}, null_padding = false)
), born AS (
    SELECT *, TRY_CAST(format('{{:04d}}-{{:02d}}-{{:02d}}', identity_n // 100000000, identity_n // 1000000 % 100,
        (identity_n // 10000 % 100 - 1) % 60 + 1) AS DATE) AS born_on FROM raw
)
SELECT *, CASE
    WHEN product NOT IN ('LOANPROT-A') OR product IS NULL THEN 'product'
    WHEN coalesce(loan, '') = '' THEN 'loan'
    WHEN amount_n IS NULL OR amount_n <= 0 THEN 'amount'
    WHEN day IS NULL THEN 'start'
    WHEN country NOT IN ({", ".join(quoted(code) for code in common.COUNTRIES)}) OR country IS NULL THEN 'country'
    WHEN ({digits}) % 10 <> 0 THEN 'identity'
    WHEN premium_n IS NULL OR born_on IS NULL OR length(identity) <> 12
        OR year(day) - year(born_on) NOT BETWEEN 18 AND 66 OR currency <> 'SEK'
        OR type NOT IN ('individual', 'company') OR by_bank NOT IN ('ja', 'j', 'nej', 'n')
        OR by_customer NOT IN ('ja', 'j', 'nej', 'n') OR number IS NULL OR customer IS NULL OR first IS NULL
        OR last IS NULL THEN 'other'
    END AS rule, by_bank IN ('ja', 'j') AND by_customer IN ('ja', 'j') AS approved,
    amount_n::VARCHAR AS amount_out, premium_n::VARCHAR AS premium_out, (by_bank IN ('ja', 'j'))::VARCHAR AS bank_out,
    (by_customer IN ('ja', 'j'))::VARCHAR AS customer_out
FROM born
""")
value = "CASE rule " + " ".join(
    f"WHEN '{name}' THEN {name}" for name in ("product", "amount", "start", "country", "identity")
) + " ELSE '' END"
plain = "(FORMAT csv, DELIMITER '\x01', QUOTE '', ESCAPE '', HEADER {})"
for name, head, query in (
    ("result.csv", True, f"""SELECT CASE WHEN rule IS NULL THEN row || ';;insurance.register;' || number || ';accepted;'
        || CASE WHEN approved THEN 'approved' ELSE 'registered' END || ';customer=' || customer || ';;'
        ELSE row || ';;insurance.register;' || number || ';rejected;;;' || {word(1)} || ';' || {word(0)} || ': ' || {word(2)}
        END AS "{common.RESULT}" FROM checked"""),
    ("errors.csv", True, f"""SELECT row || ';line ' || (row + 1) || ';' || {word(0)} || ';' || {value} || ';' || {word(1)}
        || ';error;' || {word(2)} || ';' || {word(3)} || ';' || {word(4)} AS "{common.ERRORS}"
        FROM checked WHERE rule IS NOT NULL"""),
    ("rejected.csv", False, "SELECT " + " || ';' || ".join(f"coalesce({name}, '')" for name in common.COLUMNS)
        + " FROM checked WHERE rule IS NOT NULL"),
    ("events.ndjson", False, f"""SELECT {line(common.CUSTOMER)} || '\n' || {line(common.INSURANCE)}
        || CASE WHEN approved THEN '\n' || {line(common.APPROVED)} ELSE '' END FROM checked WHERE rule IS NULL"""),
):
    db.execute(f"COPY ({query}) TO {quoted(str(folder / name))} {plain.format(head)}")
common.sync(folder)
