//! The heads of a stretch in few bytes: as many bits for a place, behind the first one's, for a name and for a change as
//! the largest of them needs.

use anyhow::{Context as _, Result, ensure};

use super::head::{Head, Link, PLACES};

/// Bytes that say how many bits places, names and changes have.
const WIDTHS: usize = 3;

/// How many bits each part of a head has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Widths {
    place: u8,
    name: u8,
    change: u8,
}

impl Widths {
    const MOST: Self = Self {
        place: 43,
        name: 8,
        change: 44,
    };

    /// What these heads need, which stand behind this place.
    fn of(start: i64, heads: &[Head]) -> Self {
        let mut all = (0, 0, 0);
        for head in heads {
            let Link { change, name } = head.link();
            all.0 |= head.at() - start;
            all.1 |= i64::from(name);
            all.2 |= change;
        }
        let bits = |number: i64| (i64::BITS - number.leading_zeros()).to_le_bytes()[0];
        Self {
            place: bits(all.0),
            name: bits(all.1),
            change: bits(all.2),
        }
    }

    const fn to_bytes(self) -> [u8; WIDTHS] {
        [self.place, self.name, self.change]
    }

    fn from_bytes([place, name, change]: [u8; WIDTHS]) -> Option<Self> {
        let (widths, most) = (
            Self {
                place,
                name,
                change,
            },
            Self::MOST,
        );
        let fits = place <= most.place && name <= most.name && change <= most.change;
        fits.then_some(widths)
    }

    /// Bits of a head.
    fn bits(self) -> u32 {
        self.to_bytes().map(u32::from).iter().sum()
    }

    /// Bytes of a head.
    fn size(self) -> usize {
        self.bits().div_ceil(8).max(1) as usize
    }
}

/// The heads of a stretch.
#[derive(Clone, Copy, Default)]
pub(super) struct Stretch<'a> {
    start: i64,
    widths: Widths,
    size: usize,
    /// The bits of a number that are a head's.
    mask: u128,
    count: usize,
    heads: &'a [u8],
}

impl<'a> Stretch<'a> {
    /// As it stands in the table, at this place.
    pub(super) fn of(start: i64, bytes: &'a [u8]) -> Result<Self> {
        let (widths, heads) = bytes
            .split_first_chunk()
            .context("the index has a stretch that ends early")?;
        let widths = Widths::from_bytes(*widths);
        let widths = widths.context("the index has a stretch whose heads are too wide")?;
        let size = widths.size();
        ensure!(
            heads.len().is_multiple_of(size),
            "the index has a head that ends early"
        );
        let stretch = Self {
            start,
            widths,
            size,
            mask: (1 << widths.bits()) - 1,
            count: heads.len() / size,
            heads,
        };
        let last = stretch.count.checked_sub(1);
        let offset = last.map_or(0, |last| low(stretch.number(last), widths.place));
        ensure!(
            (0..PLACES).contains(&start) && offset < PLACES - start,
            "the index has a stretch at no place"
        );
        Ok(stretch)
    }

    /// How many there are.
    pub(super) const fn len(self) -> usize {
        self.count
    }

    fn number(self, n: usize) -> u128 {
        let from = n * self.size;
        let number = if let Some(whole) = self.heads[from..].first_chunk() {
            u128::from_le_bytes(*whole)
        } else {
            let mut whole = [0; size_of::<u128>()];
            whole[..self.size].copy_from_slice(&self.heads[from..from + self.size]);
            u128::from_le_bytes(whole)
        };
        number & self.mask
    }

    /// The place of a head.
    pub(super) fn at(self, n: usize) -> i64 {
        self.place(self.number(n))
    }

    fn place(self, number: u128) -> i64 {
        // Of a row that is damaged, what is not the last may lie beyond all places: no name is found there.
        (self.start + low(number, self.widths.place)).min(PLACES - 1)
    }

    pub(super) fn head(self, n: usize) -> Head {
        let Widths {
            place,
            name,
            change,
        } = self.widths;
        let number = self.number(n);
        let which = low(number >> place, name).to_le_bytes()[0];
        let change = low(number >> (place + name), change);
        let link = Link {
            change,
            name: which,
        };
        Head::new(self.place(number), link)
    }

    /// Its heads, by place.
    pub(super) fn heads(self) -> impl ExactSizeIterator<Item = Head> + 'a {
        (0..self.count).map(move |n| self.head(n))
    }

    /// The place of the last one.
    pub(super) fn last(self) -> Option<i64> {
        self.count.checked_sub(1).map(|n| self.at(n))
    }

    /// How many heads stand before a place, of which at least so many do.
    pub(super) fn before(self, at: i64, least: usize) -> usize {
        let (mut from, mut to) = (least, self.count);
        while from < to {
            let middle = usize::midpoint(from, to);
            if self.at(middle) < at {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from
    }
}

/// The lowest bits of a number.
fn low(number: u128, bits: u8) -> i64 {
    let low = number & ((1 << bits) - 1);
    i64::try_from(low).expect("fewer bits than it has")
}

/// How many bytes these heads, sorted by place, take, and how many of one are of one head.
pub(super) fn size(heads: &[Head]) -> (usize, usize) {
    let start = heads.first().map_or(0, |head| head.at());
    let size = Widths::of(start, heads).size();
    (WIDTHS + heads.len() * size, size)
}

/// How many heads of so many bytes fit.
pub(super) const fn fitting(bytes: usize, size: usize) -> usize {
    (bytes - WIDTHS) / size
}

/// Packs heads, sorted by place: `Stretch::of` reads them.
pub(super) fn pack(heads: &[Head], into: &mut Vec<u8>) {
    into.clear();
    let start = heads.first().map_or(0, |head| head.at());
    let widths = Widths::of(start, heads);
    let size = widths.size();
    into.extend(widths.to_bytes());
    for head in heads {
        let Link { change, name } = head.link();
        let offset = u128::from((head.at() - start).cast_unsigned());
        let number = offset
            | u128::from(name) << widths.place
            | u128::from(change.cast_unsigned()) << (widths.place + widths.name);
        into.extend_from_slice(&number.to_le_bytes()[..size]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(at: i64, change: i64, name: u8) -> Head {
        Head::new(at, Link { change, name })
    }

    #[test]
    fn heads_are_packed_without_loss() {
        let last = PLACES - 1;
        let most = (1 << 44) - 1;
        let rows: [(&[Head], usize); 7] = [
            (&[], 1),
            (&[head(0, 0, 0)], 1),
            (&[head(last, 1, 0)], 1),
            (&[head(7, 3, 0), head(8, 200, 1)], 2),
            (&[head(0, most, 255), head(last, 0, 0)], 12),
            (
                &[
                    head(1 << 42, 5, 2),
                    head((1 << 42) + 255, 6, 1),
                    head(last, 7, 0),
                ],
                6,
            ),
            (&[head(5, 40_000_000, 2), head(22_000_000, 1, 0)], 7),
        ];
        let mut bytes = Vec::new();
        for (heads, each) in rows {
            pack(heads, &mut bytes);
            assert_eq!(size(heads), (bytes.len(), each), "{heads:?}");
            let start = heads.first().map_or(9, |head| head.at());
            let stretch = Stretch::of(start, &bytes).expect("our own");
            assert_eq!(stretch.heads().collect::<Vec<_>>(), heads);
            assert_eq!(stretch.last(), heads.last().map(|head| head.at()));
            for (n, head) in heads.iter().enumerate() {
                assert_eq!(stretch.before(head.at(), 0), n);
                assert_eq!(stretch.before(head.at() + 1, n), n + 1);
            }
        }
    }

    #[test]
    fn they_stand_in_a_book_as_the_schema_says() {
        let mut bytes = Vec::new();
        pack(&[head(10, 3, 0), head(13, 9, 1)], &mut bytes);
        // 2 bits of the place behind the first, 1 of the name, 4 of the change.
        assert_eq!(bytes, [2, 1, 4, 0b0001_1000, 0b0100_1111]);
    }

    #[test]
    fn what_is_damaged_is_told() {
        let mut bytes = Vec::new();
        pack(&[head(5, 3, 0), head(9, 300, 1)], &mut bytes);
        assert!(Stretch::of(5, &bytes).is_ok());
        for start in [-1, PLACES - 4, PLACES, i64::MIN, i64::MAX] {
            assert!(Stretch::of(start, &bytes).is_err(), "{start}");
        }
        for cut in [0, 1, 2, 4, 6] {
            assert!(Stretch::of(5, &bytes[..cut]).is_err(), "{cut}");
        }
        for (at, wide) in [(0, 44), (1, 9), (2, 45), (0, 255)] {
            let mut bytes = [0; 40];
            bytes[at] = wide;
            assert!(Stretch::of(5, &bytes).is_err(), "{at} {wide}");
        }
        // Whatever the bytes are: it is read, or told.
        let mut seed = 1_u64;
        for length in 3..4_000 {
            bytes.clear();
            bytes.extend([43, 8, 44].map(|most| (seed % (most + 1)).to_le_bytes()[0]));
            for _ in 3..length % 70 + 3 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                bytes.push(seed.to_be_bytes()[0]);
            }
            if let Ok(stretch) = Stretch::of((seed >> 22).cast_signed(), &bytes) {
                assert_eq!(stretch.heads().count(), stretch.len());
                assert!(stretch.before(1 << 41, 0) <= stretch.len());
            }
        }
    }
}
