//! Where a name's newest change is, in twelve bytes: millions wait in memory. (The table has them in fewer, by the stretch.)

/// Where a name's newest change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The change.
    pub(super) change: i64,
    /// Which of its names.
    pub(super) name: u8,
}

/// All places are less than this.
pub(super) const PLACES: i64 = 1 << 43;

/// The bytes of a head: its number, the lowest byte first.
pub(super) type Bytes = [u8; 12];

/// A head: in the bits of one number, from the lowest, its place (43), which name (8) and the change (45).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head([u32; 3]);

impl Head {
    /// No head: no book has as many changes.
    pub(super) const NONE: Self = Self([u32::MAX; 3]);

    pub(super) fn new(at: i64, link: Link) -> Self {
        assert!(
            at < PLACES && link.change < 1 << 44,
            "a book has fewer changes"
        );
        let all = u128::from(at.cast_unsigned())
            | u128::from(link.name) << 43
            | u128::from(link.change.cast_unsigned()) << 51;
        let bytes = all.to_le_bytes();
        let part =
            |n: usize| u32::from_le_bytes([bytes[n], bytes[n + 1], bytes[n + 2], bytes[n + 3]]);
        Self([part(0), part(4), part(8)])
    }

    /// As a file of heads has it.
    pub(super) fn to_bytes(self) -> Bytes {
        let [low, middle, high] = self.0.map(u32::to_le_bytes);
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&low);
        bytes[4..8].copy_from_slice(&middle);
        bytes[8..].copy_from_slice(&high);
        bytes
    }

    /// From what a file of heads has.
    pub(super) fn from_bytes(bytes: &Bytes) -> Self {
        let part =
            |n: usize| u32::from_le_bytes([bytes[n], bytes[n + 1], bytes[n + 2], bytes[n + 3]]);
        Self([part(0), part(4), part(8)])
    }

    /// The lowest 64 bits.
    fn low(self) -> u64 {
        u64::from(self.0[0]) | u64::from(self.0[1]) << 32
    }

    /// Its place.
    pub(super) fn at(self) -> i64 {
        (self.low() & ((1 << 43) - 1)).cast_signed()
    }

    pub(super) fn link(self) -> Link {
        let low = self.low();
        Link {
            change: (low >> 51 | u64::from(self.0[2]) << 13).cast_signed(),
            name: (low >> 43).to_le_bytes()[0],
        }
    }

    /// A part of it, where only its memory is meant.
    pub(super) const fn part(self) -> u32 {
        self.0[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_packed_without_loss() {
        for at in [0, 1, (1 << 42) + 3, (1 << 43) - 1] {
            for change in [0, 1, (1 << 44) - 1] {
                for name in [0, 1, 255] {
                    let link = Link { change, name };
                    let head = Head::new(at, link);
                    assert_eq!((head.at(), head.link()), (at, link));
                    assert!(head != Head::NONE);
                    assert_eq!(Head::from_bytes(&head.to_bytes()), head);
                }
            }
        }
    }

    #[test]
    fn its_bytes_are_those_of_one_number() {
        let link = Link { change: 3, name: 2 };
        let bytes = Head::new(0x0102_0304_0506, link).to_bytes();
        let number = 0x0102_0304_0506_u128 | 2 << 43 | 3 << 51;
        assert_eq!(bytes, number.to_le_bytes()[..12]);
    }
}
