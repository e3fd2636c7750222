//! The quote object: what events carry and inquiries are answered with.

use anyhow::Result;
use serde_json::{Value as Json, json};

use super::entity::Cover;
use super::memory::Seller;
use super::words::{Channel, State};
use crate::line::told::money;
use crate::line::{Context, Products, Store};
use crate::model::{Day, Object as Map};

/// The quote object of a quote or cover as it stands.
pub(super) fn object(
    reference: &str,
    cover: &Cover,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Map> {
    let seller = Seller::load(store, &cover.seller)?;
    Ok(match cover.channel {
        Channel::Connect => connect(cover, &seller),
        Channel::Reinsure => quote(reference, cover, "activate", context),
        Channel::Insure => {
            let signed =
                policy(cover, context.products).is_some_and(|version| seller.has_signed(version));
            let activate = if signed {
                "activate"
            } else {
                "sign-and-activate"
            };
            quote(reference, cover, activate, context)
        }
    })
}

/// The version of the policy that sellers sign now.
pub(super) fn policy<'a>(cover: &Cover, products: &'a Products) -> Option<&'a str> {
    let product = products.cover.get(&cover.channel)?;
    Some(&product.policy_version)
}

fn quote(reference: &str, cover: &Cover, activate: &str, context: &Context<'_>) -> Map {
    let detail = |name: &str| cover.details.get(name).cloned().unwrap_or(Json::Null);
    let premium = cover.premium.map(|premium| money(premium, cover.currency));
    let currency = cover.currency.as_str();
    let mut map = Map::with_capacity(18);
    map.insert("id", Json::from(&*cover.id));
    map.insert("user_reference", detail("user_reference"));
    map.insert("seller_reference", detail("seller_reference"));
    map.insert("seller_identifier", Json::from(&*cover.seller.identifier));
    map.insert("seller_country", Json::from(&*cover.seller.country));
    map.insert("buyer_reference", detail("buyer_reference"));
    map.insert("buyer_identifier", Json::from(&*cover.buyer.identifier));
    map.insert("buyer_country", Json::from(&*cover.buyer.country));
    map.insert("invoice_amount", amount(cover));
    map.insert("invoice_amount_currency", Json::from(currency));
    map.insert("invoice_reference", Json::from(reference));
    map.insert("invoice_issue_date", issue_date(cover));
    map.insert("invoice_due_date", due_date(cover));
    map.insert("premium_amount", premium.map(|p| p.to_string()).into());
    map.insert("premium_amount_currency", premium.map(|_| currency).into());
    let reason = cover.reason.map(super::words::Reason::as_str);
    let status = json!({ "code": cover.state.as_str(), "reason": reason });
    map.insert("status", status);
    map.insert("actions", actions(cover, activate, context));
    map.insert("links", links(cover, context));
    map
}

/// What the partner can have done next.
fn actions(cover: &Cover, activate: &str, context: &Context<'_>) -> Json {
    let types: &[&str] = match cover.state {
        State::Offered => &[activate, "reject"],
        State::Activated => &["claim", "settle"],
        State::ClaimPending => &["settle"],
        State::None | State::Pending | State::ActivationPending | State::Rejected => &[],
        State::Settled | State::ClaimApproved | State::ClaimRejected => &[],
    };
    let (base, id, channel) = (base(context), &cover.id, cover.channel.as_str());
    let action = |kind: &&str| {
        let url = format!("{base}/api/{channel}/v2/quotes/{id}/{kind}");
        json!({ "type": kind, "method": "POST", "url": url })
    };
    types.iter().map(action).collect()
}

/// What the partner shows its seller.
fn links(cover: &Cover, context: &Context<'_>) -> Json {
    if cover.state != State::ActivationPending {
        return json!([]);
    }
    let url = format!("{}/app/sign-policy/{}", base(context), cover.id);
    json!([{ "type": "sign-policy-page", "method": "GET", "url": url }])
}

/// Where links lead; a site without an address has paths alone.
fn base<'a>(context: &Context<'a>) -> &'a str {
    let url = context.terms.base_url.as_deref().unwrap_or_default();
    url.trim_end_matches('/')
}

fn connect(cover: &Cover, seller: &Seller) -> Map {
    let detail = |name: &str| cover.details.get(name).cloned().unwrap_or(Json::Null);
    let currency = cover.currency.as_str();
    let mut map = Map::with_capacity(18);
    map.insert("id", Json::from(&*cover.id));
    map.insert("seller_identifier", Json::from(&*cover.seller.identifier));
    map.insert("seller_country", Json::from(&*cover.seller.country));
    map.insert("seller_email", detail("seller_email"));
    map.insert("seller_language", detail("seller_language"));
    map.insert("seller_first_name", detail("seller_first_name"));
    map.insert("seller_last_name", detail("seller_last_name"));
    map.insert("buyer_identifier", Json::from(&*cover.buyer.identifier));
    map.insert("buyer_country", Json::from(&*cover.buyer.country));
    map.insert("invoice_amount", amount(cover));
    map.insert("invoice_amount_currency", Json::from(currency));
    map.insert("invoice_payment_terms", Json::from(cover.payment_terms));
    map.insert("invoice_number", detail("invoice_number"));
    map.insert("invoice_issue_date", issue_date(cover));
    map.insert("invoice_due_date", due_date(cover));
    map.insert("discount_code", detail("discount_code"));
    map.insert("pending", Json::from(cover.state == State::Pending));
    map.insert("success", Json::from(cover.premium.is_some()));
    map.insert("new_user", Json::from(seller.is_new()));
    map
}

fn amount(cover: &Cover) -> Json {
    money(cover.amount, cover.currency).to_string().into()
}

fn issue_date(cover: &Cover) -> Json {
    let date = cover
        .issue_date
        .map(|date| Day::of(date).as_str().to_owned());
    date.into()
}

fn due_date(cover: &Cover) -> Json {
    Day::of(cover.due_date).as_str().into()
}
