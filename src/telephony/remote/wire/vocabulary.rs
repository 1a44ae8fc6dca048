//! How a direction's messages are told apart: by one word, each with a body of its own.

/// Makes an enum of messages that are told apart by the word under one key.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident by $key:literal {
        $($(#[$about:meta])* $variant:ident($body:ty) = $word:literal,)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$about])* $variant($body),)+
            /// A word that this contract does not have.
            Unknown(String),
        }

        impl $name {
            /// Every word, in the order of the contract.
            pub const WORDS: &[&str] = &[$($word),+];

            /// The word that tells it apart.
            #[must_use]
            pub fn word(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $word,)+
                    Self::Unknown(word) => word,
                }
            }
        }

        impl crate::telephony::remote::wire::envelope::Vocabulary for $name {
            const KEY: &str = $key;

            fn word(&self) -> &str {
                self.word()
            }

            fn read(word: &str, body: serde_json::Value) -> Result<Self, serde_json::Error> {
                Ok(match word {
                    $($word => Self::$variant(serde_json::from_value(body)?),)+
                    _ => Self::Unknown(word.to_owned()),
                })
            }

            fn write(&self) -> Result<String, serde_json::Error> {
                match self {
                    $(Self::$variant(body) => serde_json::to_string(body),)+
                    Self::Unknown(_) => Ok("{}".to_owned()),
                }
            }
        }
    };
}
pub(super) use vocabulary;
