//! The session keys of one direction, and what they do to bytes.

use aes::cipher::{InnerIvInit as _, KeyInit, StreamCipher as _};
use aes::{Aes128, Aes256};
use aes_gcm::aead::AeadInPlace as _;
use aes_gcm::{Aes128Gcm, Aes256Gcm, Nonce, Tag};
use ctr::{Ctr128BE, CtrCore, flavors};
use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use zeroize::Zeroizing;

use super::key::{MasterKey, Suite};

/// Labels of the derived keys (RFC 3711 §4.3.1): encryption, authentication and salt of RTP; for RTCP 3 more.
const ENCRYPTION: u8 = 0;
const AUTHENTICATION: u8 = 1;
const SALT: u8 = 2;
const CONTROL: u8 = 3;
/// Bytes of the authentication key (RFC 3711 §5.2).
const HMAC_KEY: usize = 20;
/// Bytes of a block.
const BLOCK: usize = 16;
/// Bytes of the salt where GCM takes it.
const GCM_SALT: usize = 12;

type HmacSha1 = Hmac<Sha1>;

/// AES of either size, keyed.
#[derive(Clone)]
pub(super) enum Aes {
    Small(Box<Aes128>),
    Large(Box<Aes256>),
}

/// The keys of RTP or of RTCP in one direction.
pub(super) enum Cipher {
    /// Counter mode with HMAC-SHA1.
    Counter { aes: Aes, salt: [u8; BLOCK], mac: Box<HmacSha1>, tag: usize },
    /// Galois counter mode.
    Galois { gcm: Galois, salt: [u8; GCM_SALT] },
}

/// AES-GCM of either size, keyed.
pub(super) enum Galois {
    Small(Box<Aes128Gcm>),
    Large(Box<Aes256Gcm>),
}

impl std::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cipher(…)")
    }
}

impl Cipher {
    /// The keys for RTP, or for RTCP.
    pub(super) fn new(master: &MasterKey, control: bool) -> Self {
        let suite = master.suite();
        let deriving = Aes::new(master.key());
        let base = if control { CONTROL } else { 0 };
        let derive =
            |label: u8, length: usize| derive(&deriving, master.salt(), base + label, length);
        let key = derive(ENCRYPTION, suite.key_bytes());
        let salt = derive(SALT, suite.salt_bytes());
        match suite {
            Suite::AeadAes128Gcm | Suite::AeadAes256Gcm => {
                let mut kept = [0; GCM_SALT];
                kept.copy_from_slice(&salt);
                let gcm = if suite.key_bytes() == 16 {
                    Galois::Small(Box::new(Aes128Gcm::new_from_slice(&key).expect("16 bytes")))
                } else {
                    Galois::Large(Box::new(Aes256Gcm::new_from_slice(&key).expect("32 bytes")))
                };
                Self::Galois { gcm, salt: kept }
            }
            Suite::AesCm128HmacSha1_80
            | Suite::AesCm128HmacSha1_32
            | Suite::AesCm256HmacSha1_80
            | Suite::AesCm256HmacSha1_32 => {
                let mut kept = [0; BLOCK];
                for (place, byte) in kept.iter_mut().zip(salt.iter()) {
                    *place = *byte;
                }
                let mac = <HmacSha1 as KeyInit>::new_from_slice(&derive(AUTHENTICATION, HMAC_KEY));
                let mac = Box::new(mac.expect("a key of any length"));
                let tag = if control { suite.control_tag_bytes() } else { suite.tag_bytes() };
                Self::Counter { aes: Aes::new(&key), salt: kept, mac, tag }
            }
        }
    }

    /// Whether it proves by Galois counter mode, where the tag stands before the index of RTCP.
    pub(super) const fn is_galois(&self) -> bool {
        matches!(self, Self::Galois { .. })
    }

    /// Bytes that it puts behind a packet as proof.
    pub(super) const fn tag(&self) -> usize {
        match self {
            Self::Counter { tag, .. } => *tag,
            Self::Galois { .. } => 16,
        }
    }

    /// Encrypts or decrypts in counter mode; the two are the same. Nothing is proved.
    fn stream(aes: &Aes, salt: &[u8; BLOCK], ssrc: u32, index: u64, bytes: &mut [u8]) {
        // RFC 3711 §4.1.1: salt·2^16 ⊕ SSRC·2^64 ⊕ index·2^16.
        let mut iv = u128::from_be_bytes(*salt);
        iv ^= u128::from(ssrc) << 64;
        iv ^= u128::from(index) << 16;
        aes.counter(&iv.to_be_bytes(), bytes);
    }

    /// The nonce of GCM (RFC 7714 §8.1): SSRC and 48-bit index, xored with the salt.
    fn nonce(salt: &[u8; GCM_SALT], ssrc: u32, index: u64) -> [u8; GCM_SALT] {
        let mut nonce = [0; GCM_SALT];
        nonce[2..6].copy_from_slice(&ssrc.to_be_bytes());
        nonce[6..].copy_from_slice(&index.to_be_bytes()[2..]);
        for (byte, salt) in nonce.iter_mut().zip(salt) {
            *byte ^= salt;
        }
        nonce
    }

    /// Makes `body` secret and returns the tag over it, `head` and `rest`; the tag is cut to [`Cipher::tag`].
    ///
    /// `rest` is what the proof covers behind the body: the rollover counter of RTP, the index of RTCP. Counter mode
    /// alone knows it; GCM covers its numbers by the nonce, and what else is open by `head`.
    pub(super) fn seal(
        &self,
        packet: &Place,
        head: &[u8],
        body: &mut [u8],
        rest: &[u8],
    ) -> [u8; 20] {
        let mut tag = [0; 20];
        match self {
            Self::Counter { aes, salt, mac, .. } => {
                Self::stream(aes, salt, packet.ssrc, packet.index, body);
                tag.copy_from_slice(&digest(mac, head, body, rest));
            }
            Self::Galois { gcm, salt } => {
                let nonce = Self::nonce(salt, packet.ssrc, packet.index);
                tag[..16].copy_from_slice(&gcm.seal(&nonce, head, body));
            }
        }
        tag
    }

    /// Proves `body` by `tag` and makes it plain; `false` = it is not what was sent, and is as it was or nonsense.
    pub(super) fn open(
        &self,
        packet: &Place,
        head: &[u8],
        (body, tag): (&mut [u8], &[u8]),
        rest: &[u8],
    ) -> bool {
        match self {
            Self::Counter { aes, salt, mac, .. } => {
                let expected = digest(mac, head, body, rest);
                if !is_same(expected.get(..tag.len()).unwrap_or_default(), tag) {
                    return false;
                }
                Self::stream(aes, salt, packet.ssrc, packet.index, body);
                true
            }
            Self::Galois { gcm, salt } => {
                let nonce = Self::nonce(salt, packet.ssrc, packet.index);
                gcm.open(&nonce, head, body, tag)
            }
        }
    }
}

/// Which packet: its source and its index there (RTP: 48 bits; RTCP: 31).
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) ssrc: u32,
    pub(super) index: u64,
}

impl Aes {
    fn new(key: &[u8]) -> Self {
        match <&[u8; 16]>::try_from(key) {
            Ok(small) => Self::Small(Box::new(Aes128::new(small.into()))),
            Err(_) => Self::Large(Box::new(Aes256::new_from_slice(key).expect("16 or 32 bytes"))),
        }
    }

    /// Adds the key stream that begins at `iv`.
    fn counter(&self, iv: &[u8; BLOCK], bytes: &mut [u8]) {
        match self {
            Self::Small(aes) => {
                let core = CtrCore::<_, flavors::Ctr128BE>::inner_iv_init(aes.as_ref(), iv.into());
                Ctr128BE::from_core(core).apply_keystream(bytes);
            }
            Self::Large(aes) => {
                let core = CtrCore::<_, flavors::Ctr128BE>::inner_iv_init(aes.as_ref(), iv.into());
                Ctr128BE::from_core(core).apply_keystream(bytes);
            }
        }
    }
}

impl Galois {
    fn seal(&self, nonce: &[u8; GCM_SALT], head: &[u8], body: &mut [u8]) -> [u8; 16] {
        let nonce = Nonce::from_slice(nonce);
        let tag = match self {
            Self::Small(gcm) => gcm.encrypt_in_place_detached(nonce, head, body),
            Self::Large(gcm) => gcm.encrypt_in_place_detached(nonce, head, body),
        };
        tag.expect("a packet is shorter than 64 GB").into()
    }

    fn open(&self, nonce: &[u8; GCM_SALT], head: &[u8], body: &mut [u8], tag: &[u8]) -> bool {
        let Ok(tag) = <[u8; 16]>::try_from(tag) else { return false };
        let (nonce, tag) = (Nonce::from_slice(nonce), Tag::from(tag));
        match self {
            Self::Small(gcm) => gcm.decrypt_in_place_detached(nonce, head, body, &tag),
            Self::Large(gcm) => gcm.decrypt_in_place_detached(nonce, head, body, &tag),
        }
        .is_ok()
    }
}

/// Derives a session key (RFC 3711 §4.3.3, with a derivation rate of zero; RFC 7714 §11 for GCM).
fn derive(aes: &Aes, salt: &[u8], label: u8, length: usize) -> Zeroizing<Vec<u8>> {
    let mut iv = [0; BLOCK];
    for (place, byte) in iv.iter_mut().zip(salt) {
        *place = *byte;
    }
    // The label stands above the 48-bit index, which is zero.
    iv[7] ^= label;
    let mut key = Zeroizing::new(vec![0; length]);
    aes.counter(&iv, &mut key);
    key
}

fn digest(mac: &HmacSha1, head: &[u8], body: &[u8], rest: &[u8]) -> [u8; 20] {
    let mut mac = mac.clone();
    mac.update(head);
    mac.update(body);
    mac.update(rest);
    mac.finalize().into_bytes().into()
}

/// Whether two tags are the same, in a time that does not tell where they differ.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// The session keys for RTP of a master key: encryption, authentication, salt.
#[cfg(test)]
pub(super) fn derived(master: &MasterKey) -> [Vec<u8>; 3] {
    let aes = Aes::new(master.key());
    let suite = master.suite();
    [(ENCRYPTION, suite.key_bytes()), (AUTHENTICATION, HMAC_KEY), (SALT, suite.salt_bytes())]
        .map(|(label, length)| derive(&aes, master.salt(), label, length).to_vec())
}

#[cfg(test)]
impl Cipher {
    /// AES-128-GCM with a session key as it is.
    pub(super) fn galois_128(key: &[u8], salt: [u8; GCM_SALT]) -> Self {
        let gcm = Aes128Gcm::new_from_slice(key).expect("16 bytes");
        Self::Galois { gcm: Galois::Small(Box::new(gcm)), salt }
    }
}
