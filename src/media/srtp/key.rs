//! Which protection, and with which master key.

use std::fmt;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// Base64 as phones write it: with or without padding, and careless of the last bits.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The longest master key and salt together: AES-256 in counter mode.
const MAX_MATERIAL: usize = 46;

/// A crypto suite of SDES (RFC 4568 §6.2, RFC 6188 §4, RFC 7714 §14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suite {
    /// AES-128 in Galois counter mode, tag of 16 bytes.
    AeadAes128Gcm,
    /// AES-256 in Galois counter mode, tag of 16 bytes.
    AeadAes256Gcm,
    /// AES-128 in counter mode, HMAC-SHA1 of 10 bytes: what every phone knows.
    AesCm128HmacSha1_80,
    /// AES-128 in counter mode, HMAC-SHA1 of 4 bytes.
    AesCm128HmacSha1_32,
    /// AES-256 in counter mode, HMAC-SHA1 of 10 bytes.
    AesCm256HmacSha1_80,
    /// AES-256 in counter mode, HMAC-SHA1 of 4 bytes.
    AesCm256HmacSha1_32,
}

impl Suite {
    /// All suites, in the order of our own offers: the strongest that costs least first, and no short tags.
    pub const OFFERED: [Self; 4] = [
        Self::AeadAes256Gcm,
        Self::AeadAes128Gcm,
        Self::AesCm256HmacSha1_80,
        Self::AesCm128HmacSha1_80,
    ];

    /// All suites that are taken where the far side offers them.
    pub const ALL: [Self; 6] = [
        Self::AeadAes256Gcm,
        Self::AeadAes128Gcm,
        Self::AesCm256HmacSha1_80,
        Self::AesCm128HmacSha1_80,
        Self::AesCm256HmacSha1_32,
        Self::AesCm128HmacSha1_32,
    ];

    /// Its name in SDP.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
            Self::AesCm256HmacSha1_80 => "AES_256_CM_HMAC_SHA1_80",
            Self::AesCm256HmacSha1_32 => "AES_256_CM_HMAC_SHA1_32",
        }
    }

    /// The suite of this name. Names are tokens of any case (RFC 4568 §9.1 writes them in capitals).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name().eq_ignore_ascii_case(name))
    }

    /// Bytes of the master key.
    #[must_use]
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 16,
            Self::AeadAes256Gcm | Self::AesCm256HmacSha1_80 | Self::AesCm256HmacSha1_32 => 32,
        }
    }

    /// Bytes of the master salt.
    #[must_use]
    pub const fn salt_bytes(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 12,
            Self::AesCm128HmacSha1_80
            | Self::AesCm128HmacSha1_32
            | Self::AesCm256HmacSha1_80
            | Self::AesCm256HmacSha1_32 => 14,
        }
    }

    /// Bytes of the tag of an RTP packet.
    #[must_use]
    pub const fn tag_bytes(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 16,
            Self::AesCm128HmacSha1_80 | Self::AesCm256HmacSha1_80 => 10,
            Self::AesCm128HmacSha1_32 | Self::AesCm256HmacSha1_32 => 4,
        }
    }

    /// Bytes of the tag of an RTCP packet: never the short one (RFC 4568 §6.2.2).
    #[must_use]
    pub const fn control_tag_bytes(self) -> usize {
        match self {
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 16,
            Self::AesCm128HmacSha1_80
            | Self::AesCm128HmacSha1_32
            | Self::AesCm256HmacSha1_80
            | Self::AesCm256HmacSha1_32 => 10,
        }
    }
}

/// Why key material cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadKey {
    /// It is no base64.
    #[error("read the key as base64")]
    Encoding,
    /// It has the wrong length for its suite.
    #[error("fit {found} bytes of key and salt to a suite that takes {wanted}")]
    Length {
        /// The bytes that the suite takes.
        wanted: usize,
        /// The bytes there are.
        found: usize,
    },
}

/// A master key and salt of one direction. It shows itself to nobody by accident and is overwritten when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey {
    suite: Suite,
    material: Zeroizing<[u8; MAX_MATERIAL]>,
}

impl MasterKey {
    /// Takes key and salt, the one behind the other, from `material`.
    ///
    /// # Errors
    /// [`BadKey::Length`] where they are not as long as the suite asks.
    pub fn new(suite: Suite, material: &[u8]) -> Result<Self, BadKey> {
        let wanted = suite.key_bytes() + suite.salt_bytes();
        let mut kept = Zeroizing::new([0; MAX_MATERIAL]);
        match kept.get_mut(..wanted) {
            Some(room) if material.len() == wanted => room.copy_from_slice(material),
            Some(_) | None => return Err(BadKey::Length { wanted, found: material.len() }),
        }
        Ok(Self { suite, material: kept })
    }

    /// Reads key and salt as SDP writes them, behind `inline:` (RFC 4568 §6.1). Missing padding is tolerated.
    ///
    /// # Errors
    /// [`BadKey`] where it is no base64, or of another length than the suite asks.
    pub fn from_base64(suite: Suite, text: &str) -> Result<Self, BadKey> {
        let material = Zeroizing::new(BASE64.decode(text).map_err(|_| BadKey::Encoding)?);
        Self::new(suite, &material)
    }

    /// Key and salt as SDP writes them. The text is as secret as the key.
    #[must_use]
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(self.whole()))
    }

    /// The suite it is for.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    pub(super) fn key(&self) -> &[u8] {
        self.whole().get(..self.suite.key_bytes()).unwrap_or_default()
    }

    pub(super) fn salt(&self) -> &[u8] {
        self.whole().get(self.suite.key_bytes()..).unwrap_or_default()
    }

    fn whole(&self) -> &[u8] {
        let length = self.suite.key_bytes() + self.suite.salt_bytes();
        self.material.get(..length).unwrap_or_default()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({}, …)", self.suite.name())
    }
}
