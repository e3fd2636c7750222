//! What a bank's file tells again: of payments alike the book has some, and as many of the file's records are known.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::cash::is_none;
use super::known::{file_of, of_one_file};
use crate::model::Brief;

/// How often money, or what went back of it, is there alike, and was told again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Retold {
    /// How many alike are in the book beside it and before it.
    #[serde(rename = "n")]
    others: u32,
    /// The file that told of them again last.
    #[serde(default, rename = "f", skip_serializing_if = "Option::is_none")]
    file: Option<CompactString>,
    /// How many records of that file did.
    #[serde(default, rename = "r", skip_serializing_if = "is_none")]
    records: u32,
}

impl Retold {
    /// What is added as one more beside this.
    pub(super) fn one_more(this: Option<&Self>) -> Self {
        Self {
            others: this.map_or(0, |this| this.others) + 1,
            ..Self::default()
        }
    }

    /// Whether a record of a bank's file tells again what the book has under `newest`, and those before it, alike. Two
    /// records of one file are two payments, so that each in the book is told again once by a file.
    pub(super) fn is_told(this: Option<&Self>, newest: &str, record: &str) -> bool {
        let all = this.map_or(0, |this| this.others) + 1;
        !of_one_file(newest, record) && Self::told_by(this, record) < all
    }

    /// Notes that a record of a bank's file told it again.
    pub(super) fn tell(this: &mut Option<Box<Self>>, record: &str) {
        let records = Self::told_by(this.as_deref(), record) + 1;
        let this = this.get_or_insert_default();
        this.file = Some(file_of(record).into());
        this.records = records;
    }

    fn told_by(this: Option<&Self>, record: &str) -> u32 {
        let of_this_file = |this: &&Self| this.file.as_deref() == Some(file_of(record));
        this.filter(of_this_file).map_or(0, |this| this.records)
    }

    #[cfg(test)]
    pub(super) fn forget(this: &mut Option<Box<Self>>) {
        if let Some(known) = this {
            (known.file, known.records) = (None, 0);
        }
        this.take_if(|known| known.others == 0);
    }

    pub(super) fn write(&self, to: &mut Brief) {
        to.open("t");
        to.whole("n", self.others.into());
        to.given("f", self.file.as_deref());
        if self.records != 0 {
            to.whole("r", self.records.into());
        }
        to.close();
    }
}
