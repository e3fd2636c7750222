//! Personal details of the cover line: who asked and signed for a seller, and the numbers of sellers and buyers, which are
//! those of persons where a company is one person's.

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::entity::Cover;
use super::words::State;
use super::{BUYER, COVER, PAST, Past, SELLER};
use crate::line::details::{Details, Left, Life, Today};
use crate::line::stored;
use crate::line::work::parse;

/// See [`Registration::details`](crate::line::Registration::details).
pub(super) const DETAILS: &[Details] = &[
    Details {
        space: COVER,
        left: Left::But {
            removed: &[
                "details.seller_email",
                "details.seller_first_name",
                "details.seller_last_name",
            ],
            emptied: &[
                "seller.identifier",
                "buyer.identifier",
                "signing.email",
                "signing.first_name",
                "signing.last_name",
            ],
        },
        names: &[],
        life: |_, state, _| Ok(life(&parse(state)?)),
    },
    Details {
        space: PAST,
        left: Left::But {
            removed: &[
                "cover.details.seller_email",
                "cover.details.seller_first_name",
                "cover.details.seller_last_name",
            ],
            emptied: &[
                "cover.seller.identifier",
                "cover.buyer.identifier",
                "cover.signing.email",
                "cover.signing.first_name",
                "cover.signing.last_name",
            ],
        },
        names: &[],
        life: past,
    },
    Details {
        space: BUYER,
        left: Left::Nothing,
        names: &[],
        life: buyer,
    },
    Details {
        space: SELLER,
        left: Left::Nothing,
        names: &[],
        life: |_, _, _| Ok(Life::over()),
    },
];

fn life(cover: &Cover) -> Life {
    Life {
        over: match cover.state {
            State::None | State::Pending | State::Offered | State::ActivationPending => false,
            State::Activated | State::ClaimPending => false,
            State::Rejected | State::Settled | State::ClaimApproved | State::ClaimRejected => true,
        },
        needs: vec![(SELLER, cover.seller.key()), (BUYER, cover.exposure_key())],
        with: None,
    }
}

fn past(_: &str, state: &str, _: &Today<'_>) -> Result<Life> {
    let past: Past = stored::parse(state).context("an earlier quote does not read")?;
    Ok(life(&past.cover))
}

/// One of whom something is insured is not over.
fn buyer(_: &str, state: &str, _: &Today<'_>) -> Result<Life> {
    #[derive(Deserialize)]
    struct Insured {
        amount: rust_decimal::Decimal,
    }
    let insured: Insured = stored::parse(state).context("a buyer does not read")?;
    Ok(Life {
        over: insured.amount.is_zero(),
        ..Life::default()
    })
}
