//! `insurance.party`: who owns, is insured, benefits and pays.

use crate::model::Object as Map;
use anyhow::Result;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::customer::Customer;
use super::entity::{Beneficiary, Insurance};
use super::lifecycle::Ask;
use super::register::age;
use super::words::{Action, Role};
use super::work::{product, take, tell};
use crate::code::Code;
use crate::line::Store;
use crate::line::work::Work;
use crate::model::Finding;

/// How many can be insured at once.
const MOST_INSURED: usize = 2;

/// `insurance.party`.
pub(super) fn party(
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    store: &mut dyn Store,
) -> Result<()> {
    let events = take(work, insurance, Ask::Party);
    let text = |name| work.fields.text(name).expect("required: checked before");
    let customer_no = text("customer_no");
    let action = Action::named(text("action")).expect("a listed word: checked before");
    let role = Role::named(text("role")).expect("a listed word: checked before");
    if action != Action::Remove {
        newcomer(work, insurance, store, customer_no, role)?;
    }
    let before = insurance.clone();
    let fault = match role {
        Role::Owner => owner(insurance, action, customer_no),
        Role::Insured => insured(insurance, action, customer_no),
        Role::Beneficiary => {
            let share = work.fields.decimal("share");
            beneficiary(insurance, action, customer_no, share)
        }
        Role::Payer => payer(insurance, action, customer_no),
    };
    work.decision.findings.extend(fault);
    if before == *insurance {
        return Ok(());
    }
    let mut changed = Map::new();
    changed.insert("action", Json::from(action.as_str()));
    changed.insert("customer_no", Json::from(customer_no));
    changed.insert("role", Json::from(role.as_str()));
    if let Some(share) = work.fields.decimal("share") {
        changed.insert(
            "share".to_owned(),
            Json::from(share.normalize().to_string()),
        );
    }
    tell(work, events, insurance.state, &changed);
    Ok(())
}

/// Who comes in must be in the book, and of the product's ages where he is to be insured.
fn newcomer(
    work: &mut Work<'_>,
    insurance: &Insurance,
    store: &mut dyn Store,
    customer_no: &str,
    role: Role,
) -> Result<()> {
    let Some(customer) = Customer::find(store, customer_no)? else {
        let code = if role == Role::Owner {
            Code::OwnerNotFound
        } else {
            Code::NotFound
        };
        work.find(code, "customer_no");
        return Ok(());
    };
    if role == Role::Insured
        && let Some(product) = product(work, &insurance.product)
    {
        age(work, insurance, customer.person(), "customer_no", product);
    }
    Ok(())
}

fn absent() -> Finding {
    Finding::field(Code::NotFound, "customer_no")
        .saying("the customer does not have this role in the insurance")
}

fn present() -> Finding {
    Finding::field(Code::AlreadyExists, "customer_no")
        .saying("the customer has this role in the insurance already")
}

fn not_so(message: &'static str, hint: &'static str) -> Finding {
    Finding::field(Code::NotAllowedInState, "action")
        .saying(message)
        .hinting(hint)
}

/// Exactly one: he changes, and is neither added nor removed.
fn owner(insurance: &mut Insurance, action: Action, customer_no: &str) -> Option<Finding> {
    let is_he = *insurance.owner == *customer_no;
    match action {
        Action::Add if is_he => Some(present()),
        Action::Add => Some(not_so(
            "an insurance has exactly one owner",
            "send action change with the new owner",
        )),
        Action::Remove if !is_he => Some(absent()),
        Action::Remove => Some(not_so(
            "an insurance needs an owner",
            "send action change with the new owner",
        )),
        Action::Change => {
            insurance.owner = customer_no.into();
            None
        }
    }
}

/// One or two.
fn insured(insurance: &mut Insurance, action: Action, customer_no: &str) -> Option<Finding> {
    let list = &mut insurance.insured;
    match action {
        Action::Add if list.len() >= MOST_INSURED && !contains(list, customer_no) => Some(not_so(
            "an insurance has at most two insured",
            "remove one of them first",
        )),
        Action::Remove if list.len() == 1 && contains(list, customer_no) => Some(not_so(
            "an insurance needs an insured",
            "add the new one first, or send action change",
        )),
        Action::Add | Action::Remove | Action::Change => listed(list, action, customer_no),
    }
}

fn payer(insurance: &mut Insurance, action: Action, customer_no: &str) -> Option<Finding> {
    listed(&mut insurance.payers, action, customer_no)
}

fn contains(list: &[Box<str>], customer_no: &str) -> bool {
    list.iter().any(|one| **one == *customer_no)
}

/// Adds to a list, takes from it, or puts a customer in the place of the only one.
fn listed(list: &mut Vec<Box<str>>, action: Action, customer_no: &str) -> Option<Finding> {
    let there = contains(list, customer_no);
    match action {
        Action::Add if there => Some(present()),
        Action::Add => {
            list.push(customer_no.into());
            None
        }
        Action::Remove if !there => Some(absent()),
        Action::Remove => {
            list.retain(|one| **one != *customer_no);
            None
        }
        Action::Change if there => None,
        Action::Change => match list.as_mut_slice() {
            [only] => {
                *only = customer_no.into();
                None
            }
            [] => Some(absent()),
            _ => Some(not_so(
                "two have this role, and the record does not say which of them changes",
                "remove the one and add the other",
            )),
        },
    }
}

/// Any number, with shares of no more than 100 percent together.
fn beneficiary(
    insurance: &mut Insurance,
    action: Action,
    customer_no: &str,
    share: Option<Decimal>,
) -> Option<Finding> {
    let list = &mut insurance.beneficiaries;
    let at = list.iter().position(|one| *one.customer_no == *customer_no);
    match (action, at) {
        (Action::Add, Some(_)) => return Some(present()),
        (Action::Change | Action::Remove, None) => return Some(absent()),
        (Action::Add, None) => list.push(Beneficiary {
            customer_no: customer_no.into(),
            share: share.map(|share| share.normalize()),
        }),
        (Action::Change, Some(at)) => list[at].share = share.map(|share| share.normalize()),
        (Action::Remove, Some(at)) => drop(list.remove(at)),
    }
    if insurance
        .shares()
        .is_some_and(|sum| sum > Decimal::ONE_HUNDRED)
    {
        return Some(Finding::field(Code::ShareOver100, "share"));
    }
    None
}
