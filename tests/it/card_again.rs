//! A request for a card contract that comes again.

use crate::card_orders::{Place, SAMPLE};

/// A text without its parts that begin and end so.
fn without(text: &str, (begin, end): (&str, &str)) -> String {
    let mut parts = text.split(begin);
    let mut left = parts.next().expect("a text").to_owned();
    for part in parts {
        left.push_str(part.split_once(end).expect("its end").1);
    }
    left
}

/// Requests without ids come again, and with them cards that have no reference of their own.
#[test]
fn a_request_that_comes_again_makes_nothing_twice() {
    let (requests, _) = SAMPLE.split_once("<addCardsAccounts").expect("more");
    let mut requests = requests.to_owned() + "</cardOrders>";
    for part in [
        ("<numberOfInstructions>", "</numberOfInstructions>"),
        (" id=\"X-", "\""),
        (
            "<issuerCardContractExternalReference>",
            "</issuerCardContractExternalReference>",
        ),
        (
            "<issuerCardExternalReference>",
            "</issuerCardExternalReference>",
        ),
    ] {
        assert!(requests.contains(part.0), "{part:?}");
        requests = without(&requests, part);
    }
    let place = Place::new();
    let first = place.run(3, &requests);
    let bad = "rejected embossing_too_long";
    assert_eq!(
        first.iter().map(|line| line.trim()).collect::<Vec<_>>(),
        ["accepted"; 4].into_iter().chain([bad]).collect::<Vec<_>>()
    );
    let orders = place.answer(3, ".orders.csv").expect("orders");
    assert_eq!(orders.matches("CardOrder").count(), 4, "{orders}");

    // The first request has a correlation id, the second has none.
    let again = requests.replace("<creationDate>", "\n<creationDate>");
    let refused = "rejected already_exists";
    let told = place.run(4, &again);
    let told: Vec<&str> = told.iter().map(|line| line.trim()).collect();
    assert_eq!(told, ["duplicate", "duplicate", refused, "duplicate", bad]);
    // Another request of the same name, twice in a file.
    let other = again.replace("GROSSMANN-OBERHAUSEN-WERTHEIMER", "X");
    let (_, second) = other.split_once("</createConsumerContract>").expect("two");
    let (second, _) = second.rsplit_once("</cardOrders>").expect("an end");
    let told = place.run(5, &format!("<cardOrders>{second}{second}</cardOrders>"));
    let outcomes = told.iter().map(|line| line.split_whitespace().next());
    let outcomes: Vec<&str> = outcomes.flatten().collect();
    assert_eq!(outcomes, ["rejected", "duplicate", "rejected"].repeat(2));
    assert!(told[2].contains("did not order this card"), "{told:?}");
    for number in [4, 5] {
        assert!(place.answer(number, ".orders.csv").is_none());
    }
    assert_eq!(
        place.cards("ELB-2001").len() + place.cards("ELB-2002").len(),
        4
    );

    // What comes back is asked for by itself, so the last card can be had.
    let back = place.answer(3, ".rejected.xml").expect("a record");
    let (_, own) = back.split_once("<?sluss only card?>").expect("a mark");
    let (own, _) = own.split_once("</createConsumerContract>").expect("an end");
    let mended = format!(
        "<cardOrders><createConsumerContract><?sluss only card?>{}</createConsumerContract></cardOrders>",
        own.replace("GROSSMANN-OBERHAUSEN-WERTHEIMER", "X")
            .replace("ELB-DEBIT-CHILD", "ELB-DEBIT-PARTNER")
    );
    assert_eq!(place.run(6, &mended)[0].trim(), "accepted");
}

/// An element that is a card contract asks for a card, whatever it says; an account that it names is the request's, or one
/// that the contract has.
#[test]
fn a_card_contract_asks_for_a_card_and_makes_no_account_by_its_name() {
    let place = Place::new();
    let (contract, _) = SAMPLE.split_once("<addCardsAccounts").expect("more");
    place.run(
        3,
        &(without(
            contract,
            ("<numberOfInstructions>", "</numberOfInstructions>"),
        ) + "</cardOrders>"),
    );
    let before = place.cards("ELB-2002").len();

    let account = |name: &str| {
        format!(
            "<account><issuerAccountExternalReference>{name}</issuerAccountExternalReference><iban>DE02500105174128973163</iban></account>"
        )
    };
    let card = |name: &str, more: &str| {
        format!(
            "<cardContract>{more}<relatedAccounts><relatedAccount><accountIdentifier><issuerAccountExternalReference>{name}</issuerAccountExternalReference></accountIdentifier></relatedAccount></relatedAccounts></cardContract>"
        )
    };
    let request = |accounts: &str, cards: &str| {
        format!(
            "<addCardsAccounts><issuerContractExternalReference>ELB-2002</issuerContractExternalReference>\
             <issuerProductExtensionExternalReference>ELB-DEBIT-PARTNER</issuerProductExtensionExternalReference>\
             <accountHierarchy><accounts>{accounts}</accounts></accountHierarchy><cardContracts>{cards}</cardContracts></addCardsAccounts>"
        )
    };
    let holder = "<cardHolderIdentifier><issuerCustomerExternalReference>P-2002</issuerCustomerExternalReference></cardHolderIdentifier>";
    let new = account("NEW-1");
    let requests = [
        // A new account, and a card that says nothing of itself; two of them on another one.
        (request(&new, "<cardContract/>"), "accepted"),
        (
            request(
                &account("NEW-2"),
                &[card("NEW-2", ""), card("NEW-2", holder)].concat(),
            ),
            "accepted accepted",
        ),
        // One that is there, and one that is not.
        (request("", &card("ACC-2002", "")), "accepted"),
        (request("", &card("ACC-2022", "")), "rejected not_found"),
        // An account alone, and nothing at all; the first request again.
        (request(&account("NEW-3"), ""), "accepted"),
        (request(&new, "<cardContract/>"), "rejected already_exists"),
    ];
    let orders: String = requests.iter().map(|(request, _)| &**request).collect();
    let told = place.run(4, &format!("<cardOrders>{orders}</cardOrders>"));
    let outcomes = told
        .iter()
        .map(|line| line.split_whitespace().next().expect("an outcome"));
    let expected = requests.iter().flat_map(|(_, told)| told.split(' '));
    let expected = expected.filter(|word| matches!(*word, "accepted" | "rejected"));
    assert_eq!(
        outcomes.collect::<Vec<_>>(),
        expected.collect::<Vec<_>>(),
        "{told:?}"
    );
    assert_eq!(place.cards("ELB-2002").len(), before + 4);
    let orders = place.answer(4, ".orders.csv").expect("orders");
    assert_eq!(orders.matches("CardOrder").count(), 4, "{orders}");
    let errors = place.answer(4, ".errors.csv").expect("two");
    for code in ["not_found", "already_exists"] {
        assert!(errors.contains(code), "{errors}");
    }
}

/// A field's name is told everywhere.
#[test]
fn a_card_number_names_no_field() {
    let place = Place::new();
    place.run(3, SAMPLE);
    let request = "<cardOrders><updateContract><issuerContractExternalReference>ELB-2002</issuerContractExternalReference>\
        <specificFields><specificField name=\"4546177060616413\">x</specificField></specificFields></updateContract></cardOrders>";
    let told = place.run(4, request);
    assert_eq!(told[0].trim(), "rejected unknown_field");
    for ending in [".result.csv", ".errors.csv", ".rejected.xml"] {
        let told = place.answer(4, ending).expect("an answer");
        assert!(!told.contains("4546177060616413"), "{ending}: {told}");
    }
}
