//! Files of Bankgirot's incoming payments.

use std::io::Write;

use anyhow::Result;

use crate::values::{Random, first_name, last_name, ocr};
use crate::{Options, write_line};

/// Payments of one section, and so of one deposit.
const SECTION: u64 = 5_000;

/// Incoming payments as Bankgirot tells of them: sections of one payee; every second payer has name, address and, now and
/// then, a number and words of his own. A bad one has a reference that nobody has.
pub(crate) fn write(options: &Options, random: &mut Random, out: &mut impl Write) -> Result<()> {
    let mut put = |text: String| {
        let mut line = format!("{text:80}");
        write_line(out, &mut line)
    };
    put(format!("01{:20}0120261120013000{:06}P", "BGMAX", 0))?;
    let mut sections = 0;
    for first in (0..options.rows).step_by(usize::try_from(SECTION)?) {
        put("050009912346          SEK".to_owned())?;
        sections += 1;
        let mut sum = 0;
        let rows = first..options.rows.min(first + SECTION);
        let count = rows.end - rows.start;
        for row in rows {
            let bad = random.below(1000) < options.bad;
            let mut reference = ocr(row % options.book);
            if bad {
                reference.push('0');
            }
            let ore = match random.below(10) {
                0 => 50_000 + random.below(40_000),
                _ => 310_000,
            };
            sum += ore;
            let kind = if bad { 3 } else { 2 };
            let serial = format!("5{:02}{row:09}", options.seed % 100);
            put(format!(
                "20{:010}{reference:>25}{ore:018}{kind}1{serial}0",
                5_050_000 + random.below(1_000)
            ))?;
            if row % 2 == 0 {
                continue;
            }
            if random.below(20) == 0 {
                put(format!("25Betalning av lån, avi {row}"))?;
            }
            let first = first_name(random);
            let last = last_name(random);
            put(format!("26{:35}", format!("{first} {last}")))?;
            put(format!(
                "27{:35}{:9}",
                format!("Storgatan {}", row % 90),
                "114 55"
            ))?;
            put("28Stockholm".to_owned())?;
            if random.below(20) == 0 {
                put(format!("29{:012}", 5_560_000_000_u64 + row % 1_000_000))?;
            }
        }
        put(format!(
            "15{:19}{:16}20261120{sections:05}{sum:018}SEK{count:08}",
            "", "3300001234567890"
        ))?;
    }
    put(format!(
        "70{:08}{:08}{:08}{sections:08}",
        options.rows, 0, 0
    ))
}
