//! Ending an insurance, what goes back, and undoing it.

use serde_json::json;

use super::{Desk, codes, events};
use crate::model::decision::OrderValue;
use crate::model::{Decision, OrderStatus, Outcome};

/// An active insurance with a year's premium paid, on a later day.
fn paid(today: &str) -> Desk {
    let mut desk = Desk::with("active");
    let year = "insurance_no=I1 amount=1200 currency=SEK value_date=2026-11-20 period_start=2026-11-20 period_end=2027-11-19";
    desk.good("insurance.premium-paid", year);
    desk.to(today);
    desk
}

/// The orders, as `status amount`.
fn orders(decision: &Decision) -> Vec<String> {
    let one = |order: &crate::model::Order| match &order.columns[0].1 {
        OrderValue::Amount(amount, currency) => {
            format!("{} {amount} {currency}", order.status.as_str())
        }
        OrderValue::Text(text) => panic!("{text} is no amount"),
    };
    decision.orders.iter().map(one).collect()
}

fn cancel(desk: &mut Desk, fields: &str) -> Decision {
    desk.good("insurance.cancel", &format!("insurance_no=I1 {fields}"))
}

#[test]
fn what_goes_back_depends_on_reason_and_day() {
    let rows = [
        // today, what is asked, what goes back
        // Within 30 days of the start, day 30 included, a customer gets everything.
        ("2026-12-20", "reason=customer~request", "1200.00"),
        ("2026-12-21", "reason=customer~request", "1094.79"),
        (
            "2026-12-21",
            "reason=customer~request effective_date=2026-12-20",
            "1200.00",
        ),
        ("2026-12-20", "reason=loan~repaid", "1098.08"),
        ("2026-11-20", "reason=death", "1196.71"),
        ("2027-11-18", "reason=loan~moved", "3.29"),
        ("2027-11-19", "reason=loan~moved", ""),
        ("2028-01-01", "reason=fraud", ""),
        (
            "2027-05-21",
            "reason=replaced effective_date=2027-05-01",
            "664.11",
        ),
    ];
    for (today, fields, back) in rows {
        let mut desk = paid(today);
        let decision = cancel(&mut desk, fields);
        let expected: Vec<String> = if back.is_empty() {
            Vec::new()
        } else {
            vec![format!("held {back} SEK")]
        };
        assert_eq!(orders(&decision), expected, "{today} {fields}");
        let note = if back.is_empty() {
            ""
        } else {
            "refund_held:payout_method"
        };
        assert_eq!(codes(&decision), note, "{today} {fields}");
        assert_eq!(events(&decision), ["insurance.cancelled cancelled"]);
    }
}

#[test]
fn a_late_registration_lengthens_the_time_to_think() {
    let mut desk = Desk::new();
    desk.good(
        "insurance.register",
        &super::register().replace("start_date=2026-11-20", "start_date=2026-10-01"),
    );
    let year = "insurance_no=I1 amount=365 currency=SEK value_date=2026-11-20 period_start=2026-10-01 period_end=2027-09-30";
    desk.good("insurance.premium-paid", year);
    desk.to("2026-12-20");
    let decision = cancel(&mut desk, "reason=customer~request");
    assert_eq!(orders(&decision), ["held 365.00 SEK"]);
}

#[test]
fn dates_before_the_start_are_refused_and_none_acts_today() {
    let mut desk = Desk::new();
    let fields = super::register().replace("start_date=2026-11-20", "start_date=2027-03-01");
    desk.good("insurance.register", &fields);
    let year = "insurance_no=I1 amount=1200 currency=SEK value_date=2026-11-20 period_start=2027-01-01 period_end=2027-12-31";
    desk.good("insurance.premium-paid", year);
    for date in ["2026-11-20", "2026-12-01", "2027-02-28", "2026-01-01"] {
        for reason in ["loan~repaid", "non~payment"] {
            let asked = format!("insurance_no=I1 reason={reason} effective_date={date}");
            assert_eq!(
                desk.refused("insurance.cancel", &asked),
                "date_order:effective_date",
                "{asked}"
            );
        }
    }
    let decision = cancel(&mut desk.clone(), "reason=loan~repaid");
    assert_eq!(decision.outcome, Outcome::Accepted);
    assert_eq!(orders(&decision), ["held 1200.00 SEK"]);
    // Notice moves it, and it is still before the start when it takes effect.
    let decision = cancel(&mut desk, "reason=non~payment");
    assert_eq!(
        (decision.outcome, codes(&decision).as_str()),
        (Outcome::Scheduled, "date_moved:effective_date")
    );
    let carried = desk.to("2026-12-04");
    assert_eq!(orders(&carried[0].1), ["held 1200.00 SEK"]);
}

#[test]
fn non_payment_gives_notice() {
    let rows = [
        ("", "2026-12-04", "date_moved:effective_date"),
        (
            "effective_date=2026-11-20",
            "2026-12-04",
            "date_moved:effective_date",
        ),
        (
            "effective_date=2026-12-03",
            "2026-12-04",
            "date_moved:effective_date",
        ),
        ("effective_date=2026-12-04", "2026-12-04", ""),
        ("effective_date=2026-12-24", "2026-12-24", ""),
    ];
    for (asked, date, note) in rows {
        let mut desk = Desk::with("active");
        let decision = cancel(&mut desk, &format!("reason=non~payment {asked}"));
        assert_eq!(
            (decision.outcome, codes(&decision).as_str()),
            (Outcome::Scheduled, note),
            "{asked}"
        );
        assert_eq!(
            events(&decision),
            ["insurance.cancellation_scheduled active"],
            "{asked}"
        );
        assert_eq!(
            decision.events[0].told.json().value(),
            json!({ "reason": "non_payment", "effective_date": date }),
            "{asked}"
        );
        assert_eq!(desk.dues(), [format!("{date} insurance.cancel")], "{asked}");
    }
}

#[test]
fn a_later_day_is_kept_and_carried_out() {
    let mut desk = paid("2026-11-20");
    desk.good(
        "insurance.payout",
        "insurance_no=I1 payout_method=bankgiro payout_account=9912346",
    );
    let decision = cancel(&mut desk, "reason=loan~repaid effective_date=2026-12-20");
    assert_eq!(
        (decision.outcome, decision.state.as_ref()),
        (Outcome::Scheduled, "active")
    );
    assert_eq!(decision.message, "takes effect on 2026-12-20");
    let second = desk.refused("insurance.cancel", "insurance_no=I1 reason=fraud");
    assert_eq!(second, "cancellation_scheduled");
    let carried = desk.to("2027-03-01");
    assert_eq!(carried.len(), 1);
    let (what, decision) = &carried[0];
    assert_eq!(
        (what.as_str(), decision.outcome),
        ("insurance.cancel", Outcome::Accepted)
    );
    assert_eq!(events(decision), ["insurance.cancelled cancelled"]);
    assert_eq!(orders(decision), ["ordered 1098.08 SEK"]);
    let columns: Vec<&str> = decision.orders[0]
        .columns
        .iter()
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(
        columns,
        [
            "amount",
            "currency",
            "payout_method",
            "payout_account",
            "payout_clearing",
            "payout_iban",
            "payout_bic"
        ]
    );
    assert_eq!(desk.show("I1")["cancelled_on"], "2026-12-20");
}

#[test]
fn a_scheduled_cancellation_whose_product_is_gone_is_refused_and_gone() {
    let mut desk = Desk::with("active");
    cancel(&mut desk, "reason=loan~repaid effective_date=2026-12-20");
    desk.products.insurance.clear();
    let carried = desk.to("2026-12-20");
    assert_eq!(carried[0].1.outcome, Outcome::Rejected);
    assert_eq!(codes(&carried[0].1), "unknown_product:product");
    assert_eq!(
        (desk.state("I1").as_str(), desk.dues().len()),
        ("active", 0)
    );
}

#[test]
fn a_scheduled_cancellation_can_be_withdrawn() {
    let mut desk = Desk::with("active");
    cancel(&mut desk, "reason=death effective_date=2026-12-20");
    let decision = desk.good("insurance.reactivate", "insurance_no=I1");
    assert_eq!(
        events(&decision),
        ["insurance.cancellation_withdrawn active"]
    );
    assert_eq!(desk.dues(), [""; 0]);
    // The table lets only an active insurance withdraw.
    let mut desk = Desk::with("approved");
    cancel(&mut desk, "reason=death effective_date=2026-12-20");
    assert_eq!(
        desk.refused("insurance.reactivate", "insurance_no=I1"),
        "not_cancelled"
    );
}

#[test]
fn a_held_refund_is_released_under_its_id_or_withdrawn() {
    let mut desk = paid("2026-12-20");
    let held = cancel(&mut desk, "reason=loan~repaid").orders.remove(0);
    assert_eq!(held.status, OrderStatus::Held);
    let mut undone = desk.clone();

    let payout =
        "insurance_no=I1 payout_method=account payout_clearing=3300 payout_account=8501019981";
    let decision = desk.good("insurance.payout", payout);
    assert_eq!(decision.orders[0].id, held.id);
    assert_eq!(decision.orders[0].kind, "Refund");
    assert_eq!(orders(&decision), ["ordered 1098.08 SEK"]);
    assert_eq!(decision.references, [("refund", (*held.id).into())]);
    assert_eq!(decision.state, "cancelled");
    let again = desk.good(
        "insurance.payout",
        "insurance_no=I1 payout_method=bankgiro payout_account=9912346",
    );
    assert_eq!(orders(&again), [""; 0]);

    let decision = undone.good("insurance.reactivate", "insurance_no=I1");
    assert_eq!(
        (decision.orders[0].id.clone(), orders(&decision)),
        (held.id, vec!["withdrawn 1098.08 SEK".to_owned()])
    );
    assert_eq!(
        decision.events[0].told.json().value(),
        json!({ "refund": null })
    );
    // Nothing went back: all of it counts when it ends again.
    let decision = cancel(&mut undone, "reason=loan~repaid");
    assert_eq!(orders(&decision), ["held 1098.08 SEK"]);
}

#[test]
fn a_refund_that_was_ordered_is_premium_due_again() {
    let mut desk = paid("2026-12-20");
    desk.good(
        "insurance.payout",
        "insurance_no=I1 payout_method=bankgiro payout_account=9912346",
    );
    assert_eq!(
        orders(&cancel(&mut desk, "reason=customer~request")),
        ["ordered 1200.00 SEK"]
    );
    let decision = desk.good("insurance.reactivate", "insurance_no=I1");
    assert_eq!(
        decision.events[0].told.json().value(),
        json!({ "premium_due": "1200.00" })
    );
    assert_eq!(decision.orders.len(), 0);

    // Not paid anew: nothing is left to go back.
    let mut unpaid = desk.clone();
    unpaid.to("2027-05-20");
    assert_eq!(orders(&cancel(&mut unpaid, "reason=loan~repaid")), [""; 0]);

    // Paid anew: it counts as if it had never gone back.
    let year = "insurance_no=I1 amount=1200 currency=SEK value_date=2026-12-21 period_start=2026-11-20 period_end=2027-11-19";
    desk.good("insurance.premium-paid", year);
    desk.to("2027-05-20");
    assert_eq!(
        orders(&cancel(&mut desk, "reason=loan~repaid")),
        ["ordered 601.64 SEK"]
    );
}

#[test]
fn a_cancellation_can_be_undone_in_time_unless_it_is_final() {
    let rows = [
        ("loan~repaid", "2027-02-18", ""),
        ("loan~repaid", "2027-02-19", "reactivation_closed"),
        ("loan~moved", "2026-11-21", ""),
        ("customer~request", "2026-11-21", ""),
        ("death", "2026-11-20", "reactivation_closed"),
        ("fraud", "2026-11-20", "reactivation_closed"),
        ("replaced", "2026-11-20", "reactivation_closed"),
    ];
    for (reason, today, expected) in rows {
        for (state, event) in [
            ("registered", "insurance.reactivated registered"),
            ("approved", "insurance.reactivated approved"),
            ("active", "insurance.reactivated active"),
        ] {
            let mut desk = Desk::with(state);
            cancel(&mut desk, &format!("reason={reason}"));
            desk.to(today);
            let decision = desk.send("insurance.reactivate", "insurance_no=I1");
            assert_eq!(codes(&decision), expected, "{state} {reason} {today}");
            if expected.is_empty() {
                assert_eq!(events(&decision), [event]);
                assert_eq!(desk.state("I1"), state);
            }
        }
    }
}

#[test]
fn what_would_have_ended_meanwhile_is_not_brought_back() {
    let mut desk = Desk::with("active");
    desk.good("insurance.update", "insurance_no=I1 end_date=2026-12-01");
    cancel(&mut desk, "reason=loan~repaid");
    assert_eq!(desk.dues(), [""; 0]);
    let mut late = desk.clone();
    desk.to("2026-12-01");
    desk.good("insurance.reactivate", "insurance_no=I1");
    assert_eq!(desk.dues(), ["2026-12-02 insurance.expire"]);
    late.to("2026-12-02");
    assert_eq!(
        late.refused("insurance.reactivate", "insurance_no=I1"),
        "reactivation_closed"
    );
}

#[test]
fn what_waits_lapses_with_the_insurance() {
    let mut desk = Desk::with("active");
    desk.good("insurance.top-up", "insurance_no=I1 amount=1 currency=SEK");
    let decision = cancel(&mut desk, "reason=loan~repaid");
    assert_eq!(
        events(&decision),
        [
            "insurance.cancelled cancelled",
            "insurance.top_up_lapsed cancelled"
        ]
    );
    assert_eq!(desk.dues(), [""; 0]);
    assert_eq!(desk.show("I1").get("property.PendingTopupAmount"), None);

    let mut desk = Desk::with("approved");
    desk.good(
        "insurance.premium-collection",
        "insurance_no=I1 collection_method=cash",
    );
    desk.good(
        "insurance.activate",
        "insurance_no=I1 effective_date=2026-12-01",
    );
    let decision = cancel(&mut desk, "reason=loan~repaid");
    assert_eq!(
        events(&decision),
        [
            "insurance.cancelled cancelled",
            "insurance.updated cancelled"
        ]
    );
    assert_eq!(
        decision.events[1].told.json().value(),
        json!({ "scheduled_activation_date": null })
    );
    assert_eq!(desk.dues(), [""; 0]);
}
