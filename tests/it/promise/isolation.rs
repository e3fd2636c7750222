//! A partner's file acts on its own book: whatever it names of another's, the other's book and folders stay as they are.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rusqlite::types::Value as Cell;
use serde_json::Value;

use super::place::{Place, files};
use crate::lines::{RECORDS, SETTINGS};

/// Kinds that act on what is there, each on something that the other partner's records made: an insurance, a customer,
/// a card contract, a loan, a cover, an account, a reference. Blank: nothing of it is needed.
const ATTACKS: &str = "\
kind,insurance_no,customer_no,contract_ref,contract_no,invoice_reference,reference_no,action,amount,currency,value_date,reason,delay_type,first_name,bank_reference
customer.update,,C1,,,,,,,,,,,Eve,
customer.inquire,,C1,,,,,,,,,,,,
insurance.approve-top-up,I1,,,,,,,,,,,,,
insurance.reactivate,I1,,,,,,,,,,,,,
insurance.inquire,I1,,,,,,,,,,,,,
insurance.cancel,I1,,,,,,,,,,CUSTOMER_REQUEST,,,
insurance.activate,I1,,,,,,,,,,,,,
insurance.premium-paid,I1,,,,,,,1.00,SEK,2026-11-19,,,,B1
contract.sign,,,K1,,,,,,,,,,,
contract.inquire,,,K1,,,,,,,,,,,
contract.suspend,,,K1,,,,,,,,,,,
contract.close,,,K1,,,,,,,,,IMMEDIATE,,
loan.contract,,,,L1,,,block,,,,,,,
loan.contract,,,,L1,,,cancel,,,,,,,
loan.default,,,,L1,,,,,,,,,,
loan.inquire,,,,L1,,,,,,,,,,
loan.repayment,,,,L1,,,,900.00,SEK,2026-11-19,,,,B2
loan.reversal,,,,,,,,900.00,SEK,2026-11-19,,,,B2
quote.activate,,,,,I1,,,,,,,,,
quote.reject,,,,,I1,,,,,,,,,
cover.inquire,,,,,I1,,,,,,,,,
";

/// A site on which one partner has an entity of each line, and the other has nothing.
fn place(lender: &str) -> Place {
    let settings = SETTINGS.replace(
        "[partner.lender]\nformats = [\"canonical-csv\"]\nlines = [\"loan\"]",
        &format!("[partner.lender]\nformats = [\"canonical-csv\"]\nlines = [\"insurance\", \"card\", \"loan\", \"cover\", \"credit-life\"]\n{lender}"),
    );
    assert!(settings.contains("\"credit-life\"]\nsettle"), "{settings}");
    let place = Place::new(&settings, &["all", "lender"]);
    place.drop("all", "canonical_1.csv", RECORDS);
    let insurance = "kind,insurance_no,product,loan_ref,currency,insured_amount,annual_premium,start_date,owner_customer_no\n\
        insurance.register,I1,A,LR1,SEK,1000.00,12.00,2026-11-01,C1\n";
    place.drop("all", "canonical_2.csv", insurance);
    let made = place.run();
    let accepted = made
        .iter()
        .map(|batch| batch["counts"]["accepted"].as_u64());
    assert_eq!(
        accepted.map(Option::unwrap_or_default).sum::<u64>(),
        6,
        "{made:?}"
    );
    place
}

type Left = (
    BTreeMap<PathBuf, Vec<u8>>,
    BTreeMap<&'static str, Vec<Vec<Cell>>>,
);

/// All that the partner has: its folders, and its book.
fn of_the_other(place: &Place) -> Left {
    let mut all = BTreeMap::new();
    for top in ["inbox", "outbox", "archive", "quarantine", "work"] {
        let folder = place.site.join(top).join("all");
        all.extend(
            files(&folder)
                .into_iter()
                .map(|(path, bytes)| (folder.join(path), bytes)),
        );
    }
    (all, place.rows("all"))
}

fn attack(place: &Place) -> Vec<Value> {
    place.drop("lender", "canonical_9.csv", ATTACKS);
    // Names that point elsewhere are names like others.
    let again = ATTACKS.replace(",B1", ",B3").replace(",B2", ",B4");
    place.drop("lender", "canonical_..%2fall%2fx.csv", again);
    place.drop("lender", "canonical_all.csv", RECORDS);
    place.run()
}

#[test]
fn another_partners_entities_are_neither_seen_nor_touched() {
    let place = place("");
    let before = of_the_other(&place);
    let batches = attack(&place);
    assert_eq!(batches.len(), 3);
    let (attacks, own): (Vec<_>, Vec<_>) =
        (batches.iter()).partition(|batch| batch["file"] != "canonical_all.csv");
    for batch in attacks {
        // Money for nobody's loan is taken as such, and taken back.
        let counts = &batch["counts"];
        assert_eq!(
            (&counts["accepted"], &counts["replies"]),
            (&2.into(), &0.into()),
            "{batch}"
        );
        assert_eq!(batch["money"][0]["allocated"], "0.00", "{batch}");
        let mut codes = batch["findings"].as_object().expect("findings").keys();
        assert!(
            codes.all(|code| code == "not_found" || code == "no_such_reference"),
            "{batch}"
        );
    }
    // The same numbers are free in its own book.
    assert_eq!(own[0]["counts"]["accepted"], 5);
    assert!(
        of_the_other(&place) == before,
        "the other's book or folders changed"
    );
    for entity in ["I1", "LR1"] {
        let shown = place.sluss(&["show", entity, "--partner", "lender", "--kind", "insurance"]);
        assert_ne!(shown.status.code(), Some(0), "{shown:?}");
    }
    let book = std::fs::read(place.site.join("ledger/lender.sqlite")).expect("its book");
    assert!(
        memchr::memmem::find(&book, b"LR1").is_none(),
        "what only the other has"
    );
}

/// The comparison can fail: a partner whose profile names the other's book does reach it.
#[test]
fn a_partner_with_the_others_book_is_seen_to_reach_it() {
    let place = place("book = \"all\"\nrole = \"insurer\"");
    let before = of_the_other(&place);
    attack(&place);
    assert!(of_the_other(&place) != before);
}
