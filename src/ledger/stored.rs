//! Changes as the table has them, as far as names and state go.

use anyhow::{Context as _, Result};
use rusqlite::Row;

use super::heads::ByHash;

/// A change.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stored<'a> {
    pub(super) key: Option<&'a str>,
    pub(super) also: Option<&'a str>,
    pub(super) state: Option<&'a str>,
}

impl<'a> Stored<'a> {
    /// From the columns of a row, from this one on.
    pub(super) fn from(row: &'a Row<'_>, at: usize) -> Result<Self> {
        let text = |at| -> Result<Option<&str>> { Ok(row.get_ref(at)?.as_str_or_null()?) };
        Ok(Self {
            key: text(at)?,
            also: text(at + 1)?,
            state: text(at + 2)?,
        })
    }

    /// The n-th of its names, as a head says it.
    pub(super) fn name(self, n: u8) -> Result<Option<String>> {
        let Some(n) = n.checked_sub(1) else {
            return Ok(self.key.map(str::to_owned));
        };
        let Some(also) = self.also else {
            return Ok(None);
        };
        let mut names: Vec<String> = serde_json::from_str(also)?;
        Ok((usize::from(n) < names.len()).then(|| names.swap_remove(n.into())))
    }

    pub(super) fn is_named(self, n: u8, name: &str) -> Result<bool> {
        let Some(n) = n.checked_sub(1) else {
            return Ok(self.key == Some(name));
        };
        let also = self
            .also
            .context("a head points past the names of its change")?;
        if let Some(mut names) = plain(also) {
            return Ok(names.nth(n.into()) == Some(name));
        }
        let names: Vec<std::borrow::Cow<'_, str>> = serde_json::from_str(also)?;
        Ok(names.get(usize::from(n)).is_some_and(|found| found == name))
    }
}

/// The names in a list in which nothing is escaped, as in most: without a parser, and without memory of its own.
fn plain(list: &str) -> Option<impl Iterator<Item = &str>> {
    let names = list.strip_prefix("[\"")?.strip_suffix("\"]")?;
    (!names.contains('\\')).then(|| names.split("\",\""))
}

/// Changes by their ids. All their texts stand in one.
#[derive(Default)]
pub(super) struct Changes {
    places: ByHash<Place>,
    text: String,
}

/// Where the texts of a change begin, and how long they are; `NONE`: there is none.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    lengths: [u32; 3],
}

const NONE: u32 = u32::MAX;

impl Changes {
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.text.clear();
    }

    pub(super) fn has(&self, id: i64) -> bool {
        self.places.contains_key(&id)
    }

    pub(super) fn get(&self, id: i64) -> Option<Stored<'_>> {
        let place = self.places.get(&id)?;
        let mut start = place.start;
        let [key, also, state] = place.lengths.map(|length| {
            let end = start + if length == NONE { 0 } else { length as usize };
            let text = &self.text[std::mem::replace(&mut start, end)..end];
            (length != NONE).then_some(text)
        });
        Some(Stored { key, also, state })
    }

    pub(super) fn insert(&mut self, id: i64, stored: Stored<'_>) -> Result<()> {
        let start = self.text.len();
        let mut lengths = [NONE; 3];
        let texts = [stored.key, stored.also, stored.state];
        for (length, text) in lengths.iter_mut().zip(texts) {
            if let Some(text) = text {
                *length = u32::try_from(text.len())?;
                self.text.push_str(text);
            }
        }
        self.places.insert(id, Place { start, lengths });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_found_with_its_texts() {
        let mut changes = Changes::default();
        for id in 0..50_i64 {
            let (key, state) = (
                format!("i:{id}"),
                "x".repeat(usize::try_from(id).expect("few")),
            );
            let stored = Stored {
                key: (id % 2 == 0).then_some(&*key),
                also: (id % 3 == 0).then_some("[]"),
                state: (id % 5 != 0).then_some(&*state),
            };
            changes.insert(id, stored).expect("it fits");
        }
        for id in 0..50_i64 {
            let stored = changes.get(id).expect("it is there");
            assert_eq!(stored.key.is_some(), id % 2 == 0);
            assert_eq!(stored.key.unwrap_or(&format!("i:{id}")), format!("i:{id}"));
            assert_eq!(stored.also, (id % 3 == 0).then_some("[]"));
            let length = stored
                .state
                .map(|state| i64::try_from(state.len()).expect("few"));
            assert_eq!(length, (id % 5 != 0).then_some(id));
        }
        changes.clear();
        assert!(!changes.has(1) && changes.get(1).is_none());
    }

    #[test]
    fn a_change_has_the_names_of_its_list() {
        for names in [
            &["a"][..],
            &["a", "b", "c"],
            &["a\"b", "c"],
            &["a\\", "\",\"", "å"],
            &["", ""],
        ] {
            let also = serde_json::to_string(names).expect("a list");
            let stored = Stored {
                key: Some("k"),
                also: Some(&also),
                state: None,
            };
            assert!(stored.is_named(0, "k").expect("read"));
            assert_eq!(stored.name(0).expect("read").as_deref(), Some("k"));
            for (n, name) in (1..).zip(names) {
                assert!(stored.is_named(n, name).expect("read"), "{also} {n}");
                assert!(!stored.is_named(n, "k").expect("read"), "{also} {n}");
                assert_eq!(stored.name(n).expect("read").as_deref(), Some(*name));
            }
            let past = u8::try_from(names.len()).expect("few") + 1;
            assert!(!stored.is_named(past, "").expect("read"), "{also}");
            assert_eq!(stored.name(past).expect("read"), None);
        }
        assert!(Stored::default().is_named(1, "a").is_err());
    }
}
