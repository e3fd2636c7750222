//! The keyed hash by which a name is found.

use sha2::{Digest as _, Sha256};

/// As many bits as leave a head, of twelve bytes, room for what else it says. Two names with one hash cost a probe and
/// nothing else, so a narrow index is worth more than the last bits.
pub(super) const BITS: u32 = 42;

/// Bits by which names of one neighbourhood differ: a hundred of them in a million places, nearly never two in one.
const NEAR_BITS: u32 = 20;

/// Bytes at the end of a name that do not move it to another neighbourhood. Names are mostly numbers in a row, so a
/// batch touches a hundredth of the index's pages. With more bytes, a sender could fill a neighbourhood.
const NEAR_BYTES: usize = 2;

/// SipHash-1-3 under a key of the site: who sends names cannot choose them so that they collide.
#[derive(Clone, Copy)]
pub(super) struct KeyHash {
    key: [u64; 2],
    mask: u64,
    veil: [u8; 32],
}

impl KeyHash {
    /// The hash of this site's books.
    pub(super) fn new(secret: &[u8]) -> Self {
        let digest = Sha256::new()
            .chain_update(b"sluss head\0")
            .chain_update(secret)
            .finalize();
        Self {
            key: [word(&digest[..8]), word(&digest[8..16])],
            mask: (1 << BITS) - 1,
            veil: Sha256::new()
                .chain_update(b"sluss veil\0")
                .chain_update(secret)
                .finalize()
                .into(),
        }
    }

    /// Hides the hash of a change that personal details were taken out of, and shows a hidden one: whoever has the book
    /// without the secret must not be able to try which details fit. (Not in the hash itself: what a batch is linked by
    /// is the same whatever the secret.)
    pub(super) fn veil(&self, change: i64, mut hash: [u8; 32]) -> [u8; 32] {
        let veil = Sha256::new()
            .chain_update(self.veil)
            .chain_update(change.to_le_bytes())
            .finalize();
        for (byte, veil) in hash.iter_mut().zip(veil) {
            *byte ^= veil;
        }
        hash
    }

    /// A hash so weak that everything collides.
    #[cfg(test)]
    pub(super) fn weak(self, bits: u32) -> Self {
        Self {
            mask: (1 << bits) - 1,
            ..self
        }
    }

    /// Where a name is looked for first. Never negative.
    pub(super) fn of(&self, name: &str) -> i64 {
        let name = name.as_bytes();
        let (far, near) = name.split_at(name.len().saturating_sub(NEAR_BYTES));
        let far = siphash(self.key, far);
        let mut last = [0; 8 + NEAR_BYTES];
        last[..8].copy_from_slice(&far.to_le_bytes());
        last[8..8 + near.len()].copy_from_slice(near);
        let near = siphash(self.key, &last[..8 + near.len()]) & ((1 << NEAR_BITS) - 1);
        ((far << NEAR_BITS | near) & self.mask).cast_signed()
    }
}

/// The names that were hashed last, with their hashes: a record asks for few names, and for each several times.
#[derive(Default)]
pub(super) struct Recent {
    names: Vec<(String, i64)>,
    /// Which of them gives way.
    oldest: usize,
}

impl Recent {
    const MOST: usize = 4;

    /// Where a name is looked for first, by always the same hash.
    pub(super) fn of(&mut self, hash: &KeyHash, name: &str) -> i64 {
        if let Some((_, at)) = self.names.iter().find(|(known, _)| known == name) {
            return *at;
        }
        let at = hash.of(name);
        if self.names.len() < Self::MOST {
            self.names.push((name.into(), at));
        } else {
            let (known, place) = &mut self.names[self.oldest];
            known.clear();
            known.push_str(name);
            *place = at;
            self.oldest = (self.oldest + 1) % Self::MOST;
        }
        at
    }
}

fn word(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}

fn siphash(key: [u64; 2], bytes: &[u8]) -> u64 {
    let mut v = [
        key[0] ^ 0x736f_6d65_7073_6575,
        key[1] ^ 0x646f_7261_6e64_6f6d,
        key[0] ^ 0x6c79_6765_6e65_7261,
        key[1] ^ 0x7465_6462_7974_6573,
    ];
    let mut blocks = bytes.chunks_exact(8);
    for block in &mut blocks {
        mix(&mut v, word(block));
    }
    let rest = blocks.remainder().iter().rev();
    let rest = rest.fold(0, |rest, byte| rest << 8 | u64::from(*byte));
    let length = u64::from(bytes.len().to_le_bytes()[0]);
    mix(&mut v, rest | length << 56);
    v[2] ^= 0xff;
    for _ in 0..3 {
        round(&mut v);
    }
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn mix(v: &mut [u64; 4], block: u64) {
    v[3] ^= block;
    round(v);
    v[0] ^= block;
}

fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[2] = v[2].rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_hold() {
        // Key and message count up from zero, as in the reference implementation's vectors.
        let key = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908];
        let message: Vec<u8> = (0..15).collect();
        assert_eq!(siphash(key, b""), 0xabac_0158_050f_c4dc);
        assert_eq!(siphash(key, &message[..1]), 0xc9f4_9bf3_7d57_ca93);
        assert_eq!(siphash(key, &message[..8]), 0x3690_9511_8d29_9a8e);
        assert_eq!(siphash(key, &message), 0xd320_d86d_2a51_9956);
    }

    #[test]
    fn a_name_that_was_hashed_before_has_the_same_hash() {
        let hash = KeyHash::new(b"one");
        let mut recent = Recent::default();
        for n in [0, 1, 2, 3, 4, 0, 4, 5, 6, 7, 8, 4, 5, 3, 3, 8, 0] {
            // The empty name, and one that begins another, are names, too.
            let name = "i:".repeat(n);
            assert_eq!(recent.of(&hash, &name), hash.of(&name), "{n}");
        }
        assert_eq!(recent.names.len(), Recent::MOST);
    }

    #[test]
    fn numbers_in_a_row_stand_together() {
        let hash = KeyHash::new(b"one");
        let near = |n: u32| hash.of(&format!("i:NB-{n:08}")) >> NEAR_BITS;
        assert_eq!(near(1200), near(1299));
        assert_ne!(near(1200), near(1300));
        let mut places: Vec<_> = (0..100_000)
            .map(|n| hash.of(&format!("i:{n:08}")))
            .collect();
        places.sort_unstable();
        places.dedup();
        assert!(places.len() > 99_950, "{} places", places.len());
        // Shorter than what is left off.
        assert_ne!(hash.of(""), hash.of("a"));
    }

    #[test]
    fn another_secret_is_another_hash() {
        assert_ne!(
            KeyHash::new(b"one").of("i:1"),
            KeyHash::new(b"two").of("i:1")
        );
        assert!(KeyHash::new(b"one").of("i:1") < 1 << BITS);
    }
}
