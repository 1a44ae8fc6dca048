//! SRTP against the vectors of its RFCs, and against itself under loss, repetition and forgery.

use super::cipher::{Cipher, Place};
use super::*;

/// Reads hexadecimal digits; blanks divide them as one likes.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| u8::try_from(c.to_digit(16)?).ok()).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4) | pair[1]).collect()
}

fn key(suite: Suite) -> MasterKey {
    let material: Vec<u8> = (1..).take(suite.key_bytes() + suite.salt_bytes()).collect();
    MasterKey::new(suite, &material).expect("of the right length")
}

/// A packet of 160 bytes of payload with room behind it, and its length.
fn packet(sequence: u16, ssrc: u32) -> ([u8; 300], usize) {
    let mut bytes = [0; 300];
    bytes[..2].copy_from_slice(&[0x80, 0]);
    bytes[2..4].copy_from_slice(&sequence.to_be_bytes());
    bytes[8..12].copy_from_slice(&ssrc.to_be_bytes());
    bytes[12..172].fill(u8::try_from(sequence & 0xff).expect("a byte"));
    (bytes, 172)
}

#[test]
fn keys_are_derived_as_rfc_3711_b3_shows() {
    let material = [hex("E1F97A0D3E018BE0D64FA32C06DE4139"), hex("0EC675AD498AFEEBB6960B3AABE6")];
    let master = MasterKey::new(Suite::AesCm128HmacSha1_80, &material.concat()).expect("a key");
    let derived = cipher::derived(&master);
    assert_eq!(derived[0], hex("C61E7A93744F39EE10734AFE3FF7A087"), "encryption");
    assert_eq!(derived[1], hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"), "authentication");
    assert_eq!(derived[2], hex("30CBBC08863D8C85D49DB34A9AE1"), "salt");
}

#[test]
fn keys_of_256_bits_are_derived_as_rfc_6188_7_2_shows() {
    let material = [
        hex("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6"),
        hex("3b04803de51ee7c96423ab5b78d2"),
    ];
    let master = MasterKey::new(Suite::AesCm256HmacSha1_80, &material.concat()).expect("a key");
    let derived = cipher::derived(&master);
    let encryption = "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4";
    assert_eq!(derived[0], hex(encryption), "encryption");
    assert_eq!(derived[1], hex("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05"), "authentication");
    assert_eq!(derived[2], hex("fa31791685ca444a9e07c6c64e93"), "salt");
}

#[test]
fn a_packet_is_sealed_as_rfc_7714_16_1_shows() {
    // The RFC gives the session key and salt; they are not derived.
    let salt = *hex("51756964 2070726f 2071756f").first_chunk().expect("12 bytes");
    let cipher = Cipher::galois_128(&hex("000102030405060708090a0b0c0d0e0f"), salt);
    let head = hex("8040f17b 8041f8d3 5501a0b2");
    let mut body = hex(
        "47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573",
    );
    let place = Place { ssrc: 0x5501_a0b2, index: 0xf17b };
    let tag = cipher.seal(&place, &head, &mut body, &[]);
    let sealed = hex(
        "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833",
    );
    assert_eq!(body, sealed);
    assert_eq!(tag[..16], hex("899d7f27 beb16a91 52cf765e e4390cce"));
    assert!(cipher.open(&place, &head, (&mut body, &tag[..16]), &[]));
    assert!(body.starts_with(b"Gallia est omnis divisa"));
}

#[test]
fn what_is_sealed_is_opened_once_in_any_order_across_rollovers() {
    for suite in Suite::ALL {
        let (mut sealer, mut opener) = (Sealer::new(&key(suite)), Opener::new(&key(suite)));
        let mut sealed: Vec<_> = (0..400_u32)
            .map(|n| {
                let sequence = u16::try_from((65_300 + n) & 0xffff).expect("16 bits");
                let (mut bytes, length) = packet(sequence, 7);
                let plain = bytes;
                let whole = sealer.seal(&mut bytes, length).expect("room");
                assert_eq!(whole, length + suite.tag_bytes(), "{}", suite.name());
                assert_ne!(bytes[12..length], plain[12..length]);
                assert_eq!(sealer.seal(&mut { plain }, length), None, "a number serves once");
                (bytes, whole, plain)
            })
            .collect();
        // Neighbours change places, as on a jittery way.
        for pair in sealed.chunks_mut(2) {
            pair.swap(0, 1);
        }
        for (bytes, whole, plain) in &sealed {
            let mut arrived = *bytes;
            let length = opener.open(&mut arrived[..*whole]).expect("proved");
            assert_eq!(arrived[..length], plain[..length], "{}", suite.name());
            let again = opener.open(&mut { *bytes }[..*whole]);
            assert_eq!(again, Err(Unopened::Repeated), "{}", suite.name());
        }
    }
}

#[test]
fn control_packets_are_sealed_too_and_open_ones_refused() {
    for suite in Suite::ALL {
        let (mut sealer, mut opener) = (Sealer::new(&key(suite)), Opener::new(&key(suite)));
        let mut plain = [0; 200];
        plain[..8].copy_from_slice(&[0x80, 200, 0, 6, 0, 0, 0, 7]);
        for n in 0..5 {
            plain[8] = n;
            let mut bytes = plain;
            let whole = sealer.seal_control(&mut bytes, 28).expect("room");
            assert_eq!(whole, 28 + 4 + suite.control_tag_bytes());
            let mut open = bytes;
            let word = if whole == 48 { 44 } else { 28 };
            open[word] &= 0x7f;
            assert_eq!(opener.open_control(&mut open[..whole]), Err(Unopened::Forged));
            let mut again = bytes;
            assert_eq!(opener.open_control(&mut bytes[..whole]), Ok(28), "{}", suite.name());
            assert_eq!(bytes[..28], plain[..28]);
            assert_eq!(opener.open_control(&mut again[..whole]), Err(Unopened::Repeated));
        }
    }
}

#[test]
fn forged_packets_take_no_memory_and_harm_nobody() {
    for suite in Suite::ALL {
        let (mut sealer, mut opener) = (Sealer::new(&key(suite)), Opener::new(&key(suite)));
        let (mut first, length) = packet(1, 7);
        let whole = sealer.seal(&mut first, length).expect("room");
        opener.open(&mut first[..whole]).expect("proved");
        for n in 0..2_000_u32 {
            let sequence = u16::try_from((n * 31) & 0xffff).expect("16 bits");
            let (mut forged, _) = packet(sequence, n % 3 * 7);
            forged[13] ^= u8::try_from(n & 0xff).expect("a byte");
            let taken = opener.open(&mut forged[..whole]);
            assert!(matches!(taken, Err(Unopened::Forged | Unopened::Repeated)), "{taken:?}");
        }
        for length in 0..60 {
            assert!(opener.open(&mut [0x90; 60][..length]).is_err());
            assert!(opener.open_control(&mut [0x80; 60][..length]).is_err());
        }
        let (mut second, length) = packet(2, 7);
        let whole = sealer.seal(&mut second, length).expect("room");
        let mut damaged = second;
        damaged[whole - 1] ^= 1;
        assert_eq!(opener.open(&mut damaged[..whole]), Err(Unopened::Forged));
        assert_eq!(opener.open(&mut second[..whole]), Ok(length), "the call goes on");
    }
}

#[test]
fn sources_under_one_key_are_bounded() {
    let suite = Suite::AesCm128HmacSha1_80;
    let mut opener = Opener::new(&key(suite));
    let mut open = |ssrc| {
        let (mut bytes, length) = packet(1, ssrc);
        let whole = Sealer::new(&key(suite)).seal(&mut bytes, length).expect("room");
        opener.open(&mut bytes[..whole])
    };
    assert!((0..8).all(|ssrc| open(ssrc).is_ok()));
    assert_eq!(open(8), Err(Unopened::Crowded));
    assert_eq!(open(3), Err(Unopened::Repeated), "those that are known go on");
}

#[test]
fn key_material_is_read_as_sdp_writes_it() {
    let suite = Suite::AesCm128HmacSha1_80;
    let written = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    let read = MasterKey::from_base64(suite, written).expect("the key of RFC 4568 §9.1");
    assert_eq!(*read.to_base64(), written);
    assert_eq!(format!("{read:?}"), "MasterKey(AES_CM_128_HMAC_SHA1_80, …)");
    let short = MasterKey::from_base64(suite, "WVNfX19zZW1jdGwgKCkgewkyMjA7");
    assert_eq!(short, Err(BadKey::Length { wanted: 30, found: 21 }));
    assert_eq!(MasterKey::from_base64(suite, "not base64!"), Err(BadKey::Encoding));
    let padded = key(Suite::AeadAes256Gcm).to_base64();
    let bare = padded.trim_end_matches('=');
    assert_eq!(
        MasterKey::from_base64(Suite::AeadAes256Gcm, bare),
        MasterKey::from_base64(Suite::AeadAes256Gcm, &padded),
        "phones leave padding out"
    );
    for suite in Suite::ALL {
        assert_eq!(Suite::named(&suite.name().to_lowercase()), Some(suite));
    }
    assert_eq!(Suite::named("F8_128_HMAC_SHA1_80"), None);
}
