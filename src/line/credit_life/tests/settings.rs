//! Settings of a product, and the list of those who are not insured.

use rust_decimal::Decimal;

use crate::line::credit_life::Product;
use crate::toml_table::Document;

fn read(text: &str) -> (Product, Vec<String>) {
    read_in(text, std::path::Path::new("/nowhere"))
}

fn read_in(text: &str, folder: &std::path::Path) -> (Product, Vec<String>) {
    let document = Document::parse("t", text).expect("is TOML");
    let document = document.with_files_in(folder);
    let mut table = document.root();
    let product = Product::from_table(&mut table);
    table.finish();
    let faults = document.into_faults();
    (product, faults.0.iter().map(ToString::to_string).collect())
}

#[test]
fn what_is_not_said_has_its_default() {
    let (product, faults) = read("");
    assert_eq!(faults, [""; 0]);
    assert_eq!(product, Product::default());
    assert_eq!(product.iof_rate.to_string(), "0.0038");
    assert_eq!((product.term_months, product.refund_days), (12, 7));
    assert_eq!((product.min_age, product.max_age), (18, 70));
    assert_eq!((product.min_amount, product.max_amount), (None, None));
    assert_eq!(product.policy_series, "");
    assert!(product.covers.is_empty());
}

#[test]
fn what_is_said_counts() {
    let (product, faults) = read(
        "covers = [{ type = 'unemployment', rate = 0.0125 }, { type = 'accidental_death', rate = '0.5', limit = 100 }]\n\
         iof_rate = '0.0738'\nterm_months = 24\nmin_age = 21\nmax_age = 65\nmin_amount = 10.50\nmax_amount = '20000'\n\
         refund_days = 14\npolicy_series = 'AB12'\n",
    );
    assert_eq!(faults, [""; 0]);
    let covers: Vec<(String, Option<Decimal>)> = product
        .covers
        .iter()
        .map(|cover| (cover.rate.to_string(), cover.limit))
        .collect();
    assert_eq!(
        covers,
        [
            ("0.0125".to_owned(), None),
            ("0.5".to_owned(), Some(100.into()))
        ]
    );
    assert_eq!(product.iof_rate, Decimal::new(738, 4));
    assert_eq!((product.term_months, product.refund_days), (24, 14));
    assert_eq!((product.min_age, product.max_age), (21, 65));
    assert_eq!(product.min_amount, Some(Decimal::new(1050, 2)));
    assert_eq!(product.max_amount, Some(20_000.into()));
    assert_eq!(product.policy_series, "AB12");
}

#[test]
fn every_fault_is_told() {
    let (_, faults) = read(
        "covers = [{ type = 'death', rate = 1.5 }, { rate = 0 }, { type = 'unemployment' }, { type = 'unemployment', rate = '0.1', cap = 1 },\n\
         { type = 'unemployment', rate = '0.00000000001' }, { type = 'unemployment', rate = '0.1' }]\n\
         iof_rate = 1\nterm_months = 0\nmin_age = 71\nmin_amount = 5\nmax_amount = 4\nrefund_days = -1\n\
         policy_series = 'A-1'\nexcluded = 'none.txt'\nlimit = 5\n",
    );
    let expected = [
        "t:1:20 unknown cover `death`; known: permanent_disability, accidental_death, unemployment",
        "t:1:36 a cover's rate is more than 0 and at most 1",
        "t:1:43 `type` is missing",
        "t:1:52 a cover's rate is more than 0 and at most 1",
        "t:1:57 `rate` is missing",
        "t:1:123 unknown key `cap`; known here: type, rate, limit",
        "t:2:33 `rate` must not be negative, nor have more than 10 decimals",
        "t:2:61 the cover `unemployment` stands there twice",
        "t:3:12 the tax is a share of the premium: less than 1",
        "t:4:15 `term_months` must be from 1 to 600, not 0",
        "t:1:1 `max_age` is less than `min_age`",
        "t:7:14 `max_amount` is less than `min_amount`",
        "t:8:15 `refund_days` must be from 0 to 36500, not -1",
        "t:9:17 a series is of letters and digits, at most 20",
        "t:10:12 cannot read \"/nowhere/none.txt\": No such file or directory (os error 2)",
    ];
    for fault in expected {
        assert!(
            faults.iter().any(|told| told == fault),
            "{fault}: {faults:#?}"
        );
    }
    assert_eq!(faults.len(), expected.len() + 1, "{faults:#?}");
}

#[test]
fn the_excluded_are_read_and_never_shown() {
    let folder = tempfile::tempdir().expect("a folder for a test");
    let list = |text: &[u8]| std::fs::write(folder.path().join("list.txt"), text).expect("a file");
    list("\u{feff}390.533.447-05\r\n\r\n  11144477735  \n11144477735".as_bytes());
    let (product, faults) = read_in("excluded = 'list.txt'", folder.path());
    assert_eq!(faults, [""; 0]);
    assert!(product.excluded.holds("39053344705") && product.excluded.holds("11144477735"));
    assert!(!product.excluded.holds("231.002.999-01"));
    let shown = format!("{product:?}");
    assert!(shown.contains("2 numbers"), "{shown}");
    assert!(!shown.contains("39053344705") && !shown.contains("11144477735"));
    list(b"39053344705\n39053344704\nname\n11144477735;x\n\xff\xfe\n");
    let (_, faults) = read_in("excluded = 'list.txt'", folder.path());
    let lines: Vec<String> = (2..=5)
        .map(|line| format!("list.txt:{line}:1 the line is no valid CPF"))
        .collect();
    assert_eq!(faults, lines, "each faulty line is told, and none is shown");
    let (_, faults) = read_in("excluded = 5", folder.path());
    assert_eq!(faults, ["t:1:12 expected a string, found an integer"]);
    let (_, faults) = read_in("excluded = ' '", folder.path());
    assert_eq!(faults, ["t:1:12 `excluded` is blank"]);
}

#[test]
fn the_guides_product_is_without_fault() {
    let guide = include_str!("../../../../docs/credit-life.md");
    let text = guide
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let folder = tempfile::tempdir().expect("a folder for a test");
    std::fs::write(folder.path().join("excluded.txt"), "").expect("a file");
    let document = Document::parse("guide", text.expect("an example")).expect("is TOML");
    let document = document.with_files_in(folder.path());
    let mut root = document.root();
    for (_, mut table) in root.entries("product") {
        assert_eq!(table.string("line").as_deref(), Some("credit-life"));
        let product = Product::from_table(&mut table);
        let default = Product::default();
        assert_eq!(
            (product.iof_rate, product.refund_days),
            (default.iof_rate, default.refund_days)
        );
        table.finish();
    }
    root.finish();
    assert_eq!(document.into_faults().0, []);
}
