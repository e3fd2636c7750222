//! What a lifecycle is made of: lists of public words, the outcome of a step, and tables drawn from the steps.

/// Declares an enum of public words: the variants, their list, the way to the word and back, and the same words in
/// stored states. One list, so that none of these can drift.
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$doc:meta])* $variant:ident $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$doc])* $variant,)+ }

        #[allow(dead_code, reason = "not every list of words is walked")]
        impl $name {
            /// Every one, in the order of the manual.
            $vis const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Their public words, in the same order.
            $vis const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The public word.
            $vis const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The one of this public word.
            $vis fn named(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::named(&word).ok_or_else(|| serde::de::Error::unknown_variant(&word, Self::WORDS))
            }
        }
    };
}
pub(crate) use words;
