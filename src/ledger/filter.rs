//! Which places of the index hold nothing, told from memory.

use super::hash;

/// Bits that stand for one place, in one word: mostly four of them.
const BITS: u32 = 4;

/// Words of a block: a page of memory. Many neighbourhoods of places share one, so that blocks fill alike.
const BLOCK: usize = 512;

/// The most bytes of one of what a batch itself has brought and no longer keeps in memory: beside ninety million heads it
/// tells twenty-four of twenty-five places that have nothing, and sixty-six of sixty-seven beside sixty million.
pub(super) const OWN: usize = 80 << 20;

/// The same of what a book had before, which stands beside that: six of seven beside sixty million.
pub(super) const BEFORE: usize = 32 << 20;

/// Beside more heads than these, even the largest filter tells too little to pay.
pub(super) const USEFUL: usize = 120_000_000;

/// A Bloom filter in which all bits of a place are in one word (Putze, Sanders and Singler 2007), and the words of
/// neighbours in one block: places that are told or asked for in their order stay where the processor finds them. A question
/// costs one look at memory, where a look at a table that is larger than its cache costs a page. It is never wrong about a
/// place that it was told.
pub(super) struct Filter {
    words: Vec<u64>,
}

impl Filter {
    /// Room for so many heads, about: eight bits for each, as far as these bytes allow.
    pub(super) fn with_room(heads: usize, most: usize) -> Self {
        let blocks = (heads.min(most) / 8 / BLOCK).max(1);
        Self {
            words: vec![0; blocks * BLOCK],
        }
    }

    /// Something stands at this place.
    pub(super) fn add(&mut self, at: i64) {
        let (word, bits) = self.spot(at);
        self.words[word] |= bits;
    }

    /// Whether something may stand at this place. No: nothing does.
    pub(super) fn may_have(&self, at: i64) -> bool {
        let (word, bits) = self.spot(at);
        self.words[word] & bits == bits
    }

    /// The word of a place, and its bits in that.
    fn spot(&self, at: i64) -> (usize, u64) {
        let blocks = self.words.len() / BLOCK;
        // Probing can lead past the last place of the hash; what a damaged book has may be anywhere.
        let block = (u128::from(at.cast_unsigned()) * blocks as u128) >> hash::BITS;
        let block = usize::try_from(block).map_or(blocks - 1, |block| block.min(blocks - 1));
        let mixed = mix(at.cast_unsigned());
        let word = usize::try_from(mixed >> 32).expect("half of it") % BLOCK;
        let bits = (0..BITS).fold(0, |bits, n| bits | 1 << (mixed >> (6 * n) & 63));
        (block * BLOCK + word, bits)
    }
}

/// Every bit of the result depends on every bit of the number (the end of `MurmurHash3`): neighbours differ in few.
const fn mix(mut number: u64) -> u64 {
    number ^= number >> 33;
    number = number.wrapping_mul(0xff51_afd7_ed55_8ccd);
    number ^= number >> 33;
    number = number.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ number >> 33
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_known_and_little_else() {
        for (bytes, most) in [(OWN, 8_000), (30_000, 50_000)] {
            let mut filter = Filter::with_room(100_000, bytes);
            // Numbers in a row, all over the index.
            let told = |n: i64| ((n / 100 * 4_001 % (1 << 22)) << 20) + (n % 100) * 7;
            for n in 0..100_000 {
                filter.add(told(n));
            }
            assert!((0..100_000).all(|n| filter.may_have(told(n))));
            let wrong = (0..100_000).filter(|n| filter.may_have(told(*n) + 1));
            let wrong = wrong.count();
            assert!(wrong <= most, "{wrong} of 100000 in {bytes} bytes at most");
        }
        // Behind the last place of the hash, and where only a damaged book has something.
        let mut filter = Filter::with_room(1_000_000, OWN);
        for at in [1 << hash::BITS, i64::MAX, -1] {
            filter.add(at);
            assert!(filter.may_have(at));
        }
    }
}
