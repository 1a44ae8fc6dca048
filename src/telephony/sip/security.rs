//! Encrypted media between the agreement and the media threads: keys made for each call, keys that were agreed.

use std::net::IpAddr;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::switch::Switch;
use crate::media::{MasterKey, Suite};
use crate::sip::{Crypto, CryptoPair, DialogId, KeyText, OfferAnswer, Preferences};
use crate::telephony::rtp::Keys;

impl Switch {
    /// The offers and answers of a new call; `offer` is theirs, `None` where the first one is ours.
    pub(super) fn session(
        &self,
        (address, port): (IpAddr, u16),
        dialog: DialogId,
        audio: Preferences,
        offer: Option<&[u8]>,
    ) -> OfferAnswer {
        let session = OfferAnswer::new(address, port, dialog.0, audio);
        let mut session = session.secured(self.settings.srtp, Vec::new());
        provide_keys(&mut session, offer);
        session
    }
}

/// Gives a call its keys once an offer needs any, theirs or (`None`) ours: few calls are encrypted, and keys are dear.
pub(super) fn provide_keys(session: &mut OfferAnswer, offer: Option<&[u8]>) {
    if session.lacks_keys() && offer.is_none_or(names_keys) {
        match fresh() {
            Some(keys) => session.take_keys(keys),
            None => tracing::error!("The system has no random bytes for the keys of a call."),
        }
    }
}

/// Whether a session description may name keys.
fn names_keys(sdp: &[u8]) -> bool {
    const NAME: &[u8] = b"crypto";
    sdp.windows(NAME.len()).any(|part| part.eq_ignore_ascii_case(NAME))
}

/// One new key for each suite, the preferred one first. `None` = the system gives no random bytes.
fn fresh() -> Option<Vec<Crypto>> {
    let crypto = |suite: Suite| {
        let mut material = Zeroizing::new(vec![0; suite.key_bytes() + suite.salt_bytes()]);
        let filled =
            rustix::rand::getrandom(material.as_mut_slice(), rustix::rand::GetRandomFlags::empty());
        filled.ok().filter(|filled| *filled == material.len())?;
        let key = MasterKey::new(suite, &material).ok()?;
        let key = KeyText::new(key.to_base64());
        Some(Crypto { tag: 0, suite: suite.name().to_owned(), key })
    };
    Suite::ALL.into_iter().map(crypto).collect()
}

/// Keys that were agreed, for the media threads. `None` = they are no keys of their suite.
pub(super) fn keys(pair: &CryptoPair) -> Option<Arc<Keys>> {
    let suite = Suite::named(&pair.suite)?;
    let read = |key: &KeyText| MasterKey::from_base64(suite, key.reveal()).ok();
    Some(Arc::new(Keys { sealing: read(&pair.ours)?, opening: read(&pair.theirs)? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_has_keys_of_its_own_that_fit_their_suites() {
        let (first, second) = (fresh().expect("random bytes"), fresh().expect("random bytes"));
        assert_eq!(first.len(), Suite::ALL.len());
        for (ours, theirs) in first.iter().zip(&second) {
            assert_ne!(ours.key, theirs.key, "{}", ours.suite);
            let pair = CryptoPair {
                suite: ours.suite.clone(),
                ours: ours.key.clone(),
                theirs: theirs.key.clone(),
            };
            let keys = keys(&pair).expect("keys of their suite");
            assert_eq!(keys.sealing.to_base64().as_str(), ours.key.reveal());
            assert_eq!(keys.opening.to_base64().as_str(), theirs.key.reveal());
        }
    }
}
