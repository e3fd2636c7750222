//! Exit codes: what scripts and cron lines go by.

use std::process::ExitCode;

/// How a command ended. Public: a number is never given another meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: nothing wrong; nothing to do is nothing wrong.
    Good,
    /// 1: some records or batches were rejected or quarantined.
    SomeRejected,
    /// 2: wrong use of the command line, or wrong settings; nothing was done.
    WrongUse,
    /// 3: another run holds the site; nothing was done.
    SiteHeld,
    /// 4: the run could not finish (disk, ledger, or a fault of the program itself); running again is safe.
    Unfinished,
    /// 5: `audit` found a break.
    AuditBreak,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::SomeRejected => 1,
            Self::WrongUse => 2,
            Self::SiteHeld => 3,
            Self::Unfinished => 4,
            Self::AuditBreak => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command did nothing, in words for the person who typed it: exit 2.
#[derive(Debug)]
pub struct WrongUse(pub String);

impl std::fmt::Display for WrongUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUse {}

/// An error that ends the command with exit 2.
pub fn wrong_use(message: impl Into<String>) -> anyhow::Error {
    WrongUse(message.into()).into()
}
