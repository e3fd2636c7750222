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
