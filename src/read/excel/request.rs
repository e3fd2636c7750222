//! What the child is asked: limits, and how to find the sheet and its header.

use serde::{Deserialize, Serialize};

use crate::format::{ExcelRules, Format};
use crate::read::ReadLimits;

/// The child's whole errand, as its one argument.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    /// Bytes unpacked.
    pub(super) inflated: u64,
    /// Unpacked to packed.
    pub(super) ratio: u64,
    /// Columns of a row.
    pub(super) columns: u32,
    /// Seconds of processor time.
    pub(super) seconds: u64,
    /// Pattern of the sheet's name.
    pub(super) sheet: Option<String>,
    /// Rows from the top that the header may stand in.
    pub(super) header_within: u32,
    /// Blank rows in a row that end the data; 0: none do.
    pub(super) blank_rows_end: u32,
    /// The labels of each field, in lower case, and whether its column must be there.
    pub(super) labels: Vec<(Vec<String>, bool)>,
}

impl Request {
    pub(super) fn new(
        format: &Format,
        rules: &ExcelRules,
        limits: &ReadLimits,
        seconds: u64,
    ) -> Self {
        let fields = format.fields.iter();
        Self {
            inflated: limits.inflated,
            ratio: limits.ratio,
            columns: limits.columns,
            seconds,
            sheet: rules
                .sheet
                .as_ref()
                .map(|pattern| pattern.as_str().to_owned()),
            header_within: rules.header_within,
            blank_rows_end: rules.blank_rows_end,
            labels: fields
                .map(|field| (field.labels.clone(), field.column_required))
                .collect(),
        }
    }
}
