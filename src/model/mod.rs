//! The words that every other module uses: values, places, findings, instructions, decisions. No IO, no rules.

pub mod bank_days;
pub mod blank;
pub mod brief;
pub mod day;
pub mod decision;
pub mod digits;
pub mod family;
pub mod finding;
pub mod hmac;
pub mod ids;
pub mod instruction;
pub mod json;
pub mod kind;
pub mod money;
pub mod object;
pub mod place;
pub mod sum;
pub mod value;
pub mod whole;

pub use bank_days::BankDays;
pub use brief::{Brief, Scan};
pub use day::{Day, Instant, instant};
pub use decision::{Decision, Event, Movement, Order, OrderStatus, Outcome, Told};
pub use digits::Digits;
pub use finding::{Finding, Shown, one_of};
pub use hmac::Hmac;
pub use instruction::{AmountRead, Checked, Hidden, Instruction, Source};
pub use json::Json;
pub use kind::{FieldSpec, FieldType, KindSpec, Need};
pub use money::Currency;
pub use object::Object;
pub use place::Place;
pub use sum::ExactSum;
pub use value::{Fields, Personal, Value};
pub use whole::Whole;
