//! What time does.

use super::{Desk, codes, events};
use crate::line::Space;
use crate::line::insurance;

#[test]
fn it_expires_on_the_day_after_its_end() {
    for state in ["registered", "approved", "active"] {
        let mut desk = Desk::with(state);
        desk.good("insurance.update", "insurance_no=I1 end_date=2026-12-31");
        assert_eq!(desk.dues(), ["2027-01-01 insurance.expire"]);
        assert_eq!(desk.to("2026-12-31").len(), 0);
        let carried = desk.to("2027-01-05");
        assert_eq!(carried[0].0, "insurance.expire");
        assert_eq!(events(&carried[0].1), ["insurance.expired expired"]);
        assert_eq!(
            (codes(&carried[0].1).as_str(), desk.state("I1").as_str()),
            ("", "expired")
        );
    }
}

#[test]
fn another_end_is_another_day() {
    let mut desk = Desk::new();
    desk.good(
        "insurance.register",
        &format!("{} end_date=2026-12-31", super::register()),
    );
    assert_eq!(desk.dues(), ["2027-01-01 insurance.expire"]);
    desk.good("insurance.update", "insurance_no=I1 end_date=2027-12-31");
    assert_eq!(desk.dues(), ["2028-01-01 insurance.expire"]);
    desk.good("insurance.update", "insurance_no=I1 end_date=<clear>");
    assert_eq!(desk.dues(), [""; 0]);
}

#[test]
fn an_end_that_is_over_already_acts_tomorrow() {
    let mut desk = Desk::new();
    let fields = super::register().replace(
        "start_date=2026-11-20",
        "start_date=2026-01-01 end_date=2026-06-30",
    );
    desk.good("insurance.register", &fields);
    assert_eq!(desk.dues(), ["2026-11-21 insurance.expire"]);
}

#[test]
fn a_raise_lapses_after_its_last_day() {
    let mut desk = Desk::with("active");
    desk.good("insurance.top-up", "insurance_no=I1 amount=5 currency=SEK");
    desk.to("2026-12-20");
    let mut approved = desk.clone();
    approved.good("insurance.approve-top-up", "insurance_no=I1");
    let carried = desk.to("2026-12-21");
    assert_eq!(carried[0].0, "insurance.lapse-top-up");
    assert_eq!(events(&carried[0].1), ["insurance.top_up_lapsed active"]);
    assert_eq!(
        desk.refused("insurance.approve-top-up", "insurance_no=I1"),
        "no_top_up_pending"
    );
    assert_eq!(approved.to("2026-12-21").len(), 0);
}

#[test]
fn what_waits_lapses_when_it_expires() {
    let mut desk = Desk::with("active");
    desk.good("insurance.top-up", "insurance_no=I1 amount=5 currency=SEK");
    desk.good(
        "insurance.cancel",
        "insurance_no=I1 reason=loan~repaid effective_date=2027-06-01",
    );
    desk.good("insurance.update", "insurance_no=I1 end_date=2026-12-01");
    let carried = desk.to("2026-12-02");
    assert_eq!(
        events(&carried[0].1),
        [
            "insurance.expired expired",
            "insurance.top_up_lapsed expired",
            "insurance.cancellation_withdrawn expired"
        ]
    );
    assert_eq!(desk.dues(), [""; 0]);

    let mut desk = Desk::with("approved");
    desk.good(
        "insurance.premium-collection",
        "insurance_no=I1 collection_method=cash",
    );
    desk.good(
        "insurance.activate",
        "insurance_no=I1 effective_date=2027-06-01",
    );
    desk.good("insurance.update", "insurance_no=I1 end_date=2026-12-01");
    let carried = desk.to("2026-12-02");
    assert_eq!(
        events(&carried[0].1),
        ["insurance.expired expired", "insurance.updated expired"]
    );
    assert_eq!(desk.dues(), [""; 0]);
}

#[test]
fn what_is_no_longer_due_does_nothing() {
    let desk = Desk::with("active");
    let rows = [
        (insurance::INSURANCE, "I1", "insurance.expire"),
        (insurance::INSURANCE, "I1", "insurance.cancel"),
        (insurance::INSURANCE, "I1", "insurance.other"),
        (insurance::INSURANCE, "I9", "insurance.expire"),
        (insurance::CUSTOMER, "C1", "insurance.expire"),
        (Space("?"), "I1", "insurance.expire"),
    ];
    for (space, key, what) in rows {
        let mut book = desk.book.clone();
        let context = super::book::context(desk.today, 0, &desk.products, &desk.terms);
        let decision =
            insurance::carry_out(space, key, what, &mut book, &context).expect("the world is well");
        assert!(decision.is_none(), "{key} {what}");
        assert_eq!(book, desk.book);
    }
}
