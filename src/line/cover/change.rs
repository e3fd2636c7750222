//! What happens to a quote or cover that is in the book.

use anyhow::Result;

use super::entity::{Cover, Signature};
use super::lifecycle::{Activation, Ask, Claim, Purchase, Signing, step};
use super::memory::{exposure, has_purchased, has_signed, is_over};
use super::request::{over, product};
use super::words::{Channel, ClaimType, Reason, State};
use crate::code::Code;
use crate::line::Store;
use crate::line::days::days_after;
use crate::line::told::money;
use crate::line::work::Work;
use crate::model::Finding;

/// The states entered, in order: an event each. `None`: refused.
type Entered = Option<&'static [State]>;

/// What a record asks of a quote or cover that is in the book.
pub(super) fn change(
    kind: &str,
    work: &mut Work<'_>,
    cover: &mut Cover,
    store: &mut dyn Store,
) -> Result<Entered> {
    Ok(match kind {
        "quote.activate" => activate(work, cover, store)?,
        "quote.sign-and-activate" => sign(work, cover, store)?,
        "quote.purchased" => purchased(work, cover, store)?,
        "quote.signed" => signed(work, cover, store)?,
        "quote.offer" => offer(work, cover),
        "quote.decline" => close(work, cover, Ask::Decline, Reason::InsuranceUnavailable),
        "quote.reject" => close(work, cover, Ask::Reject, Reason::OfferRejected),
        "cover.settle" => settle(work, cover),
        "cover.claim" => claim(work, cover),
        "cover.inquire" => work.step(cover, &step(cover.state, Ask::Inquire)),
        "claim.approve" => work.step(cover, &step(cover.state, Ask::Approve)),
        "claim.reject" => work.step(cover, &step(cover.state, Ask::RejectClaim)),
        other => anyhow::bail!("`{other}` is not a kind of the cover line"),
    })
}

/// It ends, for this reason.
pub(super) fn close(work: &mut Work<'_>, cover: &mut Cover, ask: Ask, reason: Reason) -> Entered {
    let entered = work.step(cover, &step(cover.state, ask))?;
    cover.reason = Some(reason);
    cover.expires = None;
    cover.settles = None;
    Some(entered)
}

fn offer(work: &mut Work<'_>, cover: &mut Cover) -> Entered {
    let product = product(work, cover.channel);
    if work.fields.text("premium_amount_currency") != Some(cover.currency.as_str()) {
        let finding = Finding::field(Code::CurrencyNotAllowed, "premium_amount_currency");
        work.note(finding.hinting(format!("the invoice is in {}", cover.currency)));
    }
    let entered = work.step(cover, &step(cover.state, Ask::Offer))?;
    let premium = work.fields.decimal("premium_amount");
    cover.premium = premium.map(|premium| money(premium, cover.currency));
    cover.expires = product.map(|product| work.context.in_hours(product.quote_hours));
    Some(entered)
}

/// Every case that stands in the way, each with its own finding; or the one where none does.
fn step_all(work: &mut Work<'_>, cover: &mut Cover, obstacles: &[Ask], ready: Ask) -> Entered {
    for obstacle in obstacles {
        let said = work.decision.findings.len();
        work.step(cover, &step(cover.state, *obstacle));
        // In a state that takes no activation at all every obstacle is refused alike: once is enough.
        let same = |finding: &Finding| finding.code == Code::NotAllowedInState;
        if work.decision.findings[said..].iter().any(same) {
            return None;
        }
    }
    if obstacles.is_empty() {
        work.step(cover, &step(cover.state, ready))
    } else {
        None
    }
}

/// Whether the buyer would be insured for too much once this is in force. A limit that is not set up is none: the
/// channel's product may be gone while its quotes are open.
fn is_over_limit(work: &mut Work<'_>, cover: &Cover, store: &mut dyn Store) -> Result<bool> {
    let product = work.context.products.cover.get(&cover.channel);
    let limit = product.and_then(|product| product.buyer_limit);
    let insured = exposure(store, &cover.exposure_key())?;
    Ok(is_over(insured, cover.amount, limit))
}

fn activate(work: &mut Work<'_>, cover: &mut Cover, store: &mut dyn Store) -> Result<Entered> {
    let mut obstacles = Vec::new();
    if cover.channel == Channel::Connect {
        obstacles.push(Ask::Activate(Activation::Connect));
    }
    if cover.channel == Channel::Insure && cover.signed != Some(true) {
        obstacles.push(Ask::Activate(Activation::Unsigned));
    }
    if work.today() > cover.due_date {
        obstacles.push(Ask::Activate(Activation::PastDue));
    }
    if is_over_limit(work, cover, store)? {
        obstacles.push(Ask::Activate(Activation::OverLimit));
    }
    let ready = Ask::Activate(Activation::Ready);
    let entered = step_all(work, cover, &obstacles, ready);
    Ok(in_force(work, cover, entered))
}

/// An activation that was not refused takes effect, for as long as claims are taken.
fn in_force(work: &mut Work<'_>, cover: &mut Cover, entered: Entered) -> Entered {
    let entered = entered?;
    let product = product(work, cover.channel)?;
    cover.in_force(days_after(cover.due_date, product.claim_days), work.today());
    Some(entered)
}

fn sign(work: &mut Work<'_>, cover: &mut Cover, store: &mut dyn Store) -> Result<Entered> {
    let mut obstacles = Vec::new();
    if cover.channel != Channel::Insure || cover.signed == Some(true) {
        obstacles.push(Ask::Sign(Signing::Needless));
    }
    if work.today() > cover.due_date {
        obstacles.push(Ask::Sign(Signing::PastDue));
    }
    if is_over_limit(work, cover, store)? {
        obstacles.push(Ask::Sign(Signing::OverLimit));
    }
    let entered = step_all(work, cover, &obstacles, Ask::Sign(Signing::Ready));
    let Some(product) = entered.and_then(|_| product(work, cover.channel)) else {
        return Ok(None);
    };
    let text = |name: &str| {
        work.fields
            .text(name)
            .expect("required: checked before")
            .into()
    };
    cover.signing = Some(Signature {
        version: product.policy_version.clone(),
        email: text("user_email"),
        first_name: text("user_first_name"),
        last_name: text("user_last_name"),
    });
    Ok(entered)
}

/// The seller has signed what the quote was waiting for.
fn signed(work: &mut Work<'_>, cover: &mut Cover, store: &mut dyn Store) -> Result<Entered> {
    let entered = work.step(cover, &step(cover.state, Ask::Signed));
    let entered = in_force(work, cover, entered);
    if !work.is_bad()
        && let Some(signature) = &cover.signing
    {
        has_signed(&cover.seller, &signature.version, store)?;
    }
    Ok(entered)
}

fn purchased(work: &mut Work<'_>, cover: &mut Cover, store: &mut dyn Store) -> Result<Entered> {
    let mut obstacles = Vec::new();
    if cover.channel != Channel::Connect {
        obstacles.push(Ask::Purchased(Purchase::NotConnect));
    }
    if is_over_limit(work, cover, store)? {
        obstacles.push(Ask::Purchased(Purchase::OverLimit));
    }
    let ready = Ask::Purchased(Purchase::Ready);
    let entered = step_all(work, cover, &obstacles, ready);
    let entered = in_force(work, cover, entered);
    if !work.is_bad() {
        has_purchased(&cover.seller, store)?;
    }
    Ok(entered)
}

fn settle(work: &mut Work<'_>, cover: &mut Cover) -> Entered {
    let reason = match cover.state {
        State::ClaimPending => Reason::ClaimCancelled,
        State::None | State::Pending | State::Offered | State::ActivationPending => {
            Reason::InvoicePaid
        }
        State::Activated | State::Rejected | State::Settled => Reason::InvoicePaid,
        State::ClaimApproved | State::ClaimRejected => Reason::InvoicePaid,
    };
    close(work, cover, Ask::Settle, reason)
}

fn claim(work: &mut Work<'_>, cover: &mut Cover) -> Entered {
    let claim_type = work.fields.text("claim_type").and_then(ClaimType::named);
    let claim_type = claim_type.unwrap_or(ClaimType::NonPayment);
    let today = work.today();
    let stands = match claim_type {
        ClaimType::Bankruptcy => Claim::InTime,
        ClaimType::LatePayment | ClaimType::NonPayment => {
            if today <= cover.due_date {
                Claim::Early
            } else if cover.claim_until.is_some_and(|last| today > last) {
                Claim::Late
            } else {
                Claim::InTime
            }
        }
    };
    let entered = work.step(cover, &step(cover.state, Ask::Claim(stands)))?;
    cover.claim_type = Some(claim_type);
    cover.settles = None;
    Some(entered)
}

/// Says more of what stands behind a refusal: the numbers and dates that decided.
pub(super) fn explain(
    kind: &str,
    work: &mut Work<'_>,
    cover: &Cover,
    store: &mut dyn Store,
) -> Result<()> {
    let product = work.context.products.cover.get(&cover.channel);
    let limit = product.and_then(|product| product.buyer_limit);
    let insured = exposure(store, &cover.exposure_key())?;
    let (due, state) = (cover.due_date, cover.state.as_str());
    for finding in &mut work.decision.findings {
        let more = match finding.code {
            Code::NotAllowedInState => {
                finding.message = format!("state `{state}` does not allow {kind}").into();
                continue;
            }
            Code::CoverLimitExceeded => over(cover, insured, limit),
            Code::DueDatePassed | Code::NotDue => format!("its due date is {due}"),
            Code::ClaimPeriodOver => match cover.claim_until {
                Some(last) => format!("the last day to claim was {last}"),
                None => continue,
            },
            _ => continue,
        };
        finding.hint = format!("{more}; {}", finding.hint).into();
    }
    Ok(())
}
