//! Elements of several records, some of which are sent back.

use super::*;
use documents::nested::{document, orders};

/// What each record of a file asks for.
fn asked(bytes: &[u8]) -> Vec<String> {
    let lines = documents::told(orders(), bytes).into_iter();
    let lines = lines.filter(|line| !line.starts_with('='));
    let words = lines.map(|line| {
        let words = line.split(' ');
        let words =
            words.filter(|word| word.starts_with("kind=") || word.starts_with("instruction_id="));
        words.collect::<Vec<_>>().join(" ")
    });
    words.collect()
}

/// The numbers whose bit is set.
fn chosen(bits: u32) -> Vec<usize> {
    (0..5).filter(|n| bits & (1 << n) != 0).collect()
}

/// Whichever records are rejected, and rejected again, they and no others are asked for when the file comes again.
#[test]
fn an_element_comes_back_with_what_is_still_asked_for() {
    let sent = document();
    let all = asked(sent.as_bytes());
    assert_eq!(all.len(), 5);
    for rejected in 1_u32..32 {
        let numbers = chosen(rejected);
        let wanted: Vec<&str> = numbers.iter().map(|n| all[*n].as_str()).collect();
        let once = back(orders(), sent.as_bytes(), &numbers);
        let text = String::from_utf8_lossy(&once);
        assert_eq!(asked(&once), wanted, "{text}");
        let count = format!("<Count>{}</Count>", numbers.len());
        assert!(text.contains(&count), "{text}");
        // An element comes once, however many of its records are in it.
        let elements = [[0, 1, 2].as_slice(), &[4]];
        let elements = elements
            .iter()
            .filter(|of| of.iter().any(|n| numbers.contains(n)));
        assert_eq!(text.matches("<Order").count(), elements.count(), "{text}");
        for again in 1_u32..(1 << numbers.len()) {
            let numbers = chosen(again);
            let wanted: Vec<&str> = numbers.iter().map(|n| wanted[*n]).collect();
            let twice = back(orders(), &once, &numbers);
            assert_eq!(asked(&twice), wanted, "{}", String::from_utf8_lossy(&twice));
        }
    }
}

#[test]
fn what_was_taken_is_taken_out_and_what_holds_the_rest_is_marked() {
    let rows: [(&[usize], &str, &str); 4] = [
        // Nothing was taken: it comes back as it came.
        (
            &[0, 1, 2],
            "<Order id='1'><People>",
            "</Card>\n  <Card id='13'><Text>three</Text></Card></Cards>",
        ),
        // The first card was the order's own, and went with it.
        (
            &[2],
            "<Order id='1'><?sluss only card?><People>",
            "<Cards>\n  <Card id='13'><Text>three</Text></Card></Cards><OwnerKey>a</OwnerKey>",
        ),
        (
            &[0],
            "<Order id='1'><?sluss only policy?><People>",
            "<Cards><Card id='11'><Text>one</Text></Card></Cards><OwnerKey>",
        ),
        (
            &[0, 1],
            "<Order id='1'><?sluss only policy card?><People>",
            "</Card>\n         <Card id='12'><Text>two</Text><Key>b</Key></Card></Cards>",
        ),
    ];
    for (rejected, start, cards) in rows {
        let found = back(orders(), document().as_bytes(), rejected);
        let text = String::from_utf8_lossy(&found);
        assert!(text.contains(start) && text.contains(cards), "{text}");
    }
}
