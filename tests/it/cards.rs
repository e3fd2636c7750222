//! Card numbers on their way through a site: in every format, in fields that are for them and in those that are not, good
//! and bad. None of them is written down anywhere but where the partner's own file is kept; nor is a CVV.

mod place;

use std::fmt::Write as _;

use rust_xlsxwriter::Workbook;

use place::{Place, holds, nothing_of_them};

const HEADER: &str = "kind,instruction_id,contract_ref,product,owner_customer_ref,first_name,last_name,birth_date,\
    address_line1,address_country,root_account_ref,card_account_ref,iban,pan,comment";

/// A record with a card number in this field.
fn record(no: u32, product: &str, field: &str, number: &str) -> Vec<(String, String)> {
    let values = [
        "contract.create",
        &format!("i{no}"),
        &format!("K{no}"),
        product,
        &format!("P{no}"),
        "Eva",
        "Berg",
        "1980-01-01",
        "Kai 1",
        "DE",
        &format!("R{no}"),
        &format!("A{no}"),
        "DE02500105174128973163",
        "",
        "",
    ]
    .map(str::to_owned);
    let names = HEADER.split(',').map(|name| name.trim().to_owned());
    let mut record: Vec<(String, String)> = names.zip(values).collect();
    let (_, value) = record
        .iter_mut()
        .find(|(name, _)| name == field)
        .expect("a field");
    number.clone_into(value);
    record
}

/// Records with card numbers wherever one can stand, written in several ways.
fn records() -> Vec<Vec<(String, String)>> {
    let mut all = Vec::new();
    let mut no = 0;
    for (field, product, number) in [
        ("pan", "DEBIT", "4546177060616413"),
        ("pan", "DEBIT", "4546 1770 6061 6413"),
        ("pan", "NOPE", "4546\t1770\t6061\t6413"),
        ("pan", "NOPE", "4 5 4 6 1 7 7 0 6 0 6 1 6 4 1 3"),
        ("comment", "DEBIT", "4546\t1770\t6061\t6413"),
        ("last_name", "DEBIT", "4-5-4-6-1-7-7-0-6-0-6-1-6-4-1-3"),
        ("pan", "NOPE", "4546177060616413"),
        ("pan", "NOPE", "5555-5555-5555-4444"),
        // Mistyped: nobody knows what it is, and nobody is told.
        ("pan", "DEBIT", "4546177060616414"),
        ("pan", "DEBIT", "4546177060616413x"),
        ("comment", "DEBIT", "card 378282246310005, please"),
        ("comment", "NOPE", "3782 822463 10005"),
        ("contract_ref", "DEBIT", "5555555555554444"),
        ("instruction_id", "DEBIT", "5555555555554444"),
        ("owner_customer_ref", "DEBIT", "378282246310005"),
        ("card_account_ref", "DEBIT", "4546177060616413"),
        ("first_name", "DEBIT", "4546177060616413"),
        ("birth_date", "DEBIT", "4546177060616413"),
        ("iban", "DEBIT", "4546177060616413"),
        ("product", "4546177060616413", "4546177060616413"),
        ("kind", "DEBIT", "4546177060616413"),
    ] {
        no += 1;
        all.push(record(no, product, field, number));
    }
    all
}

#[test]
fn a_card_number_is_written_down_nowhere() {
    let place = Place::new();
    let mut csv = format!("{}\n", HEADER.replace(' ', ""));
    let mut xml = String::from("<records>\n");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(HEADER.split(',')) {
        sheet.write(0, column, name.trim()).expect("written");
    }
    for (row, record) in (1..).zip(records()) {
        let values: Vec<&str> = record.iter().map(|(_, value)| &**value).collect();
        let quoted = values.iter().map(|value| format!("\"{value}\""));
        csv.push_str(&quoted.collect::<Vec<_>>().join(","));
        csv.push('\n');
        xml.push_str("<record>");
        for (name, value) in &record {
            write!(xml, "<{name}>{value}</{name}>").expect("memory takes it");
        }
        xml.push_str("</record>\n");
        for (column, value) in (0..).zip(&values) {
            sheet.write(row, column, *value).expect("written");
        }
    }
    // A number cell holds fifteen digits of it.
    let cells = record(99, "DEBIT", "pan", "");
    for (column, (name, value)) in (0..).zip(&cells) {
        if name == "pan" {
            sheet
                .write(40, column, 4_546_177_060_616_413.0_f64)
                .expect("written");
        } else {
            sheet.write(40, column, &**value).expect("written");
        }
    }
    xml.push_str("</records>\n");
    place.drop("canonical_1.csv", csv.as_bytes());
    place.drop("canonical_2.xml", xml.as_bytes());
    place.drop(
        "canonical_3.xlsx",
        &book.save_to_buffer().expect("a workbook"),
    );
    // A column that nobody knows comes back with its record.
    let stray = "contract_ref,product,owner_customer_ref,card_number\nK1,DEBIT,P1,4546177060616413\nK2,NOPE,P1,5555 5555 5555 4444\n";
    place.drop("CARD_20261120_1.csv", stray.as_bytes());
    let checked = place.run(&[
        "check",
        place
            .site
            .join("inbox/kort/canonical_1.csv")
            .to_str()
            .expect("UTF-8"),
        "--partner",
        "kort",
    ]);
    nothing_of_them(&place, &checked);
    let told = place.run(&["run"]);
    nothing_of_them(&place, &told);
    let events = place.answers("events.ndjson");
    assert!(
        events.contains("\"maskedPan\":\"454617******6413\""),
        "{events}"
    );
    let names: Vec<&str> = events
        .split("\"panReference\":\"")
        .skip(1)
        .map(|rest| &rest[..36])
        .collect();
    assert!(
        names.len() == 2 && names[0] == names[1],
        "one number, one name: {names:?}"
    );
    let errors = place.answers("errors.csv");
    for shown in [
        "454617",
        "card 378282*****0005, please",
        "3782 82**** *0005",
        "sensitive_data",
    ] {
        assert!(errors.contains(shown), "{shown} in {errors}");
    }
    let rejected = place.answers("rejected.csv");
    for shown in [
        "454617******6413",
        "5555-55**-****-4444",
        "5555 55** **** 4444",
        "378282*****0005",
    ] {
        assert!(rejected.contains(shown), "{shown} in {rejected}");
    }
    assert!(
        place
            .answers("rejected.xml")
            .contains("<pan>454617******6413</pan>")
    );
    let shown = place.run(&["show", "K1", "--partner", "kort", "--json"]);
    assert!(shown.contains("454617******6413"), "{shown}");
    nothing_of_them(&place, &shown);
    nothing_of_them(&place, &place.run(&["export", "card", "--partner", "kort"]));
    nothing_of_them(&place, &place.run(&["status"]));
    for file in std::fs::read_dir(place.site.join("outbox/kort")).expect("answers") {
        let name = file.expect("a file").file_name();
        let name = name.to_string_lossy();
        if let Some(batch) = name
            .split('.')
            .rev()
            .nth(2)
            .filter(|_| name.ends_with("errors.csv"))
        {
            nothing_of_them(&place, &place.run(&["errors", batch]));
        }
    }
}

/// A request of several records, of which one is taken and one is not.
const NESTED: &str = "<cardOrders>
  <!-- 5555 5555 5555 4444 -->
  <createConsumerContract>
    <customers><customer><requestCorrelationId>9</requestCorrelationId>
      <issuerCustomerExternalReference>P1</issuerCustomerExternalReference>
      <lastName>Berg</lastName><firstName>Eva</firstName><birthDate>1980-01-01</birthDate>
      <addresses><address><postalAddress><line1>Kai 1</line1><country>DE</country></postalAddress></address></addresses>
    </customer></customers>
    <contract>
      <accountHierarchy><accounts>
        <account><iban>DE02500105174128973163</iban><issuerAccountExternalReference>R1</issuerAccountExternalReference></account>
        <account><iban>DE02500105174128973163</iban><issuerAccountExternalReference>A1</issuerAccountExternalReference></account>
      </accounts></accountHierarchy>
      <cardContracts>
        <cardContract><card><pan>4546177060616413</pan></card></cardContract>
        <cardContract><card><pan>5555555555554444</pan>EXTRA</card>
          <issuerProductExtensionExternalReference>NOPE</issuerProductExtensionExternalReference></cardContract>
      </cardContracts>
      <contractOwnerRequestCorrelationId>9</contractOwnerRequestCorrelationId>
      <issuerContractExternalReference>K1</issuerContractExternalReference>
      <issuerProductExternalReference>DEBIT</issuerProductExternalReference>
    </contract>
  </createConsumerContract>
</cardOrders>
";

#[test]
fn records_of_one_element_come_back_without_their_numbers() {
    let place = Place::new();
    place.drop(
        "CARD_20261120_1.xml",
        NESTED.replace("EXTRA", "").as_bytes(),
    );
    let told = place.run(&["run"]);
    nothing_of_them(&place, &told);
    assert!(place.answers("events.ndjson").contains("454617******6413"));
    let rejected = place.answers("rejected.xml");
    assert!(
        rejected.contains("<pan>555555******4444</pan>"),
        "{rejected}"
    );
    let cvv = NESTED
        .replace("EXTRA", "<cvv>987</cvv>")
        .replace("K1", "K2");
    place.drop("CARD_20261120_2.xml", cvv.as_bytes());
    let told = place.run(&["run"]);
    nothing_of_them(&place, &told);
    let rejected = place.answers("rejected.xml");
    assert!(!rejected.contains("987"), "{rejected}");
    assert!(place.answers("errors.csv").contains("sensitive_data"));
}

#[test]
fn references_of_another_line_come_back_as_they_were() {
    let place = Place::new();
    let text = "kind,insurance_no,loan_ref\ninsurance.update,4546177060616413,5555555555554444\n";
    place.drop("canonical_1.csv", text.as_bytes());
    place.run(&["run"]);
    assert_eq!(place.answers("rejected.csv"), text);
}

#[test]
fn a_card_number_is_no_amount_and_no_label() {
    let number = "4546177060616413";
    for text in [
        format!(
            "kind,contract_ref,account_ref,balance,currency,as_of\ncontract.balance,K1,A1,{number},EUR,2026-11-19\n"
        ),
        format!(
            "kind,contract_ref,account_ref,balance,currency,as_of\ncontract.balance,K1,A1,-{number}.00,EUR,2026-11-19\n"
        ),
        // A kind that does not take it, and one that nobody knows.
        format!("kind,contract_ref,balance\ncontract.sign,K1,{number}\n"),
        format!("kind,contract_ref,balance\ncontract.what,K1,{number}\n"),
        format!("kind,contract_ref,{number}\ncontract.sign,K1,x\n"),
    ] {
        let place = Place::new();
        place.drop("canonical_1.csv", text.as_bytes());
        let told = place.run(&["run", "--json"]);
        nothing_of_them(&place, &told);
        let shown = [place.answers("errors.csv"), place.answers("rejected.csv")];
        assert!(shown.concat().contains("454617******6413"), "{text}");
    }
    let place = Place::new();
    let count = format!("<header><numberOfInstructions>{number}</numberOfInstructions></header>");
    let text = NESTED.replace("<cardOrders>", &format!("<cardOrders>{count}"));
    place.drop("CARD_20261120_1.xml", text.as_bytes());
    let told = place.run(&["run", "--json"]);
    nothing_of_them(&place, &told);
    assert!(place.answers("summary.json").contains("totals_mismatch"));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 1, number).expect("written");
    for (column, name) in (0..).zip(["kind", "contract_ref", number]) {
        sheet.write(1, column, name).expect("written");
        sheet.write(2, column, "contract.sign").expect("written");
    }
    let place = Place::new();
    let bytes = book.save_to_buffer().expect("a workbook");
    place.drop("canonical_1.xlsx", &bytes);
    let told = place.run(&["run"]);
    nothing_of_them(&place, &told);
    assert!(place.answers("errors.csv").contains("unknown_field"));
}

#[test]
fn what_came_back_masked_is_taken() {
    let place = Place::new();
    let row = |no: u32, product: &str, pan: &str| {
        let record = record(no, product, "pan", pan);
        let values = record.into_iter().map(|(_, value)| value);
        values.collect::<Vec<_>>().join(",")
    };
    let text = format!(
        "{}\n{}\n",
        HEADER.replace(' ', ""),
        row(1, "NOPE", "4546177060616413")
    );
    place.drop("canonical_1.csv", text.as_bytes());
    place.run(&["run"]);
    let mended = place.answers("rejected.csv").replace("NOPE", "DEBIT");
    place.drop("canonical_2.csv", mended.as_bytes());
    place.run(&["run"]);
    let events = place.answers("events.ndjson");
    assert!(
        events.contains("\"maskedPan\":\"454617******6413\""),
        "{events}"
    );
    assert!(!events.contains("panReference"), "its digits are not known");
}

#[test]
fn a_cvv_or_pin_is_refused_outright() {
    for (name, text) in [
        (
            "canonical_1.csv",
            "kind,contract_ref,cvv\ncontract.sign,K1,987\n",
        ),
        (
            "canonical_1.csv",
            "kind,contract_ref,PIN Block\ncontract.sign,K1,987\n",
        ),
        (
            "CARD_20261120_1.csv",
            "contract_ref,Card-Security_Code\nK1,987\n",
        ),
        (
            "CARD_20261120_1.csv",
            "contract_ref,card CVV code\nK1,987\n",
        ),
        ("CARD_20261120_1.csv", "contract_ref,Card PIN\nK1,987\n"),
        (
            "CARD_20261120_1.csv",
            "contract_ref,Sicherheitscode\nK1,987\n",
        ),
        (
            "CARD_20261120_1.csv",
            "contract_ref,Sa\u{308}kerhets-kod\nK1,987\n",
        ),
        (
            "canonical_1.csv",
            "kind,contract_ref,specific.Cvv\ncontract.update,K1,987\n",
        ),
        (
            "CARD_20261120_1.xml",
            "<cardOrders><updateContract><issuerContractExternalReference>K1</issuerContractExternalReference>\
             <specificFields><specificField name='cvv2'>987</specificField></specificFields></updateContract></cardOrders>",
        ),
        (
            "canonical_1.xml",
            "<records><record kind='contract.sign'><contract_ref>K1</contract_ref><cvc2>987</cvc2></record></records>",
        ),
        (
            "canonical_1.xml",
            "<records><record kind='contract.sign' pin='987'><contract_ref>K1</contract_ref></record></records>",
        ),
    ] {
        let place = Place::new();
        place.drop(name, text.as_bytes());
        place.run(&["run"]);
        let errors = place.answers("errors.csv");
        assert!(errors.contains("sensitive_data"), "{text}: {errors}");
        for (written, bytes) in place.written() {
            let ours = written.starts_with("outbox") && !written.ends_with("summary.json");
            assert!(!ours || !holds(&bytes, "987"), "{written} of {text}");
        }
        let summary = place.answers("summary.json");
        assert!(!summary.contains("\"status\": \"accepted\""), "{summary}");
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["kind", "contract_ref", "CVV2"]) {
        sheet.write(0, column, name).expect("written");
        sheet.write(1, column, "987").expect("written");
    }
    let place = Place::new();
    place.drop(
        "canonical_1.xlsx",
        &book.save_to_buffer().expect("a workbook"),
    );
    place.run(&["run"]);
    assert!(place.answers("errors.csv").contains("sensitive_data"));
}
