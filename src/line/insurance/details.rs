//! Personal details of the insurance line: customers, and the accounts that money comes from and goes to.

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::cancel::undoing;
use super::entity::Insurance;
use super::lifecycle::Undo;
use super::words::{MoneyState, State};
use super::{CUSTOMER, IDENTITY, INSURANCE, MANDATE, MONEY, MONEY_OF, PAYER, PAYERS};
use crate::line::details::{Details, Left, Life, Today};
use crate::line::stored;
use crate::line::work::parse;

/// See [`Registration::details`](crate::line::Registration::details).
pub(super) const DETAILS: &[Details] = &[
    Details {
        space: INSURANCE,
        left: Left::But {
            // A payer is known to a bank by a number that is often his own.
            removed: &[
                "collection",
                "payout",
                "mandate",
                "unwanted",
                "ending",
                "sent",
            ],
            emptied: &[],
        },
        names: &[(PAYER, ""), (MANDATE, "")],
        life,
    },
    Details {
        space: MONEY,
        left: Left::But {
            removed: &["payer_no"],
            emptied: &[],
        },
        names: &[(MONEY_OF, "")],
        life: money,
    },
    Details {
        space: PAYERS,
        left: Left::Nothing,
        names: &[],
        life: |_, _, _| Ok(Life::over()),
    },
    Details {
        space: CUSTOMER,
        left: Left::Nothing,
        names: &[(IDENTITY, "")],
        life: |_, _, _| Ok(Life::over()),
    },
];

fn life(key: &str, state: &str, today: &Today<'_>) -> Result<Life> {
    let insurance: Insurance = parse(state)?;
    let parties = insurance.insured.iter().chain(&insurance.payers);
    let parties = parties.chain(insurance.beneficiaries.iter().map(|one| &one.customer_no));
    let parties = parties.chain([&insurance.owner]);
    let parties = parties.map(|no| (CUSTOMER, no.to_string()));
    let payer = (PAYERS, insurance.payer(key).to_owned());
    Ok(Life {
        over: is_over(&insurance, today),
        needs: parties.chain([payer]).collect(),
        with: None,
    })
}

/// Money that nobody has claimed is somebody's.
fn money(_: &str, state: &str, _: &Today<'_>) -> Result<Life> {
    #[derive(Deserialize)]
    struct Apart {
        insurance_no: Option<String>,
        state: MoneyState,
    }
    let apart: Apart = stored::parse(state).context("money does not read")?;
    Ok(Life {
        over: apart.state != MoneyState::Unmatched,
        needs: Vec::new(),
        with: apart.insurance_no.map(|no| (INSURANCE, no)),
    })
}

/// A cancelled one is over when it can be reactivated no longer and no refund waits for an account.
fn is_over(insurance: &Insurance, today: &Today<'_>) -> bool {
    match insurance.state {
        State::Expired => true,
        State::Cancelled => {
            let product = today.products.insurance.get(&*insurance.product);
            let undo = undoing(insurance, product.map(|product| (today.date, product)));
            let refund = insurance.cancelled.as_ref().and_then(|c| c.refund.as_ref());
            undo == Undo::Closed && !refund.is_some_and(|refund| refund.held)
        }
        State::None | State::Registered | State::Approved | State::Active => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::written::tests::WHOLE;
    use super::*;
    use crate::line::details::tests::each_path_leads_somewhere;
    use crate::line::stored::Written as _;

    #[test]
    fn what_is_personal_is_named_as_states_name_it() {
        let whole: Insurance = serde_json::from_str(WHOLE).expect("an insurance");
        let details = DETAILS.iter().find(|details| details.space == INSURANCE);
        each_path_leads_somewhere(details.expect("it has some"), &whole.text());
    }
}
