"""Polars: one lazy, streaming query; the answers are sinks of it."""

import polars as pl

import common
from common import RULES

source, folder = common.arguments()
c = pl.col


def digit(name, place):
    return c(name) // 10**place % 10


def luhn(name):
    total = pl.lit(0)
    for place in range(10):
        value = digit(name, place) * (2 if place % 2 == 1 else 1)
        total = total + value // 10 + value % 10
    return total % 10 == 0


def line(parts):
    texts = [(c(part) if at % 2 else pl.lit(part)) for at, part in enumerate(parts) if part]
    return pl.concat_str(texts)


def money(name):
    return c(name).str.replace(",", ".", literal=True)


amount = r"^\d{1,15}(,\d{1,2})?$"
raw = pl.scan_csv(
    source, separator=";", has_header=False, skip_lines=1, quote_char='"', row_index_name="row", row_index_offset=1,
    schema={name: pl.String for name in common.COLUMNS}, empty_string_is_null=False,
)
born = c("identity_n") // 10_000 - c("identity_n") // 100 % 100 // 61 * 60
checked = (
    raw.with_columns(
        identity_n=c("identity").cast(pl.Int64, strict=False),
        day=c("start").str.to_date("%Y-%m-%d", strict=False),
        amount_n=pl.when(c("amount").str.contains(amount)).then(money("amount").cast(pl.Decimal(18, 2), strict=False)),
        premium_n=pl.when(c("premium").str.contains(amount)).then(money("premium").cast(pl.Decimal(18, 2), strict=False)),
    )
    .with_columns(
        born_on=pl.concat_str(
            c("identity_n") // 100_000_000, pl.lit("-"), (c("identity_n") // 1_000_000 % 100).cast(pl.String).str.zfill(2),
            pl.lit("-"), (((c("identity_n") // 10_000 % 100 - 1) % 60) + 1).cast(pl.String).str.zfill(2),
        ).str.to_date("%Y-%m-%d", strict=False)
    )
    .with_columns(
        rule=pl.when(~c("product").is_in(common.PRODUCTS)).then(pl.lit("product"))
        .when(c("loan") == "").then(pl.lit("loan"))
        .when(c("amount_n").is_null() | (c("amount_n") <= 0)).then(pl.lit("amount"))
        .when(c("day").is_null()).then(pl.lit("start"))
        .when(~c("country").is_in(common.COUNTRIES)).then(pl.lit("country"))
        .when(~luhn("identity_n")).then(pl.lit("identity"))
        .when(
            c("premium_n").is_null() | c("born_on").is_null() | (c("identity").str.len_bytes() != 12)
            | ~((c("day").dt.year() - c("born_on").dt.year()).is_between(18, 66))
            | (c("currency") != "SEK") | ~c("type").is_in(["individual", "company"])
            | ~c("by_bank").is_in(["ja", "j", "nej", "n"]) | ~c("by_customer").is_in(["ja", "j", "nej", "n"])
            | (c("number") == "") | (c("customer") == "") | (c("first") == "") | (c("last") == "")
        ).then(pl.lit("other"))
    )
    .with_columns(
        good=c("rule").is_null(),
        bank_out=pl.when(c("by_bank").is_in(["ja", "j"])).then(pl.lit("true")).otherwise(pl.lit("false")),
        customer_out=pl.when(c("by_customer").is_in(["ja", "j"])).then(pl.lit("true")).otherwise(pl.lit("false")),
        amount_out=c("amount_n").cast(pl.String),
        premium_out=c("premium_n").cast(pl.String),
        field=c("rule").replace_strict({k: v[0] for k, v in RULES.items()}, default=None),
        code=c("rule").replace_strict({k: v[1] for k, v in RULES.items()}, default=None),
        message=c("rule").replace_strict({k: v[2] for k, v in RULES.items()}, default=None),
        hint=c("rule").replace_strict({k: v[3] for k, v in RULES.items()}, default=None),
        iso=c("rule").replace_strict({k: v[4] for k, v in RULES.items()}, default=None),
        approved=c("by_bank").is_in(["ja", "j"]) & c("by_customer").is_in(["ja", "j"]),
    )
)
semi = pl.lit(";")
result = checked.select(
    pl.when(c("good")).then(pl.concat_str(
        c("row"), pl.lit(";;insurance.register;"), c("number"), pl.lit(";accepted;"),
        pl.when(c("approved")).then(pl.lit("approved")).otherwise(pl.lit("registered")),
        pl.lit(";customer="), c("customer"), pl.lit(";;"),
    )).otherwise(pl.concat_str(
        c("row"), pl.lit(";;insurance.register;"), c("number"), pl.lit(";rejected;;;"), c("code"), semi, c("field"),
        pl.lit(": "), c("message"),
    )).alias(common.RESULT)
)
bad = checked.filter(~c("good"))
value = pl.lit("")
for name in ("product", "amount", "start", "country", "identity"):
    value = pl.when(c("rule") == name).then(c(name)).otherwise(value)
errors = bad.select(pl.concat_str(
    c("row"), pl.lit(";line "), c("row") + 1, semi, c("field"), semi, value, semi, c("code"), pl.lit(";error;"),
    c("message"), semi, c("hint"), semi, c("iso"),
).alias(common.ERRORS))
rejected = bad.select(pl.concat_str([c(name) for name in common.COLUMNS], separator=";"))
events = checked.filter(c("good")).select(pl.concat_str(
    line(common.CUSTOMER), pl.lit("\n"), line(common.INSURANCE),
    pl.when(c("approved")).then(pl.concat_str(pl.lit("\n"), line(common.APPROVED))).otherwise(pl.lit("")),
))
sinks = [
    frame.sink_csv(folder / name, separator="\x01", quote_style="never", include_header=head, batch_size=8192, lazy=True)
    for frame, name, head in (
        (result, "result.csv", True), (errors, "errors.csv", True), (rejected, "rejected.csv", False),
        (events, "events.ndjson", False),
    )
]
pl.collect_all(sinks, engine="streaming")
common.sync(folder)
