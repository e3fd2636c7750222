//! Events of applications, offers, contracts, loan types, and money that is paid out.

use super::{stamp, sum, tell};
use crate::line::loan::application::{Application, Offer};
use crate::line::loan::disburse::Transfer;
use crate::line::loan::entity::Loan;
use crate::line::loan::words::EventKind;
use crate::line::work::Work;
use crate::model::Day;
use crate::model::json::Members;

/// Members that end an event of an application or an offer.
fn decided(data: &mut Members, person: &str, status: &str, stamp: &str, today: Day) {
    data.text("personId", person);
    data.text("statusCode", status);
    data.text("messageDTime", stamp);
    data.text("bankingDate", today.as_str());
}

/// An application was decided.
pub(in crate::line::loan) fn application(
    work: &mut Work<'_>,
    kind: EventKind,
    application: &Application,
) {
    let (id, stamp, today) = (work.key, stamp(work), Day::of(work.today()));
    let state = application.state.as_str();
    tell(work, kind, id, state, |data| {
        data.text("applicationId", id);
        decided(data, &application.person, state, &stamp, today);
    });
}

/// An offer was presented or accepted.
pub(in crate::line::loan) fn offer(
    work: &mut Work<'_>,
    kind: EventKind,
    person: &str,
    offer: &Offer,
) {
    let (id, stamp, today) = (work.key, stamp(work), Day::of(work.today()));
    let state = offer.state.as_str();
    tell(work, kind, id, state, |data| {
        data.text("offerId", id);
        data.text("applicationId", &offer.application);
        decided(data, person, state, &stamp, today);
    });
}

/// A contract changed. The version told of is the one in force, where the terms were replaced the old one.
pub(in crate::line::loan) fn contract(work: &mut Work<'_>, kind: EventKind, loan: &Loan) {
    let (number, tenant) = (work.key, work.context.terms.tenant.as_deref());
    let state = loan.state.as_str();
    tell(work, kind, number, state, |data| {
        data.text("headerId", number);
        data.text("personId", &loan.person);
        data.text("contractNumber", number);
        data.text("referenceNumber", &loan.reference);
        data.maybe("repaymentMethod", loan.method.as_deref());
        data.maybe("offerId", loan.offer.as_deref());
        if matches!(
            kind,
            EventKind::ContractActivated | EventKind::ContractBlocked
        ) {
            data.maybe("applicationId", loan.application.as_deref());
        }
        data.text("countryCode", &loan.country);
        data.text("loanTypeCode", &loan.loan_type);
        data.maybe("tenantCode", tenant);
        data.open(if kind == EventKind::ContractAccepted {
            "activeVersion"
        } else {
            "currentVersion"
        });
        data.text("versionId", &loan.version_id(number));
        let replaced = kind == EventKind::ContractReplaced;
        data.text("statusCode", if replaced { "REPLACED" } else { state });
        data.close();
    });
}

/// Settings of a loan type changed.
pub(in crate::line::loan) fn loan_type(work: &mut Work<'_>, status: &str) {
    let (code, today) = (work.key, Day::of(work.today()));
    let tenant = work.context.terms.tenant.as_deref();
    tell(work, EventKind::TypeChanged, code, "", |data| {
        data.text("loanTypeCode", code);
        data.maybe("tenantCode", tenant);
        data.text("statusCode", status);
        data.text("bankingDate", today.as_str());
    });
}

/// Money is paid out.
pub(in crate::line::loan) fn transfer(work: &mut Work<'_>, loan: &Loan, transfer: &Transfer<'_>) {
    let (number, stamp) = (work.key, stamp(work));
    let comment = work.fields.text("comment");
    let state = loan.state.as_str();
    tell(work, EventKind::OutgoingTransfer, number, state, |data| {
        data.text("transferId", &transfer.id);
        sum(data, "money", transfer.amount, loan.currency);
        super::source(data, "contractSource", Some(("CONTRACT", number)));
        data.open("creditor");
        data.text("iban", transfer.iban);
        data.maybe("bic", transfer.bic);
        data.text("name", transfer.name);
        data.null("accountNumber");
        data.null("accountNumberCountryCode");
        data.null("bankCode");
        data.close();
        data.maybe("details", comment);
        data.text("eventDTime", &stamp);
        data.text("referenceNumber", &loan.reference);
        data.null("paymentTypeCode");
    });
}
