//! Every event beside the source's example of it: the same members with the same types, nothing more. What is not known
//! is null, a list empty.

use serde_json::{Value as Json, json};

use super::{Desk, ocr};
use crate::line::Envelope;
use crate::line::loan::words::EventKind;
use crate::model::{Decision, Told};

/// Members of the source's example: `"s"` a text, `1` a number, an object or a list of objects as they are.
fn shape(kind: EventKind) -> Json {
    let money = json!({ "amount": 1, "currencyCode": "s" });
    let range = json!({ "startDate": "s", "endDate": "s" });
    let source = json!({ "sourceName": "s", "sourceRef": "s" });
    let address = json!([{ "addressTypeCode": "s", "street1": "s", "street2": "s", "cityCounty": "s", "stateRegion": "s", "zip": "s", "countryCode": "s" }]);
    let receiver = json!({ "personId": "s", "idNumber": "s", "givenName": "s", "middleName": "s", "surname": "s", "companyName": "s",
        "deliveryMethodCode": "s", "email": "s", "phoneNumber": "s", "addressInfo": address, "additionalData": {} });
    let lines = json!([{ "lineGroupCode": "s", "lineTypeCode": "s", "lineSubtypeCode": "s", "lineText": "s", "lineMoney": money,
        "lineRate": {}, "lineDate": "s", "additionalData": { "dueInvoiceNumber": "s" } }]);
    let mut contract = json!({ "headerId": "s", "personId": "s", "contractNumber": "s", "referenceNumber": "s", "repaymentMethod": "s",
        "offerId": "s", "countryCode": "s", "loanTypeCode": "s", "tenantCode": "s" });
    let version = json!({ "versionId": "s", "statusCode": "s" });
    match kind {
        EventKind::ApplicationAccepted | EventKind::ApplicationDeclined => {
            json!({ "applicationId": "s", "personId": "s", "statusCode": "s", "messageDTime": "s", "bankingDate": "s" })
        }
        EventKind::OfferPresented | EventKind::OfferAccepted => {
            json!({ "offerId": "s", "applicationId": "s", "personId": "s", "statusCode": "s", "messageDTime": "s", "bankingDate": "s" })
        }
        EventKind::ContractAccepted => {
            contract["activeVersion"] = version;
            contract
        }
        EventKind::ContractActivated | EventKind::ContractBlocked => {
            contract["applicationId"] = json!("s");
            contract["currentVersion"] = version;
            contract
        }
        EventKind::ContractCreated
        | EventKind::ContractWaiting
        | EventKind::ContractImported
        | EventKind::ContractReplaced
        | EventKind::ContractCanceled => {
            contract["currentVersion"] = version;
            contract
        }
        EventKind::TypeChanged => {
            json!({ "loanTypeCode": "s", "tenantCode": "s", "statusCode": "s", "bankingDate": "s" })
        }
        EventKind::ReceivableCreated => json!({
            "receivable": { "receivableId": "s", "contractId": "s", "receivableGroupCode": "s", "receivableTypeCode": "s",
                "invoiceReason": "s", "receivableNumber": "s", "statusCode": "s", "billingDate": "s", "dueDate": "s",
                "receivableAmountMoney": money, "billingPeriodRange": range, "interestPeriodRange": range, "description": "s",
                "previousReceivableId": "s", "solvencyLevelCode": "s", "changeReasonCode": "s", "generationDtime": "s" },
            "contract": { "contractNumber": "s", "productType": "s", "countryCode": "s", "personId": "s", "referenceNumber": "s",
                "invoiceDeliveryMethodCode": "s", "repaymentChannelCode": "s" },
            "receivableLines": [{ "receivableLineId": "s", "creditedReceivableLineId": "s", "lineTypeCode": "s",
                "lineSubtypeCode": "s", "description": "s", "amountMoney": money, "source": source, "originalSource": source }] }),
        EventKind::InvoiceCreated => json!({
            "invoiceHeader": { "productType": "s", "contractId": "s", "contractNumber": "s", "invoiceId": "s", "invoiceType": "s",
                "invoiceNumber": "s", "invoiceReason": "s", "language": "s", "billingDate": "s", "dueDate": "s",
                "billingPeriodRange": range, "interestPeriodRange": range, "monthlyRepaymentMoney": money, "generationDtime": "s",
                "additionalData": {} },
            "receiverInfo": receiver, "paymentInfo": { "referenceNumber": "s", "paymentMoney": money }, "lines": lines }),
        EventKind::CreditNoteCreated => json!({
            "creditNoteHeader": { "creditNoteId": "s", "creditNoteReason": "s", "creditedInvoiceId": "s", "generationDtime": "s",
                "language": "s", "billingDate": "s", "dueDate": "s", "contractId": "s", "contractNumber": "s", "additionalData": {} },
            "receiverInfo": receiver, "paymentInfo": { "referenceNumber": "s", "paymentMoney": money }, "lines": lines }),
        EventKind::RepaymentRegistered => {
            json!({ "receivableEventTypeCode": "s", "contractId": "s", "referenceNumber": "s",
            "cashId": "s", "valueDate": "s", "postingDate": "s", "description": "s", "money": money, "source": source,
            "originalSource": source, "accountSource": source, "payerName": "s", "paymentChannelCode": "s", "endToEndId": "s" })
        }
        EventKind::RepaymentConfirmed => {
            json!({ "receivableEventTypeCode": "s", "valueDate": "s", "postingDate": "s",
            "description": "s", "money": money, "cashEventId": "s", "balanceDirectionCode": "s", "source": source,
            "originalSource": source,
            "cash": { "contractId": "s", "referenceNumber": "s", "cashId": "s", "statusCode": "s", "balanceAmount": money,
                "source": source, "originalSource": source, "accountSource": source, "endToEndId": "s" },
            "receivableEvent": { "receivableEventId": "s", "receivableId": "s", "receivableLineId": "s", "itemTypeCode": "s" } })
        }
        EventKind::DeathNotification => json!({
            "letterHeader": { "productType": "s", "letterType": "s", "generationDtime": "s", "additionalData": {} },
            "receiverInfo": { "personId": "s", "idNumber": "s", "givenName": "s", "middleName": "s", "surname": "s",
                "companyName": "s", "birthDate": "s", "deathDate": "s", "email": "s", "phoneNumber": "s", "language": "s",
                "deliveryMethodCode": "s", "addressInfo": address },
            "contractInfo": { "contractId": "s", "contractNumber": "s", "amounts": [{ "contextTypeCode": "s", "contextDate": "s",
                "money": money, "balanceMoney": money, "debtMoney": money }] },
            "paymentInfo": { "referenceNumber": "s", "dueDate": "s" },
            "invoiceInfo": [{ "invoiceId": "s", "invoiceNumber": "s", "billingDate": "s", "dueDate": "s", "money": money,
                "debtMoney": money }] }),
        EventKind::OutgoingTransfer => {
            json!({ "transferId": "s", "money": money, "contractSource": source,
            "creditor": { "iban": "s", "bic": "s", "name": "s", "accountNumber": "s", "accountNumberCountryCode": "s", "bankCode": "s" },
            "details": "s", "eventDTime": "s", "referenceNumber": "s", "paymentTypeCode": "s" })
        }
    }
}

/// Whether a value has a shape.
fn fits(value: &Json, shape: &Json, at: &str) {
    match (value, shape) {
        (Json::Null, _) => {}
        (Json::String(_), Json::String(_)) | (Json::Number(_), Json::Number(_)) => {}
        (Json::Object(found), Json::Object(expected)) => {
            let names: Vec<&String> = found.keys().collect();
            let expected_names: Vec<&String> = expected.keys().collect();
            let (mut sorted, mut expected_sorted) = (names.clone(), expected_names.clone());
            sorted.sort();
            expected_sorted.sort();
            assert_eq!(sorted, expected_sorted, "{at}");
            for (name, value) in found {
                fits(value, &expected[name.as_str()], &format!("{at}.{name}"));
            }
        }
        (Json::Array(found), Json::Array(expected)) => {
            for value in found {
                fits(value, &expected[0], &format!("{at}[]"));
            }
        }
        (found, expected) => panic!("{at}: {found} is not like {expected}"),
    }
}

/// Members that nobody tells us, by their last name.
const UNKNOWN: &[&str] = &[
    "receivableGroupCode",
    "invoiceReason",
    "interestPeriodRange",
    "previousReceivableId",
    "solvencyLevelCode",
    "changeReasonCode",
    "creditedReceivableLineId",
    "lineSubtypeCode",
    "lineText",
    "lineRate",
    "monthlyRepaymentMoney",
    "additionalData",
    "creditNoteReason",
    "middleName",
    "addressTypeCode",
    "stateRegion",
    "letterType",
    "accountNumber",
    "accountNumberCountryCode",
    "bankCode",
    "paymentTypeCode",
];

/// The paths that are null and should not be.
fn nulls(value: &Json, at: &str, found: &mut Vec<String>) {
    match value {
        Json::Null => found.push(at.to_owned()),
        Json::Object(map) => {
            let known = map
                .iter()
                .filter(|(name, _)| !UNKNOWN.contains(&name.as_str()));
            known.for_each(|(name, value)| nulls(value, &format!("{at}.{name}"), found));
        }
        Json::Array(all) => all.iter().for_each(|value| nulls(value, at, found)),
        Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// One life of a loan on which everything happens, and all is told that can be.
fn life(desk: &mut Desk) -> Vec<Decision> {
    let number = ocr(77);
    let payment = "currency=SEK value_date=2026-11-19 posting_date=2026-11-20 payer_name=Eva payer_iban=SE4550000000058398257466 \
                   payment_channel=BG end_to_end_id=E1 comment=Tack";
    let records = [
        ("loan.person", "person_id=P1 identity_no=198501019981 first_name=Eva last_name=Berg company_name=B birth_date=1985-01-01 email=e@example.com phone=+46701234567 language=sv delivery_method=POST address_line1=c/o_Ek address_line2=Kaj_1 postal_code=12345 city=Lund address_country=SE".to_owned()),
        ("loan.application", "application_id=A1 person_id=P1 decision=accept".to_owned()),
        ("loan.application", "application_id=A2 person_id=P1 decision=decline".to_owned()),
        ("loan.offer", "offer_id=O1 application_id=A1 action=present amount=1000 currency=SEK".to_owned()),
        ("loan.offer", "offer_id=O1 application_id=A1 action=accept".to_owned()),
        ("loan.contract", super::book::create() + " repayment_method=RECEIVABLE repayment_channel=BG"),
        ("loan.contract", "contract_no=L1 action=accept".to_owned()),
        ("loan.contract", "contract_no=L1 action=ready".to_owned()),
        ("loan.contract", "contract_no=L1 action=activate".to_owned()),
        ("loan.contract", "contract_no=L1 action=replace amount=2000".to_owned()),
        ("loan.disburse", "contract_no=L1 amount=1000 currency=SEK iban=SE4550000000058398257466 bic=ESSESESS creditor_name=Eva comment=Hej".to_owned()),
        ("loan.receivable", "contract_no=L1 receivable_no=R1 receivable_type=PERIODIC billing_date=2026-11-01 due_date=2026-11-10 currency=SEK line.PRI=100 period_start=2026-10-01 period_end=2026-10-31 comment=Hej".to_owned()),
        ("loan.invoice", format!("contract_no=L1 receivable_no=R1 invoice_no=I1 reference_no={number}")),
        ("loan.credit-note", "contract_no=L1 invoice_no=I1 credit_note_no=N1 amount=10 currency=SEK".to_owned()),
        ("loan.repayment", format!("reference_no=18 amount=50 bank_reference=B1 {payment}")),
        ("loan.reversal", "bank_reference=B1 amount=5 currency=SEK value_date=2026-11-20 comment=Hej".to_owned()),
        ("loan.death", "person_id=P1 death_date=2026-11-15".to_owned()),
        ("loan.contract", "contract_no=L1 action=block".to_owned()),
        ("loan.contract", super::book::import("L2", 2, "10") + " repayment_method=RECEIVABLE"),
        ("loan.repayment", format!("contract_no=L2 amount=10 premature=true {payment}")),
        ("loan.contract", super::book::import("L3", 3, "10") + " repayment_method=RECEIVABLE"),
        ("loan.application", "application_id=A4 person_id=P1 decision=accept".to_owned()),
        ("loan.offer", "offer_id=O4 application_id=A4 action=present amount=1000 currency=SEK".to_owned()),
        ("loan.offer", "offer_id=O4 application_id=A4 action=accept".to_owned()),
        ("loan.contract", super::book::create().replace("=L1", "=L4").replace("=O1", "=O4").replace("=18", &format!("={}", ocr(4))) + " repayment_method=RECEIVABLE"),
        ("loan.contract", "contract_no=L4 action=cancel".to_owned()),
        ("loan.product", "loan_type=ANN status=OPEN".to_owned()),
    ];
    records
        .iter()
        .map(|(kind, fields)| desk.good(kind, fields))
        .collect()
}

#[test]
fn every_event_has_the_source_s_members_and_types() {
    let mut desk = Desk::new();
    desk.terms.destination = Some("https://hooks.example.com/x".to_owned());
    desk.terms.tenant = Some("T.MAIN".to_owned());
    let mut ids = std::collections::BTreeSet::new();
    let mut seen = Vec::new();
    for decision in life(&mut desk) {
        for event in &decision.events {
            let kind = EventKind::named(event.kind).expect("one of the source's");
            assert!(matches!(event.told, Told::Line(_)));
            let line = event.told.json().value();
            let names: Vec<&String> = line.as_object().expect("an object").keys().collect();
            let expected = [
                "notificationId",
                "notificationTypeCode",
                "eventTypeCode",
                "destination",
                "originalMessageDateTime",
                "data",
            ];
            assert_eq!(names, expected);
            assert_eq!(
                (&line["notificationTypeCode"], &line["eventTypeCode"]),
                (&kind.as_str().into(), &kind.routing().into())
            );
            assert_eq!(line["destination"], "https://hooks.example.com/x");
            assert_eq!(line["originalMessageDateTime"], "2026-11-20T02:00:00+01:00");
            assert!(
                ids.insert(line["notificationId"].to_string()),
                "an id of its own"
            );
            fits(&line["data"], &shape(kind), kind.as_str());
            seen.push((kind, line["data"].clone()));
        }
    }
    for kind in EventKind::ALL {
        // What can be known is told in one event of each code at least.
        let least = seen.iter().filter(|(of, _)| of == kind).map(|(_, data)| {
            let mut found = Vec::new();
            nulls(data, kind.as_str(), &mut found);
            found
        });
        let least = least
            .min_by_key(Vec::len)
            .unwrap_or_else(|| panic!("{} did not happen", kind.as_str()));
        let allowed: &[&str] = match kind {
            EventKind::ContractImported => &["LOAN_CONTRACT_IMPORTED.offerId"],
            EventKind::ReceivableCreated => &[
                "LOAN_RECEIVABLE_CREATED.receivableLines.description",
                "LOAN_RECEIVABLE_CREATED.receivableLines.source",
                "LOAN_RECEIVABLE_CREATED.receivableLines.originalSource",
            ],
            EventKind::RepaymentRegistered => &["LOAN_REPAYMENT_REGISTERED.originalSource"],
            EventKind::RepaymentConfirmed => &[
                "LOAN_REPAYMENT_CONFIRMED.originalSource",
                "LOAN_REPAYMENT_CONFIRMED.cash.originalSource",
            ],
            _ => &[],
        };
        assert_eq!(least, allowed, "{}", kind.as_str());
    }
}

#[test]
fn amounts_are_numbers_with_all_decimals_of_their_currency() {
    let mut desk = Desk::with("ACTIVE");
    let decision = desk.pay("reference_no=18 amount=7.5");
    let text = decision.events[0].told.json().text().into_owned();
    assert!(
        text.contains(r#""money":{"amount":7.50,"currencyCode":"SEK"}"#),
        "{text}"
    );
}

#[test]
fn the_true_status_is_told() {
    let mut desk = Desk::new();
    let decision = desk.good(
        "loan.application",
        "application_id=A2 person_id=P1 decision=decline",
    );
    assert_eq!(super::book::told(&decision)[0].1["statusCode"], "DECLINED");
    for (state, action, name, status) in [
        ("CREATED", "accept", "activeVersion", "ACCEPTED"),
        (
            "ACCEPTED",
            "ready",
            "currentVersion",
            "WAITING_FOR_ACTIVATION",
        ),
        (
            "WAITING_FOR_ACTIVATION",
            "activate",
            "currentVersion",
            "ACTIVE",
        ),
        ("ACTIVE", "block", "currentVersion", "BLOCKED"),
        ("CREATED", "cancel", "currentVersion", "CANCELED"),
    ] {
        let decision =
            Desk::with(state).good("loan.contract", &format!("contract_no=L1 action={action}"));
        assert_eq!(
            super::book::told(&decision)[0].1[name]["statusCode"],
            status
        );
    }
}

#[test]
fn a_profile_can_ask_for_cloud_events() {
    let mut desk = Desk::new();
    desk.terms.envelope = Some(Envelope::CloudEvents);
    let decisions = life(&mut desk);
    let events = decisions.iter().flat_map(|decision| &decision.events);
    for event in events {
        let kind = EventKind::named(event.kind).expect("one of the source's");
        assert!(matches!(event.told, Told::Data(_)));
        fits(&event.told.json().value(), &shape(kind), kind.as_str());
    }
}

#[test]
fn what_nobody_set_is_null() {
    let mut desk = Desk::with("ACTIVE");
    let decision = desk.pay("reference_no=18 amount=1");
    let line = decision.events[0].told.json().value();
    assert!(line["destination"].is_null());
    for name in [
        "postingDate",
        "description",
        "source",
        "originalSource",
        "accountSource",
        "payerName",
        "endToEndId",
    ] {
        assert!(line["data"][name].is_null(), "{name}");
    }
    let number = ocr(77);
    let decision = desk.good(
        "loan.invoice",
        &format!("contract_no=L1 receivable_no=R1 invoice_no=I1 reference_no={number}"),
    );
    let data = &super::book::told(&decision)[0].1;
    assert!(
        data["receiverInfo"].is_null(),
        "the person is not in the book"
    );
    desk.good("loan.person", "person_id=P1 first_name=Eva");
    desk.owe("L1", "R2", "2026-11-30", "1", "");
    let decision = desk.good(
        "loan.invoice",
        "contract_no=L1 receivable_no=R2 invoice_no=I2 reference_no=18",
    );
    let data = &super::book::told(&decision)[0].1;
    assert_eq!(data["receiverInfo"]["addressInfo"], json!([]));
}
