//! Random instructions, decided twice: by the line, and by a second model that is slow and obvious. It counts in whole
//! öre, keeps everything in plain lists, works balances out anew from all that ever happened, and knows nothing of tables.

use proptest::prelude::*;

use super::second::{Model, Money};
use super::{Desk, ocr};
use crate::model::{Decision, Outcome};

/// What is asked; `usize`s choose among what there is.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    Owe(u64, i64, i64, i64),
    Pay(Option<u8>, i64, bool),
    PayAgain(usize),
    Back(usize, i64),
    Match(usize),
    Credit(usize, i64),
    Disburse(i64),
    Block(bool),
    Default,
}

fn asked() -> impl Strategy<Value = Asked> {
    let cents = || prop_oneof![1_i64..40_000, Just(10_000_i64)];
    let who = prop_oneof![6 => Just(Some(1)), 1 => Just(Some(2)), 1 => Just(None)];
    prop_oneof![
        5 => (0_u64..6, 0_i64..20_000, 0_i64..3_000, 0_i64..500).prop_map(|(due, pri, int, fee)| Asked::Owe(due, pri, int, fee)),
        7 => (who, cents(), prop::bool::weighted(0.3)).prop_map(|(who, amount, ahead)| Asked::Pay(who, amount, ahead)),
        1 => (0_usize..20).prop_map(Asked::PayAgain),
        4 => (0_usize..20, cents()).prop_map(|(which, amount)| Asked::Back(which, amount)),
        2 => (0_usize..20).prop_map(Asked::Match),
        2 => (0_usize..20, 1_i64..15_000).prop_map(|(which, amount)| Asked::Credit(which, amount)),
        1 => (1_i64..60_000).prop_map(Asked::Disburse),
        1 => any::<bool>().prop_map(Asked::Block),
        1 => Just(Asked::Default),
    ]
}

fn crowns(ore: i64) -> String {
    format!(
        "{}{}.{:02}",
        if ore < 0 { "-" } else { "" },
        ore.abs() / 100,
        ore.abs() % 100
    )
}

/// The desk, and what it needs to ask again: each payment's record.
struct Asking {
    desk: Desk,
    paid: Vec<String>,
    owed: usize,
    notes: usize,
}

impl Asking {
    fn ask(&mut self, asked: &Asked) -> Option<Decision> {
        let desk = &mut self.desk;
        let value = "currency=SEK value_date=2026-11-20";
        Some(match asked {
            Asked::Owe(due, principal, interest, fee) => {
                let number = self.owed;
                let lines = format!(
                    "line.PRI={} line.INT={} line.COF={}",
                    crowns(*principal),
                    crowns(*interest),
                    crowns(*fee)
                );
                let record = format!(
                    "contract_no=L1 receivable_no=R{number:03} receivable_type=P billing_date=2026-11-01 due_date=2026-11-{:02} currency=SEK {lines}",
                    17 + due
                );
                let decision = desk.send("loan.receivable", &record);
                if decision.outcome == Outcome::Accepted {
                    self.owed += 1;
                    // Billed at once, so that it can be credited.
                    if desk.show("L1")["receivables"]
                        .as_array()
                        .is_some_and(|all| {
                            all.iter()
                                .any(|one| one["receivable_no"] == format!("R{number:03}"))
                        })
                    {
                        desk.good("loan.invoice", &format!("contract_no=L1 receivable_no=R{number:03} invoice_no=I{number:03} reference_no=18"));
                    }
                }
                decision
            }
            Asked::Pay(who, amount, ahead) => {
                let whose = match who {
                    Some(number) => format!("reference_no={}", ocr((*number).into())),
                    None => "contract_no=L9".to_owned(),
                };
                let record = format!(
                    "{whose} amount={} premature={ahead} bank_reference=B{} {value}",
                    crowns(*amount),
                    self.paid.len()
                );
                self.paid.push(record.clone());
                desk.send("loan.repayment", &record)
            }
            Asked::PayAgain(which) => {
                let record = self.paid.get(which % self.paid.len().max(1))?.clone();
                desk.send("loan.repayment", &record)
            }
            Asked::Back(which, amount) => desk.send(
                "loan.reversal",
                &format!("bank_reference=B{which} amount={} {value}", crowns(*amount)),
            ),
            Asked::Match(which) => desk.send(
                "loan.match",
                &format!("contract_no=L1 bank_reference=B{which}"),
            ),
            Asked::Credit(which, amount) => {
                self.notes += 1;
                let record = format!(
                    "contract_no=L1 invoice_no=I{which:03} credit_note_no=N{} amount={} currency=SEK",
                    self.notes,
                    crowns(*amount)
                );
                desk.send("loan.credit-note", &record)
            }
            Asked::Disburse(amount) => {
                let to = "iban=SE4550000000058398257466 creditor_name=Eva";
                desk.send(
                    "loan.disburse",
                    &format!(
                        "contract_no=L1 amount={} currency=SEK {to}",
                        crowns(*amount)
                    ),
                )
            }
            Asked::Block(on) => desk.send(
                "loan.contract",
                &format!(
                    "contract_no=L1 action={}",
                    if *on { "block" } else { "unblock" }
                ),
            ),
            Asked::Default => desk.send("loan.default", "contract_no=L1"),
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_models_agree(steps in prop::collection::vec(asked(), 1..40)) {
        let mut desk = Desk::new();
        desk.good("loan.contract", &super::book::import("L1", 1, "300").replace("amount=100000", "amount=500"));
        let mut asking = Asking { desk, paid: Vec::new(), owed: 0, notes: 0 };
        let mut model = Model {
            state: "ACTIVE",
            before: "",
            disbursed: 30_000,
            receivables: Vec::new(),
            money: Vec::new(),
            order: Vec::new(),
        };
        let mut sums = [0_i64; 5];
        for asked in &steps {
            let expected = model.ask(asked);
            let Some(decision) = asking.ask(asked) else { continue };
            prop_assert_eq!(decision.outcome, expected, "{:?}: {:?}", asked, decision.findings);
            for moved in &decision.money {
                let parts = [moved.received, moved.reversed, moved.allocated, moved.unallocated, moved.unmatched];
                for (sum, part) in sums.iter_mut().zip(parts) {
                    let mut ore = part;
                    ore.rescale(2);
                    *sum += i64::try_from(ore.mantissa()).expect("small");
                }
            }
            let shown = asking.desk.show("L1");
            prop_assert_eq!(shown["state"].as_str(), Some(model.state), "{:?}", asked);
            let balances = [
                ("outstanding", model.outstanding()),
                ("open_receivables", model.all_open()),
                ("unallocated", model.unallocated()),
            ];
            for (name, expected) in balances {
                prop_assert_eq!(shown[name].as_str().map(str::to_owned), Some(crowns(expected)), "{} {:?}", name, asked);
            }
        }
        // All that moved adds up to what there is.
        let apart: i64 = model.money.iter().filter(|money| !money.ours).map(Money::left).sum();
        let allocated: i64 = model.money.iter().flat_map(|money| &money.pays).map(|(_, amount)| amount).sum();
        let received: i64 = model.money.iter().map(|money| money.amount).sum();
        let reversed: i64 = model.money.iter().map(|money| money.back).sum();
        prop_assert_eq!(sums, [received, reversed, allocated, model.unallocated(), apart]);
    }
}
