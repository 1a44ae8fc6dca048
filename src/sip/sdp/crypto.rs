//! Keys of encrypted streams as SDP carries them: `a=crypto` (RFC 4568).

use std::fmt;

use sipx_sdp::{Attribute, MediaDescription};
use zeroize::Zeroizing;

/// Most `a=crypto` lines looked at in one stream; later ones count as not offered.
const MAX_LINES: usize = 32;
/// The session parameters that change nothing for us: the sender's replay window, and a derivation rate of zero.
const HARMLESS: [&str; 2] = ["WSH=", "KDR=0"];

/// Whether streams are encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Security {
    /// Never: a stream that must be encrypted is declined.
    #[default]
    Off,
    /// Wherever the far side can; plain media is taken too.
    Optional,
    /// Always: plain media is declined.
    Required,
}

/// One way to encrypt a stream, with the key of whoever wrote the description: what they send is under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crypto {
    /// Which line of the offer it is.
    pub tag: u32,
    /// The suite's name, in capitals, such as `AES_CM_128_HMAC_SHA1_80`.
    pub suite: String,
    /// The key.
    pub key: KeyText,
}

/// Both keys of an encrypted stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CryptoPair {
    /// The suite of both.
    pub suite: String,
    /// What we send is under this one.
    pub ours: KeyText,
    /// What the far side sends is under this one.
    pub theirs: KeyText,
}

/// Key and salt in base64. It shows itself to nobody by accident and is overwritten when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText(Zeroizing<String>);

impl KeyText {
    /// Wraps a key.
    #[must_use]
    pub const fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The key, for those who encrypt and for the description itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its length without padding, which says how long the key is.
    fn bare_length(&self) -> usize {
        self.0.trim_end_matches('=').len()
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText(…)")
    }
}

impl Crypto {
    /// The line as an attribute.
    pub(super) fn attribute(&self) -> Attribute {
        let Self { tag, suite, key } = self;
        Attribute::valued("crypto", format!("{tag} {suite} inline:{}", key.reveal()))
    }

    /// Reads a line; `None` where it asks for what we do not do: several keys, an index of keys, packets without
    /// encryption or proof.
    fn read(value: &str) -> Option<Self> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next()?;
        let tag = tag.parse().ok().filter(|_| tag.len() <= 9)?;
        let suite = words.next()?.to_ascii_uppercase();
        let inline = words.next()?;
        let (method, key) = inline.split_once(':')?;
        if !method.eq_ignore_ascii_case("inline") || key.contains(';') {
            return None;
        }
        let mut parts = key.split('|');
        let key = parts.next()?;
        // Behind the key stand a lifetime and the index of the key, which has a colon.
        let plain = parts.all(|part| !part.contains(':'))
            && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
        let harmless = words.all(|word| {
            HARMLESS.iter().any(|known| {
                word.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known))
            })
        });
        let key = KeyText::new(Zeroizing::new(key.to_owned()));
        (plain && harmless).then_some(Self { tag, suite, key })
    }
}

/// The lines of a stream that we understand, in their order.
fn lines(media: &MediaDescription) -> impl Iterator<Item = Crypto> {
    media
        .attributes
        .iter()
        .filter(|attribute| attribute.name.eq_ignore_ascii_case("crypto"))
        .take(MAX_LINES)
        .filter_map(|attribute| Crypto::read(attribute.value.as_deref()?))
}

/// The first line of an offer that one of our keys fits, and our line in answer to it.
pub(super) fn answering(media: &MediaDescription, ours: &[Crypto]) -> Option<(Crypto, CryptoPair)> {
    lines(media).find_map(|theirs| {
        let mine = ours.iter().find(|mine| fits(mine, &theirs))?;
        let answer = Crypto { tag: theirs.tag, ..mine.clone() };
        Some((answer, pair(mine, theirs)))
    })
}

/// The line of an answer that takes one of ours.
pub(super) fn accepted(media: &MediaDescription, ours: &[Crypto]) -> Option<CryptoPair> {
    let theirs = lines(media).next()?;
    let mine = ours.iter().find(|mine| mine.tag == theirs.tag && fits(mine, &theirs))?;
    Some(pair(mine, theirs))
}

fn fits(ours: &Crypto, theirs: &Crypto) -> bool {
    ours.suite == theirs.suite && ours.key.bare_length() == theirs.key.bare_length()
}

fn pair(ours: &Crypto, theirs: Crypto) -> CryptoPair {
    CryptoPair { suite: theirs.suite, ours: ours.key.clone(), theirs: theirs.key }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::sip::{OfferAnswer, Preferences, SdpError};

    #[test]
    fn lines_are_read_unless_they_ask_for_more_than_we_do() {
        let key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
        let suite = "AES_CM_128_HMAC_SHA1_80";
        for (line, tag) in [
            (format!("1 {suite} inline:{key}"), Some(1)),
            (format!("2 {} INLINE:{key}|2^20", suite.to_lowercase()), Some(2)),
            (format!("3 {suite} inline:{key}|2^20 WSH=128 KDR=0"), Some(3)),
            (format!("4 {suite} inline:{key}|1:4"), None),
            (format!("4 {suite} inline:{key}|2^20|1:4"), None),
            (format!("4 {suite} inline:{key};inline:{key}"), None),
            (format!("4 {suite} inline:{key} UNENCRYPTED_SRTP"), None),
            (format!("4 {suite} inline:{key} KDR=1"), None),
            (format!("4 {suite} inline:{key} é"), None),
            (format!("4 {suite} inline:%%%"), None),
            (format!("4 {suite} {key}"), None),
            (format!("4 {suite}"), None),
            (format!("x {suite} inline:{key}"), None),
            (format!("9999999999 {suite} inline:{key}"), None),
            (String::new(), None),
        ] {
            let read = Crypto::read(&line);
            assert_eq!(read.as_ref().map(|crypto| crypto.tag), tag, "{line}");
            if let Some(Crypto { suite: named, key: kept, .. }) = read {
                assert_eq!((named.as_str(), kept.reveal()), (suite, key));
                assert_eq!(format!("{kept:?}"), "KeyText(…)");
            }
        }
    }

    const SUITES: [(&str, usize); 2] = [("AEAD_AES_128_GCM", 38), ("AES_CM_128_HMAC_SHA1_80", 40)];

    /// Our keys, all of one letter.
    fn keys(letter: &str) -> Vec<Crypto> {
        let key = |length| KeyText::new(Zeroizing::new(letter.repeat(length)));
        let crypto = |(suite, length): (&str, usize)| Crypto {
            tag: 0,
            suite: suite.to_owned(),
            key: key(length),
        };
        SUITES.map(crypto).to_vec()
    }

    fn side(security: Security, letter: &str) -> OfferAnswer {
        let address = Ipv4Addr::new(192, 0, 2, 1).into();
        OfferAnswer::new(address, 20_000, 7, Preferences::default()).secured(security, keys(letter))
    }

    #[test]
    fn two_of_us_agree_on_keys_as_both_wish() {
        use Security::{Off, Optional, Required};
        for (caller, called, secured) in [
            (Off, Off, Ok(false)),
            (Off, Optional, Ok(false)),
            (Off, Required, Err(SdpError::Incompatible)),
            (Optional, Off, Ok(false)),
            (Optional, Optional, Ok(true)),
            (Optional, Required, Ok(true)),
            (Required, Off, Err(SdpError::Incompatible)),
            (Required, Optional, Ok(true)),
            (Required, Required, Ok(true)),
        ] {
            let (mut ours, mut theirs) = (side(caller, "A"), side(called, "B"));
            let came_to = theirs.answer(ours.offer().as_bytes()).and_then(|(_, answer)| {
                ours.accept(answer.as_bytes())?;
                let (ours, theirs) = (ours.crypto(), theirs.crypto());
                assert_eq!(ours.map(|pair| &pair.ours), theirs.map(|pair| &pair.theirs));
                assert_eq!(ours.map(|pair| &pair.theirs), theirs.map(|pair| &pair.ours));
                assert!(
                    ours.is_none_or(|pair| pair.suite == SUITES[0].0 && pair.ours != pair.theirs)
                );
                Ok(ours.is_some())
            });
            assert_eq!(came_to, secured, "{caller:?} calls {called:?}");
        }
    }

    #[test]
    fn a_later_offer_keeps_profile_and_key() {
        let (mut ours, mut theirs) = (side(Security::Required, "A"), side(Security::Optional, "B"));
        let (_, answer) = theirs.answer(ours.offer().as_bytes()).expect("common ground");
        ours.accept(answer.as_bytes()).expect("common ground");
        let pair = theirs.crypto().cloned();
        let again = theirs.offer();
        assert!(again.contains("RTP/SAVP "), "{again}");
        assert_eq!(again.matches("a=crypto").count(), 1, "{again}");
        let (_, answer) = ours.answer(again.as_bytes()).expect("common ground");
        theirs.accept(answer.as_bytes()).expect("common ground");
        assert_eq!(theirs.crypto().cloned(), pair);
    }

    #[test]
    fn the_encrypted_one_of_two_streams_is_taken_and_its_own_line_answered() {
        let suite = SUITES[1].0;
        let key = "C".repeat(40);
        let offer = format!(
            "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n\
             m=audio 4000 RTP/AVP 0\r\nm=audio 4002 RTP/SAVP 0\r\na=crypto:5 F8_128_HMAC_SHA1_80 \
             inline:{key}\r\na=crypto:9 {suite} inline:{key}\r\n"
        );
        let mut ours = side(Security::Optional, "A");
        let (agreed, answer) = ours.answer(offer.as_bytes()).expect("common ground");
        assert_eq!(agreed.remote.port(), 4002);
        let lines: Vec<&str> = answer.lines().filter(|line| line.contains("crypto")).collect();
        assert_eq!(lines, [format!("a=crypto:9 {suite} inline:{}", "A".repeat(40))]);
        assert!(answer.contains("m=audio 0 RTP/AVP 0"), "{answer}");
        let mut plain = side(Security::Off, "A");
        let (agreed, _) = plain.answer(offer.as_bytes()).expect("the plain stream is there");
        assert_eq!(agreed.remote.port(), 4000);
    }
}
