//! Personal details of the card line: customers, bank accounts, what stands on a card.

use anyhow::Result;

use super::entity::Contract;
use super::words::State;
use super::{CONTRACT, CUSTOMER, IBAN};
use crate::line::details::{Details, Left, Life, Today};
use crate::line::work::parse;

/// See [`Registration::details`](crate::line::Registration::details).
pub(super) const DETAILS: &[Details] = &[
    Details {
        space: CONTRACT,
        left: Left::But {
            removed: &[
                "accounts.*.iban",
                "accounts.*.bic",
                "accounts.*.mandate",
                "cards.*.embossing_line2",
                "cards.*.card.masked_pan",
                "cards.*.card.pan_reference",
                "closing.comment",
            ],
            emptied: &["cards.*.embossing_name"],
        },
        names: &[],
        life: contract,
    },
    Details {
        space: CUSTOMER,
        left: Left::Nothing,
        names: &[],
        life: |_, _, _| Ok(Life::over()),
    },
    Details {
        space: IBAN,
        left: Left::Nothing,
        names: &[],
        life: |key, _, _| Ok(iban(key)),
    },
];

/// A closed contract whose accounts hold or owe something is not over.
fn contract(_: &str, state: &str, _: &Today<'_>) -> Result<Life> {
    let contract: Contract = parse(state)?;
    let mut balances = contract
        .accounts
        .iter()
        .filter_map(|account| account.balance.as_ref());
    let settled = balances.all(|balance| balance.amount.is_zero());
    let people = contract.people.iter().map(|person| (CUSTOMER, &person.no));
    let ibans = contract
        .accounts
        .iter()
        .filter_map(|account| account.iban.as_ref());
    let needs = people.chain(ibans.map(|iban| (IBAN, iban)));
    Ok(Life {
        over: settled && contract.state == State::Closed,
        needs: needs.map(|(space, key)| (space, key.to_string())).collect(),
        with: None,
    })
}

/// The list of an account's contracts is kept in pages, which go with it.
fn iban(key: &str) -> Life {
    let account = key.split_once('/').map(|(iban, _)| (IBAN, iban.to_owned()));
    Life {
        with: account,
        ..Life::over()
    }
}
