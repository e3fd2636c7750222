//! Ids that are derived: the same on every run.

use sha1::{Digest as _, Sha1};
use uuid::{Builder, Uuid};

use super::Whole;

/// UUID v5 of a namespace and a name.
pub fn derived(namespace: &Uuid, name: &[u8]) -> Uuid {
    derived_of(namespace, [name])
}

/// The id of an event, by its ordinal from 0 among those of its record. A batch has more events than records.
pub fn event(origin: &Uuid, number: usize) -> Uuid {
    let number = Whole::of(number as u64);
    derived_of(origin, [b"event:", number.as_bytes()])
}

fn derived_of<const N: usize>(namespace: &Uuid, name: [&[u8]; N]) -> Uuid {
    let mut hash = Sha1::new().chain_update(namespace.as_bytes());
    for part in name {
        hash.update(part);
    }
    let hash: [u8; 20] = hash.finalize().into();
    let [first @ .., _, _, _, _] = hash;
    Builder::from_sha1_bytes(first).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_examples_hold() {
        // RFC 9562, appendix A.4, and what other libraries make of the same namespace.
        for (namespace, name, id) in [
            (
                Uuid::NAMESPACE_DNS,
                "www.example.com",
                "2ed6657d-e927-568b-95e1-2665a8aea6a2",
            ),
            (
                Uuid::NAMESPACE_DNS,
                "python.org",
                "886313e1-3b8a-5372-9b90-0c9aee199e5d",
            ),
        ] {
            assert_eq!(derived(&namespace, name.as_bytes()).to_string(), id);
        }
        let long = derived(&Uuid::NAMESPACE_OID, &[b'x'; 200]);
        assert_eq!(long.get_version_num(), 5);
        assert_eq!(
            event(&long, 12),
            derived(&long, b"event:12"),
            "a name in parts is the same name"
        );
    }
}
