//! Trials of one promise, counted and told.

use std::io::Write as _;

/// How many trials to make: the first number in CI, the second on request.
pub(crate) fn trials(ci: usize, full: usize) -> usize {
    match std::env::var("SLUSS_TRIALS").as_deref() {
        Err(_) | Ok("full") => full,
        Ok("ci") => ci,
        Ok(number) => number
            .parse()
            .expect("SLUSS_TRIALS: `ci`, `full` or a number"),
    }
}

/// What came of the trials of one promise.
pub(crate) struct Trials {
    promise: &'static str,
    done: usize,
    faults: Vec<String>,
}

impl Trials {
    /// None yet.
    pub(crate) fn of(promise: &'static str) -> Self {
        Self {
            promise,
            done: 0,
            faults: Vec::new(),
        }
    }

    /// Counts a trial; `fault` says how the promise was broken.
    pub(crate) fn count(&mut self, fault: Option<String>) {
        self.done += 1;
        if let Some(fault) = fault {
            // At once: many trials take hours.
            writeln!(
                std::io::stderr(),
                "{}: trial {}: {fault}",
                self.promise,
                self.done
            )
            .expect("standard error");
            self.faults.push(fault);
        }
    }

    /// Tells the figures, past the test harness, and fails where the promise was broken.
    pub(crate) fn end(self) {
        assert!(self.done > 0, "{}: no trial at all", self.promise);
        let bound = match self.faults.len() {
            // The rule of three, rounded up to hundredths of a per cent.
            0 => {
                let hundredths = 30_000_usize.div_ceil(self.done);
                format!("{}.{:02} %", hundredths / 100, hundredths % 100)
            }
            _ => "-".to_owned(),
        };
        let line = format!(
            "torture: {}: {} trials, {} failures, 95 % bound {bound}",
            self.promise,
            self.done,
            self.faults.len()
        );
        if cfg!(feature = "torture") {
            writeln!(std::io::stderr(), "{line}").expect("standard error");
        }
        if let Some(path) = std::env::var_os("SLUSS_FIGURES") {
            let file = std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(path);
            writeln!(file.expect("the file of figures"), "{line}").expect("the figures");
        }
        let shown: Vec<&str> = self.faults.iter().take(20).map(String::as_str).collect();
        assert!(self.faults.is_empty(), "{line}\n{}", shown.join("\n"));
    }

    /// Of a broken promise: at least one trial must have seen it.
    pub(crate) fn must_have_failed(self) {
        assert!(
            !self.faults.is_empty(),
            "{}: {} trials of a broken promise, and none noticed it",
            self.promise,
            self.done
        );
    }
}

/// Numbers that look random, and are the same for the same seed (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    /// By `SLUSS_SEED`, or always the same.
    pub(crate) fn seeded(salt: u64) -> Self {
        let seed = std::env::var("SLUSS_SEED").map_or(20_261_120, |seed| {
            seed.parse().expect("SLUSS_SEED is a number")
        });
        Self((seed ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15)).max(1))
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }
}
