//! Settings of a cover product.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::words::Channel;
use crate::line::settings::{amount, days};
use crate::toml_table::Table;

/// The most hours that a quote may stand open: beyond a year it is a slip of the finger.
const MOST_HOURS: i64 = 8_784;

/// Settings of a cover product: one a channel. A limit of N days includes day N.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Hours after the offer until the quote expires.
    pub quote_hours: u32,
    /// Days after the due date in which a claim may be made.
    pub claim_days: u32,
    /// The most that may be insured of one buyer, in each currency.
    pub buyer_limit: Option<Decimal>,
    /// The version of the policy that sellers sign now.
    pub policy_version: Box<str>,
}

impl Product {
    /// The settings of a channel where nothing is said.
    pub fn of(channel: Channel) -> Self {
        Self {
            quote_hours: match channel {
                Channel::Connect => 24,
                Channel::Reinsure | Channel::Insure => 48,
            },
            claim_days: 30,
            buyer_limit: None,
            policy_version: "1".into(),
        }
    }

    /// Reads the settings of one `[product.CODE]` into those of the line; every fault is noted in the table's document.
    pub fn read(table: &mut Table<'_>, products: &mut BTreeMap<Channel, Self>) {
        let word = table.required_string("channel");
        let channel = word.as_deref().and_then(Channel::named);
        if let Some(word) = word.filter(|_| channel.is_none()) {
            let known = Channel::WORDS.join(", ");
            table.fault_at(
                "channel",
                format!("unknown channel `{word}`; known: {known}"),
            );
        }
        let product = Self::of(channel.unwrap_or(Channel::Reinsure)).changed(table);
        let Some(channel) = channel else {
            return;
        };
        if products.insert(channel, product).is_some() {
            let word = channel.as_str();
            table.fault_at(
                "channel",
                format!("another product is for `{word}` already"),
            );
        }
    }

    fn changed(mut self, table: &mut Table<'_>) -> Self {
        let hours = table.integer_within("quote_hours", 1, MOST_HOURS);
        if let Some(hours) = hours.and_then(|hours| u32::try_from(hours).ok()) {
            self.quote_hours = hours;
        }
        self.claim_days = days(table, "claim_days", self.claim_days);
        self.buyer_limit = amount(table, "buyer_limit");
        if let Some(version) = table.string("policy_version") {
            if version.trim().is_empty() {
                table.fault_at("policy_version", "`policy_version` is blank");
            }
            self.policy_version = version.trim().into();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toml_table::Document;

    fn read(texts: &[&str]) -> (BTreeMap<Channel, Product>, Vec<String>) {
        let mut products = BTreeMap::new();
        let mut faults = Vec::new();
        for text in texts {
            let document = Document::parse("t", text).expect("is TOML");
            let mut table = document.root();
            Product::read(&mut table, &mut products);
            table.finish();
            let found = document.into_faults();
            faults.extend(found.0.iter().map(ToString::to_string));
        }
        (products, faults)
    }

    #[test]
    fn what_is_not_said_has_its_default_by_channel() {
        let (products, faults) = read(&[
            "channel = 'connect'",
            "channel = 'reinsure'",
            "channel = 'insure'",
        ]);
        assert_eq!(faults, [""; 0]);
        let hours: Vec<u32> = products
            .values()
            .map(|product| product.quote_hours)
            .collect();
        assert_eq!(hours, [24, 48, 48]);
        for product in products.values() {
            assert_eq!((product.claim_days, &*product.policy_version), (30, "1"));
            assert_eq!(product.buyer_limit, None);
        }
    }

    #[test]
    fn what_is_said_counts() {
        let (products, faults) = read(&[
            "channel = 'insure'\nquote_hours = 6\nclaim_days = 0\nbuyer_limit = '5000.50'\npolicy_version = '2026-1'",
        ]);
        assert_eq!(faults, [""; 0]);
        let expected = Product {
            quote_hours: 6,
            claim_days: 0,
            buyer_limit: Some(Decimal::new(500_050, 2)),
            policy_version: "2026-1".into(),
        };
        assert_eq!(products[&Channel::Insure], expected);
    }

    #[test]
    fn every_fault_is_told() {
        let (products, faults) = read(&[
            "quote_hours = 0\nclaim_days = -1\nbuyer_limit = 0\npolicy_version = ' '",
            "channel = 'post'",
            "channel = 'insure'",
            "channel = 'insure'\nquote_hour = 1",
        ]);
        assert_eq!(products.len(), 1);
        assert_eq!(
            faults,
            [
                "t:1:1 `channel` is missing",
                "t:1:15 `quote_hours` must be from 1 to 8784, not 0",
                "t:2:14 `claim_days` must be from 0 to 36500, not -1",
                "t:3:15 `buyer_limit` must be more than zero",
                "t:4:18 `policy_version` is blank",
                "t:1:11 unknown channel `post`; known: connect, reinsure, insure",
                "t:1:11 another product is for `insure` already",
                "t:2:1 unknown key `quote_hour`; did you mean `quote_hours`?",
            ]
        );
    }
}
