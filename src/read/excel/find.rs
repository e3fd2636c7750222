//! Which row is the header: found by its labels, not only in the first row.

use super::request::Request;
use crate::read::{Cell, SheetRow};

/// What a cell says as a label.
pub(super) fn label(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Number(text) | Cell::Date(text) | Cell::Error(text) => {
            text.clone()
        }
        Cell::Bool(truth) => truth.to_string(),
    }
}

/// How much of a header a row is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Likeness {
    /// It has every column that must be there.
    pub(super) whole: bool,
    /// How many of the format's labels it has.
    pub(super) known: usize,
}

/// How much of a header a row is; `None`: it has no label of the format.
pub(super) fn likeness(row: &SheetRow, request: &Request) -> Option<Likeness> {
    let labels = row
        .cells
        .iter()
        .map(|(_, cell)| crate::format::folded(&label(cell)));
    let labels: Vec<String> = labels.collect();
    let has = |field: &Vec<String>| field.iter().any(|label| labels.contains(label));
    let fields = request.labels.iter();
    let mut likeness = Likeness {
        whole: true,
        known: 0,
    };
    for (field, required) in fields {
        let there = has(field);
        likeness.known += usize::from(there);
        likeness.whole &= there || !required;
    }
    (likeness.known > 0).then_some(likeness)
}

/// The header among the first rows of a sheet: the row that has all required columns and the most labels; the first of
/// equals.
pub(super) fn header(rows: &[SheetRow], request: &Request) -> Option<(usize, Likeness)> {
    let mut best: Option<(usize, Likeness)> = None;
    for (at, row) in rows.iter().enumerate() {
        let found = likeness(row, request);
        if let Some(found) = found
            && best.is_none_or(|(_, best)| found > best)
        {
            best = Some((at, found));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet's rows, and which of them is the header, whole or not.
    type Row<'r> = (&'r [&'r str], Option<(usize, bool)>);

    #[test]
    fn the_header_is_the_first_row_that_is_most_like_it() {
        let labels = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
        let request = Request {
            labels: vec![
                (labels("försäkringsnr|nr"), true),
                (labels("belopp"), true),
                (labels("kommentar"), false),
            ],
            ..Request::default()
        };
        let rows: &[Row<'_>] = &[
            (&["Nr;Belopp"], Some((0, true))),
            (&["Rapport", "2026", "NR ; Belopp;x"], Some((2, true))),
            (
                &[
                    "Nr",
                    "nr;belopp",
                    "nr;belopp;Kommentar",
                    "nr;belopp;kommentar",
                ],
                Some((2, true)),
            ),
            (&["Kommentar", "nr;kommentar"], Some((1, false))),
            (&["Nr;Kommentar;x", "Försäkringsnr;belopp"], Some((1, true))),
            (&["a", "b"], None),
            (&[], None),
        ];
        for (sheet, expected) in rows {
            let sheet: Vec<SheetRow> = (0..)
                .zip(*sheet)
                .map(|(row, labels)| SheetRow {
                    row,
                    cells: (0..)
                        .zip(labels.split(';'))
                        .map(|(column, label)| (column, Cell::Text(label.to_owned())))
                        .collect(),
                    fault: None,
                })
                .collect();
            let found = header(&sheet, &request).map(|(at, likeness)| (at, likeness.whole));
            assert_eq!(found, *expected);
        }
    }
}
