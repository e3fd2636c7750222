//! Personal details of the loan line: persons, and who paid from which account.

use anyhow::Result;

use super::application::Application;
use super::entity::Loan;
use super::words::{ApplicationState, State};
use super::{APPLICATION, CASH, FOUND_BY, LOAN, PAYER, PAYERS, PERSON, find};
use crate::line::details::{Details, Left, Life, Today};
use crate::line::work::parse;

/// See [`Registration::details`](crate::line::Registration::details).
pub(super) const DETAILS: &[Details] = &[
    Details {
        space: LOAN,
        left: Left::But {
            removed: &["payer_no"],
            emptied: &[],
        },
        names: &[(PAYER, "")],
        life: loan,
    },
    Details {
        space: PAYERS,
        left: Left::Nothing,
        names: &[],
        life: |_, _, _| Ok(Life::over()),
    },
    Details {
        space: APPLICATION,
        // Nothing of it is personal; it needs the person.
        left: Left::But {
            removed: &[],
            emptied: &[],
        },
        names: &[],
        life: application,
    },
    Details {
        space: CASH,
        left: Left::But {
            // The payer's name first.
            removed: &["y", "account", "iban", "bic", "comment"],
            emptied: &[],
        },
        // What tells payments with one end-to-end id apart: payer and account are in it.
        names: &[(FOUND_BY, "E")],
        life: cash,
    },
    Details {
        space: PERSON,
        left: Left::Nothing,
        names: &[],
        life: |_, _, _| Ok(Life::over()),
    },
];

/// A contract on which money still lies is not over.
fn loan(_: &str, state: &str, _: &Today<'_>) -> Result<Life> {
    let loan: Loan = parse(state)?;
    let ended = matches!(loan.state, State::Closed | State::Canceled);
    Ok(Life {
        over: ended && loan.cash.is_empty(),
        needs: vec![
            (PERSON, loan.person.to_string()),
            (PAYERS, loan.payer().to_owned()),
        ],
        with: None,
    })
}

/// An accepted one of which nothing came for so long is over, too.
fn application(_: &str, state: &str, _: &Today<'_>) -> Result<Life> {
    let application: Application = parse(state)?;
    Ok(Life {
        over: application.state != ApplicationState::New,
        needs: vec![(PERSON, application.person.to_string())],
        with: None,
    })
}

/// Money that matches nothing is somebody's, until it went back.
fn cash(_: &str, state: &str, _: &Today<'_>) -> Result<Life> {
    let cash = find::read(state)?;
    let contract = cash.contract.as_deref();
    Ok(Life {
        over: contract.is_some() || cash.returnable().is_zero(),
        needs: Vec::new(),
        with: contract.map(|no| (LOAN, no.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::super::cash::Cash;
    use super::super::written::tests::{CASH as MONEY, LOAN as CONTRACT};
    use super::*;
    use crate::line::details::tests::each_path_leads_somewhere;
    use crate::line::stored::Written as _;

    #[test]
    fn what_is_personal_is_named_as_states_name_it() {
        let loan: Loan = serde_json::from_str(CONTRACT).expect("a contract");
        let cash: Cash = serde_json::from_str(MONEY).expect("money");
        for (space, state) in [(LOAN, loan.text()), (CASH, cash.text())] {
            let details = DETAILS.iter().find(|details| details.space == space);
            each_path_leads_somewhere(details.expect("it has some"), &state);
        }
    }
}
