//! A file of card orders, what comes back of it, and what becomes of that when it is mended and dropped again.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// An issuer's orders of a day.
pub(crate) const SAMPLE: &str = include_str!("../../inbox-sample/elbkarte/CARD_20261120_003.xml");
const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Berlin"

[partner.elbkarte]
formats = ["card-orders-xml-1"]
lines = ["card"]
settle = "0s"
issuer_id = "5077"

[product.ELB-DEBIT]
line = "card"
category = "DEBIT"
support = "physical"
extensions = ["ELB-DEBIT-PARTNER"]
fee_models = [
    { model = "ELB-MEMBER-21", type = "MEMBERSHIP_FEE" },
    { model = "ELB-MEMBER-41", type = "MEMBERSHIP_FEE" },
    { model = "ELB-SETUP-41", type = "ACCOUNT_SETUP_FEE" },
]
"#;

/// A site of its own.
pub(crate) struct Place {
    site: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site");
        let place = Self {
            site,
            _folder: folder,
        };
        assert!(place.sluss(&["init", place.site()]).status.success());
        fs::write(place.site.join("sluss.toml"), SETTINGS).expect("written");
        for top in ["inbox", "outbox"] {
            fs::create_dir_all(place.site.join(top).join("elbkarte")).expect("a folder");
        }
        place
    }

    fn site(&self) -> &str {
        self.site.to_str().expect("UTF-8")
    }

    fn sluss(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_sluss"))
            .args(arguments)
            .env("SLUSS_SITE", self.site())
            .output()
            .expect("the program starts")
    }

    /// Drops a file and runs; each record's line of the result, as instruction id, outcome and codes.
    pub(crate) fn run(&self, number: u32, text: &str) -> Vec<String> {
        let name = format!("CARD_20261120_{number:03}.xml");
        fs::write(self.site.join("inbox/elbkarte").join(name), text).expect("written");
        self.sluss(&["run", "--business-date", "2026-11-20"]);
        let result = self.answer(number, ".result.csv").expect("a result");
        let lines = result.lines().skip(1).map(|line| {
            let cells: Vec<&str> = line.split(';').collect();
            format!("{} {} {}", cells[1], cells[4], cells[cells.len() - 2])
        });
        lines.collect()
    }

    pub(crate) fn answer(&self, number: u32, ending: &str) -> Option<String> {
        let outbox = fs::read_dir(self.site.join("outbox/elbkarte")).expect("an outbox");
        let paths = outbox.map(|entry| entry.expect("an entry").path());
        let start = format!("CARD_20261120_{number:03}.");
        let mut found = paths.filter(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            name.starts_with(&start) && name.ends_with(ending)
        });
        Some(fs::read_to_string(found.next()?).expect("text"))
    }

    /// The issuer's references of the card contracts of a contract.
    pub(crate) fn cards(&self, contract: &str) -> Vec<String> {
        let told = self.sluss(&["show", contract, "--partner", "elbkarte", "--json"]);
        let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
        let cards = told["cards"].as_array().expect("a list").iter();
        let of = |card: &Value| card["card_contract_ref"].as_str().unwrap_or("-").to_owned();
        let mut cards: Vec<String> = cards.map(of).collect();
        cards.sort();
        cards
    }
}

#[test]
fn what_comes_back_of_a_contract_can_be_mended_and_dropped_again() {
    let place = Place::new();
    let first = place.run(3, SAMPLE);
    assert_eq!(first.len(), 20);
    let rejected: Vec<&String> = first
        .iter()
        .filter(|line| line.contains(" rejected "))
        .collect();
    assert_eq!(
        rejected,
        [
            "X-2-3 rejected embossing_too_long",
            "X-4 rejected already_signed",
            "X-7-2 rejected fee_model_not_allowed"
        ]
    );
    let before = place.cards("ELB-2002");
    assert_eq!(before, ["CC-2002", "CC-2002-B", "CC-2002-D"]);

    // As it is, under a new name: the same is found, and nothing else is done.
    let back = place.answer(3, ".rejected.xml").expect("three records");
    let again: Vec<String> = rejected.into_iter().cloned().collect();
    assert_eq!(place.run(4, &back), again);
    assert_eq!(place.cards("ELB-2002"), before);
    let twice = place.answer(4, ".rejected.xml").expect("the same");
    assert!(
        twice.split_whitespace().eq(back.split_whitespace()),
        "{twice}"
    );

    // Mended: what was asked for is done, once.
    let mended = back
        .replace("GROSSMANN-OBERHAUSEN-WERTHEIMER JÜRGEN", "WERTHEIMER J")
        .replace("ELB-DEBIT-CHILD", "ELB-DEBIT-PARTNER")
        .replace("ELB-SETUP-99", "ELB-SETUP-41");
    let expected = [
        "X-2-3 accepted ",
        "X-4 rejected already_signed",
        "X-7-2 accepted ",
    ];
    assert_eq!(place.run(5, &mended), expected);
    assert_eq!(
        place.cards("ELB-2002"),
        ["CC-2002", "CC-2002-B", "CC-2002-C", "CC-2002-D"]
    );

    // Where the mark was lost the contract is asked for once more, and refused; no card is made twice.
    let unmarked = back
        .replace("<?sluss only card?>", "")
        .replace("<numberOfInstructions>3</numberOfInstructions>", "")
        .replace("id=\"X-2\"", "id=\"X-20\"");
    let lines = place.run(6, &unmarked);
    assert!(lines[0].starts_with("X-20 rejected "), "{lines:?}");
    assert_eq!(place.cards("ELB-2002").len(), 4);
}

#[test]
fn a_request_that_leaves_something_unsaid_is_told_and_not_guessed() {
    let place = Place::new();
    let rows = [
        // A cardholder who is none of the request's customers.
        (
            "<requestCorrelationId>93</requestCorrelationId>",
            "<requestCorrelationId>94</requestCorrelationId>",
            "X-1-2",
            "required",
        ),
        // An account that no card contract draws on.
        (
            "<accountIdentifier><issuerAccountExternalReference>ACC-2001-B<",
            "<accountIdentifier><issuerAccountExternalReference>ACC-2001<",
            "X-1",
            "required",
        ),
        // The first card contract names an account that is not the second of the hierarchy.
        (
            "<issuerAccountExternalReference>ACC-2001</issuerAccountExternalReference>\n          </account>",
            "<issuerAccountExternalReference>ROOT-2001</issuerAccountExternalReference>\n          </account>",
            "X-1",
            "conflicting_fields",
        ),
        // Two ways to say one thing.
        (
            "<birthPlace>Lübeck</birthPlace>",
            "<birthPlace>Lübeck</birthPlace><birthPlace>Kiel</birthPlace>",
            "X-1",
            "conflicting_fields",
        ),
        (
            "<postalAddress>\n              <line1>Elbchaussee 70</line1>",
            "<postalAddress>\n              <line1>Elbchaussee 70</line1><line1>x</line1>",
            "X-1",
            "conflicting_fields",
        ),
    ];
    for (number, (good, bad, id, code)) in (10..).zip(rows) {
        assert!(SAMPLE.contains(good), "{good}");
        let text = SAMPLE
            .replacen(good, bad, 1)
            .replace("2001", &format!("3{number}"));
        let told = place.run(number, &text);
        let line = told.iter().find(|line| line.starts_with(&format!("{id} ")));
        let line = line.expect("its line");
        assert!(
            line.contains("rejected") && line.contains(code),
            "{bad}: {line}"
        );
    }
    // A request that the format does not know may be one that nobody told us of.
    let unknown = SAMPLE.replace("signContract", "renewContract");
    let told = place.run(30, &unknown);
    assert!(
        told.iter().all(|line| !line.contains(" accepted ")),
        "{told:?}"
    );
}

/// The source gives the first card and its account a holder of their own; ours are the owner's.
#[test]
fn the_first_card_and_its_account_are_the_owners_whoever_is_named() {
    let account = "<issuerAccountExternalReference>ACC-2001</issuerAccountExternalReference>";
    let root = "<issuerAccountExternalReference>ROOT-2001</issuerAccountExternalReference>";
    let known = |who: &str| {
        format!("<issuerCustomerExternalReference>{who}</issuerCustomerExternalReference>")
    };
    let holder = |who: &str| {
        format!(
            "<cardHolderIdentifier>{}</cardHolderIdentifier>",
            known(who)
        )
    };
    let holder_key = |key: &str| {
        format!("<cardHolderRequestCorrelationId>{key}</cardHolderRequestCorrelationId>")
    };
    let owner = |who: &str| {
        format!(
            "<accountOwnerIdentifier>{}</accountOwnerIdentifier>",
            known(who)
        )
    };
    let owner_key = |key: &str| {
        format!("<accountOwnerRequestCorrelationId>{key}</accountOwnerRequestCorrelationId>")
    };
    let (fine, other) = ("accepted ", "rejected conflicting_fields");
    let rows = [
        ("<cardContract>", holder("P-2001"), fine),
        ("<cardContract>", holder_key("92"), fine),
        (account, owner("P-2001"), fine),
        (account, owner_key("92"), fine),
        ("<cardContract>", holder("P-2002"), other),
        ("<cardContract>", holder_key("93"), other),
        (account, owner("P-2002"), other),
        (account, owner_key("93"), other),
        // Nobody of the request.
        ("<cardContract>", holder_key("55"), "rejected required"),
        // The root account's owner, and its account number, are told once for the contract.
        (root, owner("P-2002"), other),
        (root, owner_key("92"), fine),
        (root, owner_key("93"), other),
        (root, owner_key("55"), "rejected required"),
    ];
    for (before, more, expected) in rows {
        let place = Place::new();
        let text = SAMPLE.replacen(before, &[before, &more].concat(), 1);
        let told = place.run(3, &text);
        assert_eq!(
            told[0].trim_end(),
            format!("X-1 {expected}").trim_end(),
            "{more}"
        );
    }
    // It is told where it stands, and so is what has a place of its own.
    let errors = |text: &str| {
        let place = Place::new();
        place.run(3, text);
        place.answer(3, ".errors.csv").expect("findings")
    };
    let two = SAMPLE.replacen(
        "<cardContract>",
        &["<cardContract>", &holder("P-2002")].concat(),
        1,
    );
    let told = errors(&two);
    let at = "cardContract[1]/cardHolderIdentifier/issuerCustomerExternalReference;owner_customer_ref;P-2002;conflicting_fields";
    assert!(told.contains(at), "{told}");
    let bad = SAMPLE.replacen(
        "cardHolderIdentifier><issuerCustomerExternalReference>P-2002",
        "cardHolderIdentifier><issuerCustomerExternalReference>P-2999",
        1,
    );
    let told = errors(&bad);
    let at = "cardContract[2]/cardHolderIdentifier/issuerCustomerExternalReference;owner_customer_ref;P-2999;owner_not_found";
    assert!(told.contains(at), "{told}");
    // Of a holder without a reference nobody can tell whether he is the owner.
    let place = Place::new();
    let unnamed = SAMPLE
        .replacen(
            "<cardContract>",
            &["<cardContract>", &holder_key("94")].concat(),
            1,
        )
        .replacen(
            "</customers>",
            "<customer><requestCorrelationId>94</requestCorrelationId></customer></customers>",
            1,
        );
    let told = place.run(3, &unnamed);
    assert_eq!(told[0], "X-1 rejected conflicting_fields");
    let place = Place::new();
    let two = SAMPLE.replacen(
        "<iban>DE02500105174128973163",
        "<iban>DE89370400440532013000",
        1,
    );
    assert_eq!(place.run(3, &two)[0], "X-1 rejected conflicting_fields");
    // An account of one and a card of another are no one instruction.
    let place = Place::new();
    let two = SAMPLE.replacen(
        "<cardContract id=\"X-1-2\">",
        "<cardContract id=\"X-1-2\"><cardHolderRequestCorrelationId>92</cardHolderRequestCorrelationId>",
        1,
    );
    let told = place.run(3, &two);
    assert!(
        told[1].starts_with("X-1-2 rejected conflicting_fields"),
        "{told:?}"
    );
    // A holder is no owner where none is named.
    let place = Place::new();
    let nobody = SAMPLE
        .replacen(
            "<cardContract>",
            &["<cardContract>", &holder_key("92")].concat(),
            1,
        )
        .replacen(
            "<contractOwnerRequestCorrelationId>92</contractOwnerRequestCorrelationId>",
            "",
            1,
        );
    let told = place.run(3, &nobody);
    assert_eq!(told[0], "X-1 rejected required");
}

#[test]
fn what_a_new_contract_does_not_take_is_told() {
    let account = "<issuerAccountExternalReference>ACC-2001</issuerAccountExternalReference>";
    let rows = [
        (
            account,
            "<selectedModels><selectedModel><reference>ELB-SETUP-41</reference></selectedModel></selectedModels>",
        ),
        (
            "<birthPlace>Lübeck</birthPlace>",
            "<legitimacyDocuments><legitimacyDocument><legitimacyDocumentType>Passport</legitimacyDocumentType></legitimacyDocument></legitimacyDocuments>",
        ),
        (
            "<issuerAccountExternalReference>ROOT-2001</issuerAccountExternalReference>",
            "<selectedModels><selectedModel><reference>ELB-SETUP-41</reference></selectedModel></selectedModels>",
        ),
        (
            "<cardContract>",
            "<issuerProductExtensionExternalReference>ELB-DEBIT-PARTNER</issuerProductExtensionExternalReference>",
        ),
        // Several of them are told as one is.
        (
            account,
            "<selectedModels><selectedModel><reference>ELB-SETUP-41</reference><type>ACCOUNT_SETUP_FEE</type></selectedModel>\
             <selectedModel><reference>ELB-MEMBER-41</reference><type>MEMBERSHIP_FEE</type></selectedModel></selectedModels>",
        ),
        (
            "<birthPlace>Lübeck</birthPlace>",
            "<legitimacyDocuments><legitimacyDocument><legitimacyDocumentId>1</legitimacyDocumentId></legitimacyDocument>\
             <legitimacyDocument><legitimacyDocumentId>2</legitimacyDocumentId></legitimacyDocument></legitimacyDocuments>",
        ),
    ];
    for (before, more) in rows {
        let place = Place::new();
        let text = SAMPLE.replacen(before, &[before, more].concat(), 1);
        let told = place.run(3, &text);
        assert!(
            told[0].starts_with("X-1 accepted") && told[0].contains("does not take the field"),
            "{more}: {told:?}"
        );
    }
}

/// A number that is written with references comes back hidden, and the record with it.
#[test]
fn what_is_hidden_in_a_record_does_not_keep_it_from_coming_back() {
    let place = Place::new();
    let card = "<issuerCardExternalReference>CARD-2001</issuerCardExternalReference>";
    for (number, pan) in (40..).zip([
        "4546177060616413",
        "&#52;546177060616413",
        "4546<![CDATA[1770]]>60616413",
        "4546 1770\n          6061 6413",
    ]) {
        let text = SAMPLE
            .replacen(card, &format!("{card}<pan>{pan}</pan>"), 1)
            .replacen("ELB-DEBIT<", "ELB-NONE<", 1)
            .replace("2001", &format!("4{number}"));
        let told = place.run(number, &text);
        assert!(told[0].starts_with("X-1 rejected "), "{told:?}");
        let back = place.answer(number, ".rejected.xml").expect("a record");
        let plain: String = back.split_whitespace().collect();
        assert!(
            plain.contains("<pan>454617******6413</pan>"),
            "{pan}: {back}"
        );
    }
}
