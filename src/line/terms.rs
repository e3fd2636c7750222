//! What a partner's profile says that rules and events of a line go by.

use chrono_tz::Tz;

/// How events are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// `CloudEvents` 1.0.
    CloudEvents,
    /// The loan system's own.
    Tuum,
    /// The credit-life insurer's own.
    Qitech,
}

impl Envelope {
    /// The words of the settings.
    pub const WORDS: &'static [&'static str] = &["cloudevents", "tuum", "qitech"];

    /// The envelope of this word.
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "cloudevents" => Some(Self::CloudEvents),
            "tuum" => Some(Self::Tuum),
            "qitech" => Some(Self::Qitech),
            _ => None,
        }
    }
}

/// What the profile of a book's owner, and the site, say that rules and events go by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The book's owner.
    pub owner: String,
    /// Whose cards they are.
    pub issuer_id: Option<String>,
    /// Bankgiro that payments come to.
    pub payee_bankgiro: Option<String>,
    /// Time zone of the site; `None`: that of the clock.
    pub time_zone: Option<Tz>,
    /// Where links in replies and events lead.
    pub base_url: Option<String>,
    /// The envelope that events are asked for in; `None`: the line's own.
    pub envelope: Option<Envelope>,
    /// Destination named in envelopes that have one.
    pub destination: Option<String>,
    /// Tenant named in envelopes that have one.
    pub tenant: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_an_envelope() {
        for word in Envelope::WORDS {
            assert!(Envelope::named(word).is_some(), "{word}");
        }
        assert_eq!(Envelope::named("CloudEvents"), None);
    }
}
