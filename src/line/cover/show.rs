//! What a quote or cover is, under the public names: for `show` and exports.

use anyhow::{Result, bail};
use serde_json::Value as Json;

use super::entity::Cover;
use super::request::DETAILS;
use super::words::Reason;
use super::{COVER, look_up};
use crate::line::told::money;
use crate::line::work::{Kept as _, parse};
use crate::line::{Space, Store, Today};
use crate::model::Object as Map;
use crate::model::decision::OrderValue;

/// The columns of an export: the key and the state, what the request said, and what became of it.
const COLUMNS: &[&str] = &[
    "invoice_reference",
    "state",
    "reason",
    "cover_id",
    "channel",
    "user_reference",
    "seller_reference",
    "buyer_reference",
    "seller_country",
    "seller_identifier",
    "buyer_country",
    "buyer_identifier",
    "invoice_amount",
    "invoice_amount_currency",
    "invoice_issue_date",
    "invoice_due_date",
    "invoice_payment_terms",
    "invoice_number",
    "seller_email",
    "seller_language",
    "seller_first_name",
    "seller_last_name",
    "discount_code",
    "premium_amount",
    "premium_amount_currency",
    "expires_at",
    "policy_version",
    "user_email",
    "user_first_name",
    "user_last_name",
    "claim_until",
    "claim_type",
];

/// What `show --json` prints of a quote or cover: its fields under their canonical names (those that are set), and the
/// instructions that its state takes.
///
/// # Errors
/// The state was not written by this line, or the space holds no entities.
pub(super) fn show(space: Space, key: &str, state: &str, today: &Today<'_>) -> Result<Json> {
    Ok(shown(key, &read(space, state)?, today))
}

/// The same where it is known whether the seller has signed: see [`crate::line::show_whole`].
pub(super) fn show_whole(
    space: Space,
    key: &str,
    state: &str,
    today: &Today<'_>,
    store: &mut dyn Store,
) -> Result<Option<Json>> {
    let mut cover = read(space, state)?;
    look_up(&mut cover, store, today.products)?;
    Ok(Some(shown(key, &cover, today)))
}

fn shown(key: &str, cover: &Cover, today: &Today<'_>) -> Json {
    let mut map = said(key, cover);
    map.insert("allowed", Json::from_iter(cover.allowed(today)));
    map.into()
}

fn read(space: Space, state: &str) -> Result<Cover> {
    if space != COVER {
        bail!("`{}` holds no entities of the cover line", space.0);
    }
    parse(state)
}

fn said(key: &str, cover: &Cover) -> Map {
    let mut map = Map::with_capacity(COLUMNS.len());
    let mut set = |name: &'static str, value: Option<String>| {
        if let Some(value) = value {
            map.insert(name, Json::from(value));
        }
    };
    let text = |text: &str| Some(text.to_owned());
    let amount = |amount| Some(money(amount, cover.currency).to_string());
    set("invoice_reference", text(key));
    set("state", text(cover.state.as_str()));
    set("reason", cover.reason.map(Reason::as_str).and_then(text));
    set("cover_id", text(&cover.id));
    set("channel", text(cover.channel.as_str()));
    for name in DETAILS {
        let value = cover.details.get(name).and_then(Json::as_str);
        set(name, value.and_then(text));
    }
    set("seller_country", text(&cover.seller.country));
    set("seller_identifier", text(&cover.seller.identifier));
    set("buyer_country", text(&cover.buyer.country));
    set("buyer_identifier", text(&cover.buyer.identifier));
    set("invoice_amount", amount(cover.amount));
    set("invoice_amount_currency", text(cover.currency.as_str()));
    set(
        "invoice_issue_date",
        cover.issue_date.map(|d| d.to_string()),
    );
    set("invoice_due_date", Some(cover.due_date.to_string()));
    set(
        "invoice_payment_terms",
        cover.payment_terms.map(|d| d.to_string()),
    );
    if let Some(premium) = cover.premium {
        set("premium_amount", amount(premium));
        set("premium_amount_currency", text(cover.currency.as_str()));
    }
    set("expires_at", cover.expires.map(|at| at.to_rfc3339()));
    if let Some(signature) = &cover.signing {
        set("policy_version", text(&signature.version));
        set("user_email", text(&signature.email));
        set("user_first_name", text(&signature.first_name));
        set("user_last_name", text(&signature.last_name));
    }
    set("claim_until", cover.claim_until.map(|d| d.to_string()));
    let claim = cover.claim_type.map(super::words::ClaimType::as_str);
    set("claim_type", claim.and_then(text));
    in_order(&map)
}

/// The same members in the order of the columns.
fn in_order(map: &Map) -> Map {
    let known = COLUMNS.iter();
    known
        .filter_map(|name| Some((*name, map.get(name)?.clone())))
        .collect()
}

/// The columns of an export.
///
/// # Errors
/// The space holds no entities.
pub(super) fn export_header(space: Space) -> Result<Vec<&'static str>> {
    if space != COVER {
        bail!("`{}` holds no entities of the cover line", space.0);
    }
    Ok(COLUMNS.to_vec())
}

/// One row, in the order of the header; blank where nothing is set.
///
/// # Errors
/// The state was not written by this line, or the space holds no entities.
pub(super) fn export_row(space: Space, key: &str, state: &str) -> Result<Vec<OrderValue>> {
    let cover = read(space, state)?;
    let said = said(key, &cover);
    let cells = COLUMNS.iter().map(|name| match (*name, cover.premium) {
        ("invoice_amount", _) => OrderValue::Amount(cover.amount, cover.currency),
        ("premium_amount", Some(premium)) => OrderValue::Amount(premium, cover.currency),
        _ => {
            let text = said.get(name).and_then(Json::as_str);
            OrderValue::Text(text.unwrap_or_default().into())
        }
    });
    Ok(cells.collect())
}
