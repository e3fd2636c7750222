//! HMAC-SHA-256 (RFC 2104): what only the holders of a key can compute, and what shows that nothing was altered.

use sha2::{Digest as _, Sha256};

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

/// An HMAC-SHA-256 that is being computed.
#[derive(Clone)]
pub struct Hmac {
    inner: Sha256,
    outer: Sha256,
}

impl Hmac {
    /// Begins with a key of at most 64 bytes.
    ///
    /// # Panics
    /// The key is longer.
    pub fn new(key: &[u8]) -> Self {
        assert!(key.len() <= BLOCK, "a key is no longer than a block");
        let padded = |with: u8| {
            let mut block = [with; BLOCK];
            for (byte, own) in block.iter_mut().zip(key) {
                *byte ^= own;
            }
            Sha256::new().chain_update(block)
        };
        Self {
            inner: padded(0x36),
            outer: padded(0x5c),
        }
    }

    /// Adds a part of the message.
    pub fn update(&mut self, part: impl AsRef<[u8]>) {
        self.inner.update(part);
    }

    /// The code over all that was added.
    pub fn finish(self) -> [u8; 32] {
        self.outer
            .chain_update(self.inner.finalize())
            .finalize()
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4231_hold() {
        let rows: [(&[u8], &[u8], &str); 3] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 20],
                &[0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
        ];
        for (key, message, code) in rows {
            let mut hmac = Hmac::new(key);
            let (first, rest) = message.split_at(3);
            hmac.update(first);
            hmac.update(rest);
            let byte = |at: usize| u8::from_str_radix(&code[at..at + 2], 16).expect("hex");
            let expected: Vec<u8> = (0..64).step_by(2).map(byte).collect();
            assert_eq!(hmac.finish()[..], expected);
        }
    }
}
