//! Events and replies against the shapes that the source shows: the same names at the same depth, of the same types.

use serde_json::{Value as Json, json};

use super::Desk;
use super::book::{add, told};

/// Every path to a value, with the value's type: `contract.accounts[].root boolean`.
fn paths(value: &Json) -> Vec<String> {
    fn walk(value: &Json, path: &str, all: &mut Vec<String>) {
        match value {
            Json::Object(members) => {
                for (name, member) in members {
                    let dot = if path.is_empty() { "" } else { "." };
                    walk(member, &format!("{path}{dot}{name}"), all);
                }
            }
            Json::Array(items) => {
                for item in items {
                    walk(item, &format!("{path}[]"), all);
                }
            }
            Json::Null => all.push(format!("{path} null")),
            Json::Bool(_) => all.push(format!("{path} boolean")),
            Json::Number(_) => all.push(format!("{path} number")),
            Json::String(_) => all.push(format!("{path} string")),
        }
    }
    let mut all = Vec::new();
    walk(value, "", &mut all);
    all.sort_unstable();
    all.dedup();
    all
}

/// Holds what is told against the source's shape; `beyond`: paths that are ours.
fn same(told: &Json, shape: &Json, beyond: &[&str]) {
    let mut found = paths(told);
    found.retain(|path| !beyond.iter().any(|ours| path.starts_with(ours)));
    assert_eq!(found, paths(shape));
}

fn customer() -> Json {
    json!({ "customerReference": "", "issuerCustomerExternalReference": "" })
}

fn account() -> Json {
    json!({ "accountReference": "", "issuerAccountExternalReference": "" })
}

fn contract() -> Json {
    json!({ "contractReference": "", "issuerContractExternalReference": "" })
}

fn product() -> Json {
    json!({ "issuerProductExternalReference": "", "productReference": "" })
}

/// The answer to a new contract, or to a card that is added; the whole card number is left out.
fn made() -> Json {
    json!({
        "contract": {
            "contractIdentifier": contract(),
            "status": "", "creationDate": "", "signatureDate": "", "issuerBranchCode": "", "cardReleaseOrder": "",
            "productIdentifier": product(),
            "contractOwnerIdentifier": customer(),
            "accounts": [{
                "accountIdentifier": account(), "root": true, "status": "",
                "accountOwnerIdentifier": customer(), "accountGuarantorIdentifier": customer(),
            }],
            "cardContracts": [{
                "cardContractIdentifier": { "cardContractReference": "", "issuerCardContractExternalReference": "" },
                "cardHolderIdentifier": customer(),
                "status": "", "principalSupplementaryCardIndicator": "",
                "card": {
                    "cardIdentifier": { "cardReference": "", "issuerCardExternalReference": "" },
                    "maskedPan": "", "expiryDate": "", "panSequenceNumber": "", "status": "",
                    "orders": [{
                        "orderIdentifier": { "orderReference": "" }, "orderType": "", "currentInternalStatus": "",
                    }],
                    "panReference": "",
                },
                "relatedAccounts": [{ "relation": "", "accountIdentifier": account() }],
            }],
        },
        "customers": [{
            "customerIdentifier": customer(),
            "courtesyTitle": "", "lastName": "", "firstName": "",
            "addresses": [{
                "addressIdentifier": { "addressReference": "", "issuerAddressExternalReference": "" },
                "addressLabel": "", "addressType": "",
            }],
        }],
    })
}

const CREATE: &str = "branch_code=NO~BRANCH card_contract_ref=CC1 card_ref=C1 address_ref=AD1 birth_place=London \
    sex=M nationality=DE commercial_status=Normal online_risk_category=Standard offline_risk_category=Standard \
    account_template=T root_account_template=T card_template=T bic=INGDDEFF";

/// A desk with a contract that everything is known of.
fn full() -> Desk {
    let mut desk = Desk::new();
    let fields = format!("{} {CREATE}", super::create("K1", "DEBIT"));
    desk.good("contract.create", &fields);
    let key = (super::super::CONTRACT, "K1".to_owned());
    let pan = "\"masked_pan\":\"454617******6413\",\"pan_reference\":\"1500\",\"expires\"";
    let state = desk.book.entities[&key].replace("\"expires\"", pan);
    desk.book.entities.insert(key, state);
    desk
}

#[test]
fn a_new_contract_is_told_as_the_source_tells_it() {
    let mut desk = Desk::new();
    let fields = format!(
        "{} {CREATE} pan=454617******6413",
        super::create("K1", "DEBIT")
    );
    let mut told = told(&desk.good("contract.create", &fields));
    let card = &mut told["contract"]["cardContracts"][0]["card"];
    assert_eq!(card["maskedPan"], "454617******6413");
    assert_eq!(
        (&card["expiryDate"], &card["panSequenceNumber"]),
        (&"1131".into(), &"1".into())
    );
    assert_eq!(card.get("pan"), None);
    // Named where the whole number was sent.
    card["panReference"] = "1500".into();
    same(&told, &made(), &[]);
    assert_eq!(
        told["contract"]["creationDate"],
        "2026-11-20T02:00:00.000+01:00"
    );
    assert_eq!(told["contract"]["accounts"][1]["root"], true);
}

#[test]
fn what_is_added_is_told_alone() {
    let mut desk = full();
    let fields = format!(
        "{} title=Frau card_account_ref=A2 card_ref=C2 address_ref=AD2 pan=454617******5324",
        add("2")
    );
    let decision = desk.good("contract.add-card", &fields);
    let mut told = told(&decision);
    told["contract"]["cardContracts"][0]["card"]["panReference"] = "1500".into();
    same(&told, &made(), &[]);
    assert_eq!(
        told["contract"]["contractOwnerIdentifier"]["issuerCustomerExternalReference"],
        "P1"
    );
    let holder = &told["contract"]["cardContracts"][0]["cardHolderIdentifier"];
    assert_eq!(holder["issuerCustomerExternalReference"], "P2");
}

#[test]
fn changes_are_told_as_the_source_tells_them() {
    let mut desk = full();
    let update = desk.good("contract.update", "contract_ref=K1 flag.general=true");
    assert_eq!(
        told(&update)["contractIdentifier"]["issuerContractExternalReference"],
        "K1"
    );
    let address = "contract_ref=K1 address_label=HOME address_line1=X address_country=DE";
    let shape = json!({
        "contractIdentifier": contract(),
        "customers": [{
            "customerIdentifier": customer(),
            "addresses": [{ "addressIdentifier": { "addressReference": "" }, "addressLabel": "", "addressType": "" }],
        }],
    });
    same(
        &told(&desk.good("contract.addresses", address)),
        &shape,
        &[],
    );
    let fees = "contract_ref=K1 account_ref=A-K1 fee_model=M1 fee_type=MEMBERSHIP~FEE";
    let shape = json!({ "accountIdentifier": account(), "selectedModels": [{ "reference": "", "type": "" }] });
    same(&told(&desk.good("contract.fees", fees)), &shape, &[]);
    let document = "contract_ref=K1 customer_ref=P1 document_type=Passport document_no=9512345 issue_date=2016-10-13 \
        expiry_date=2027-10-13 legitimated=true";
    let decision = desk.good("contract.legitimacy-document", document);
    same(&told(&decision), &legitimacy(), &[]);
    assert_eq!(
        told(&decision)["legitimacyDocumentDate"],
        "2016-10-13T00:00:00.000+00:00"
    );
    desk.good("contract.add-card", &add("2"));
    let shape = json!({ "contract": {
        "contractIdentifier": contract(),
        "contractOwnerIdentifier": customer(),
        "cardContracts": [{
            "cardContractIdentifier": { "cardContractReference": "", "issuerCardContractExternalReference": "" },
            "principalSupplementaryCardIndicator": "",
        }],
    } });
    let decision = desk.good(
        "contract.switch-principal",
        "contract_ref=K1 customer_ref=P2",
    );
    same(&told(&decision), &shape, &[]);
    let cards = &told(&decision)["contract"]["cardContracts"];
    assert_eq!(cards[0]["principalSupplementaryCardIndicator"], "PRINCIPAL");
    assert_eq!(
        cards[1]["principalSupplementaryCardIndicator"],
        "SUPPLEMENTARY"
    );
}

fn legitimacy() -> Json {
    json!({
        "legitimacyDocumentType": "", "legitimacyDocumentId": "", "legitimacyDocumentDate": "",
        "legitimacyDocumentExpiryDate": "", "legitimated": true, "customerIdentifier": customer(),
    })
}

fn course() -> Json {
    json!({ "contract": {
        "contractIdentifier": contract(),
        "status": "", "closingDate": "",
        "accounts": [{ "accountIdentifier": account(), "root": true, "status": "" }],
        "cardContracts": [{
            "cardContractIdentifier": { "cardContractReference": "", "issuerCardContractExternalReference": "" },
            "status": "",
            "cards": [card()],
        }],
    } })
}

fn card() -> Json {
    json!({
        "cardIdentifier": { "cardReference": "", "issuerCardExternalReference": "" },
        "maskedPan": "", "expiryDate": "", "panSequenceNumber": "", "status": "",
    })
}

#[test]
fn an_end_is_told_as_the_source_tells_it() {
    // A keyed name beside the masked number, so that a card can be told from another.
    let ours = ["contract.cardContracts[].cards[].panReference"];
    let mut desk = full();
    let close = "contract_ref=K1 delay_type=SCHEDULED closing_date=2027-04-30 closing_reason=EXPIRED comment=x";
    let decision = desk.good("contract.close", close);
    same(&told(&decision), &course(), &ours);
    assert_eq!(
        told(&decision)["contract"]["closingDate"],
        "2027-04-30T00:00:00.000+00:00"
    );
    let decision = desk.good("contract.cancel-close", "contract_ref=K1");
    same(
        &told(&decision),
        &json!({ "contractIdentifier": contract() }),
        &[],
    );
    let suspended = desk.good("contract.suspend", "contract_ref=K1");
    let also = [ours[0], "contract.feesSuppressed", "contract.reimburseFees"];
    same(&told(&suspended), &course(), &also);
    let close = "contract_ref=K1 delay_type=IMMEDIATE";
    same(&told(&desk.good("contract.close", close)), &course(), &ours);
}

#[test]
fn an_inquiry_is_answered_with_the_contract_and_all_in_it() {
    let mut desk = full();
    desk.good(
        "contract.update",
        "contract_ref=K1 free_cards_primary_impacted=false",
    );
    desk.good(
        "contract.balance",
        "contract_ref=K1 account_ref=A-K1 balance=0 currency=EUR as_of=2026-11-20",
    );
    desk.good(
        "contract.balance",
        "contract_ref=K1 account_ref=R-K1 balance=-12.30 currency=EUR as_of=2026-11-20",
    );
    desk.good(
        "contract.fees",
        "contract_ref=K1 account_ref=A-K1 fee_model=M1 fee_type=MEMBERSHIP~FEE",
    );
    desk.good(
        "contract.legitimacy-document",
        "contract_ref=K1 customer_ref=P1 document_type=Passport document_no=9 issue_date=2016-10-13 expiry_date=2027-10-13",
    );
    let answer = desk.inquire();
    let shape = json!({
        "issuerId": "", "contractIdentifier": contract(), "issuerBranchCode": "", "cardReleaseOrder": "",
        "numberOfFreeCardsPrimaryCardImpacted": true, "signatureDate": "", "status": "", "statusDate": "",
        "contractOwnerIdentifier": customer(), "productIdentifier": product(), "rootAccountIdentifier": account(),
        "accounts": [{
            "issuerId": "", "accountIdentifier": account(), "root": true,
            "accountBalance": { "value": 0, "exponent": 2, "isoCode": "" },
            "bic": "", "status": "", "statusDate": "", "activationDate": "", "iban": "", "name": "",
            "workingCurrencyCode": "", "accountHierarchyReference": "", "productIdentifier": product(),
            "accountTemplateReference": "", "rootAccountIdentifier": account(), "parentAccountIdentifier": account(),
            "payingAccountIdentifier": account(), "accountOwnerIdentifier": customer(),
            "accountGuarantorIdentifier": customer(), "contractIdentifier": contract(), "contractType": "",
        }],
        "cardContracts": [{
            "issuerId": "",
            "cardContractIdentifier": { "cardContractReference": "", "issuerCardContractExternalReference": "" },
            "cardTemplateReference": "", "status": "", "openingDate": "", "activationDate": "",
            "newCardRenewalAllowed": true, "issuerBranchCode": "", "forcedEmbossingName": "",
            "principalSupplementaryCardIndicator": "", "productCategory": "", "productIdentifier": product(),
            "cardHolderIdentifier": customer(), "contractIdentifier": contract(),
            "cards": [card()],
        }],
        "contractOwner": {
            "issuerId": "", "customerIdentifier": customer(), "active": true, "birthDate": "", "birthPlace": "",
            "commercialStatus": "", "courtesyTitle": "", "firstName": "", "lastName": "", "nationality": "",
            "offlineRiskCategory": "", "onlineRiskCategory": "", "sex": "",
        },
        "contractFees": [{ "accountIdentifier": account(), "selectedModels": [{ "reference": "", "type": "" }] }],
        "legitimacyDocuments": [legitimacy()],
    });
    let ours = [
        "accounts[].accountBalanceDate",
        "accounts[].feesSuppressed",
        "cardContracts[].newCardReplacementAllowed",
        "cardContracts[].cards[].panReference",
    ];
    same(&answer, &shape, &ours);
    let balance = |at: usize| &answer["accounts"][at]["accountBalance"];
    assert_eq!(
        balance(0).to_string(),
        r#"{"value":0,"exponent":2,"isoCode":"EUR"}"#
    );
    assert_eq!(balance(1)["value"], -1230, "in units of the last decimal");
    assert_eq!(
        answer["contractOwner"]["birthDate"],
        "1970-10-22T00:00:00.000+00:00"
    );
    assert_eq!(
        answer["cardContracts"][0]["forcedEmbossingName"],
        "SMITH JOHN"
    );
}
