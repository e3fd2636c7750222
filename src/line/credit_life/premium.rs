//! What an insurance costs, and what of it goes back. Money is in reais; every rounding is half up, to the centavo.

use rust_decimal::{Decimal, RoundingStrategy};

use super::entity::{Cover, Policy};
use super::product::Product;
use chrono::NaiveDate;

/// Decimals of the real.
const CENTAVOS: u32 = 2;

/// The highest issue amount of an operation with insurance: all that is reckoned from it is held exactly.
pub(super) const HIGHEST: Decimal = Decimal::from_parts(2_764_472_319, 232_830, 0, false, 2);

/// Premiums of an issue amount.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Premium {
    /// By cover, in the product's order.
    pub covers: Vec<Cover>,
    /// Their sum.
    pub net: Decimal,
    /// With the tax on it.
    pub gross: Decimal,
}

/// What a product costs for an issue amount: by cover amount × rate, each rounded; the sum ÷ (1 − tax rate), rounded.
pub(super) fn premium(issue_amount: Decimal, product: &Product) -> Premium {
    let cover = |cover: &super::product::Cover| Cover {
        cover_type: cover.kind,
        premium: rounded(issue_amount * cover.rate),
    };
    let covers: Vec<Cover> = product.covers.iter().map(cover).collect();
    let mut net: Decimal = covers.iter().map(|cover| cover.premium).sum();
    net.rescale(CENTAVOS);
    let kept = Decimal::ONE - product.iof_rate;
    let whole = 10_i128.pow(kept.scale());
    let gross = divided(net.mantissa() * whole, kept.mantissa());
    Premium { covers, net, gross }
}

fn rounded(amount: Decimal) -> Decimal {
    let mut rounded =
        amount.round_dp_with_strategy(CENTAVOS, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(CENTAVOS);
    rounded
}

/// Centavos ÷ a divisor, both not negative, rounded half up.
fn divided(centavos: i128, divisor: i128) -> Decimal {
    Decimal::from_i128_with_scale((2 * centavos + divisor) / (2 * divisor), CENTAVOS)
}

/// What of a gross premium goes back when a policy ends on this day: all of it in the first days, then gross × days of
/// the term that are left ÷ days of the term, rounded.
pub(super) fn refund(gross: Decimal, policy: &Policy, on: NaiveDate) -> Decimal {
    if on <= policy.refund_until {
        return gross;
    }
    let days = (policy.end - policy.start).num_days();
    let left = (policy.end - on).num_days().clamp(0, days);
    divided(gross.mantissa() * i128::from(left), days.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::credit_life::words::CoverType;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    fn product(iof_rate: &str, rates: &[&str]) -> Product {
        let cover = |(rate, cover_type): (&&str, &CoverType)| super::super::product::Cover {
            kind: *cover_type,
            rate: decimal(rate),
            limit: None,
        };
        Product {
            covers: rates.iter().zip(CoverType::ALL).map(cover).collect(),
            iof_rate: decimal(iof_rate),
            ..Product::default()
        }
    }

    #[test]
    fn a_premium_is_rounded_by_cover_and_once_more_with_its_tax() {
        type Row<'a> = (&'a str, &'a str, &'a [&'a str], &'a str, &'a str, &'a str);
        // issue amount, tax rate, rates, premiums, net, gross
        let rows: &[Row<'_>] = &[
            (
                "6400",
                "0.0038",
                &["0.1790046875"],
                "1145.63",
                "1145.63",
                "1150.00",
            ),
            (
                "1000.00",
                "0.0038",
                &["0.01", "0.005", "0.0025"],
                "10.00 5.00 2.50",
                "17.50",
                "17.57",
            ),
            // Half of a centavo goes up, in each cover.
            (
                "0.50",
                "0.0000",
                &["0.01", "0.01", "0.01"],
                "0.01 0.01 0.01",
                "0.03",
                "0.03",
            ),
            ("0.49", "0.0038", &["0.01"], "0.00", "0.00", "0.00"),
            // 0.03 ÷ 0.8 is 0.0375.
            ("3.00", "0.2", &["0.01"], "0.03", "0.03", "0.04"),
            ("1000.00", "0.0038", &[], "", "0.00", "0.00"),
        ];
        for (issue, iof, rates, premiums, net, gross) in rows {
            let found = premium(decimal(issue), &product(iof, rates));
            let covers: Vec<String> = found
                .covers
                .iter()
                .map(|cover| cover.premium.to_string())
                .collect();
            assert_eq!(covers.join(" "), *premiums, "{issue}");
            assert_eq!(found.net.to_string(), *net, "{issue}");
            assert_eq!(found.gross.to_string(), *gross, "{issue}");
        }
    }

    #[test]
    fn the_highest_amount_is_reckoned_exactly() {
        assert_eq!(HIGHEST.to_string(), "9999999999999.99");
        let rates = ["0.9999999999"; 3];
        let found = premium(HIGHEST, &product("0.9999999999", &rates));
        assert_eq!(found.net.to_string(), "29999999996999.97");
        assert_eq!(found.gross.to_string(), "299999999969999700000000.00");
    }

    #[test]
    fn days_that_are_left_go_back() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let policy = Policy {
            document_key: "".into(),
            start: day("2024-09-11"),
            end: day("2025-09-11"),
            expires: day("2025-09-12"),
            refund_until: day("2024-09-18"),
            number: "".into(),
            prize: "".into(),
        };
        let rows = [
            ("1150.00", "2024-09-11", "1150.00"),
            ("1150.00", "2024-09-18", "1150.00"),
            // 357 of 365 days are left.
            ("1150.00", "2024-09-19", "1124.79"),
            ("365.00", "2025-09-10", "1.00"),
            ("365.00", "2025-09-11", "0.00"),
            ("365.00", "2025-12-01", "0.00"),
            // 36.5 of 365: half of a centavo goes up.
            ("0.01", "2025-03-13", "0.00"),
            ("0.05", "2025-08-06", "0.00"),
            ("0.50", "2025-09-07", "0.01"),
        ];
        for (gross, on, back) in rows {
            assert_eq!(
                refund(decimal(gross), &policy, day(on)).to_string(),
                back,
                "{gross} {on}"
            );
        }
    }
}
