//! Encrypted legs: what goes out is sealed, what comes in is proved, and nothing passes in the clear.

use super::*;
use crate::media::{MAX_SRTP_OVERHEAD, MasterKey, Opener, Sealer, Suite};

fn master(suite: Suite, letter: u8) -> MasterKey {
    let material = vec![letter; suite.key_bytes() + suite.salt_bytes()];
    MasterKey::new(suite, &material).expect("of the right length")
}

/// The engine's keys for a suite: it seals under `E`, the phone under `P`.
fn keys(suite: Suite) -> Option<Arc<Keys>> {
    Some(Arc::new(Keys { sealing: master(suite, b'E'), opening: master(suite, b'P') }))
}

/// Sends one packet of a phone, sealed.
fn send_sealed(phone: &mut Phone, sealer: &mut Sealer, payload_type: u8, payload: &[u8]) {
    let header = RtpHeader { payload_type, ..phone.header };
    let mut datagram = vec![0; RTP_HEADER + payload.len() + MAX_SRTP_OVERHEAD];
    header.write(datagram.first_chunk_mut().expect("room"));
    let length = RTP_HEADER + payload.len();
    datagram[RTP_HEADER..length].copy_from_slice(payload);
    let length = sealer.seal(&mut datagram, length).expect("room");
    phone.socket.send_to(&datagram[..length], phone.engine).expect("sent");
    phone.header.sequence = phone.header.sequence.wrapping_add(1);
}

/// The key `symbol` held for 60 ms, sealed.
fn press_sealed(phone: &mut Phone, sealer: &mut Sealer, symbol: char) {
    let symbol = Symbol::from_char(symbol).expect("a key");
    let mut sender =
        KeySender::new(symbol, Duration::from_millis(60), Duration::from_millis(20), 8_000);
    while let Some(packet) = sender.next_packet() {
        send_sealed(phone, sealer, EVENTS, &packet.payload);
    }
    phone.header.timestamp = phone.header.timestamp.wrapping_add(8_000);
}

#[test]
fn a_prompt_is_heard_by_whoever_has_the_key() {
    for suite in [Suite::AesCm128HmacSha1_80, Suite::AeadAes256Gcm] {
        let rig = Rig::new(settings());
        let phone = rig.phone(1, |stream| stream.keys = keys(suite));
        rig.play(1, 9, &["ramp"], SymbolSet::NONE);
        let expected = encoded(&ramp(3_333), Codec::Pcmu);
        let mut opener = Opener::new(&master(suite, b'E'));
        let mut payload = Vec::new();
        while payload.len() < expected.len() {
            let mut datagram = phone.datagram();
            if is_control(&datagram) {
                opener.open_control(&mut datagram).expect("a proved report");
                continue;
            }
            let sealed = datagram.clone();
            let length = opener.open(&mut datagram).expect("a proved packet");
            assert_ne!(sealed[RTP_HEADER..length], datagram[RTP_HEADER..length], "in the clear");
            let packet = RtpPacket::parse(&datagram[..length]).expect("RTP");
            if !payload.is_empty() || packet.payload.iter().any(|&byte| byte != 0xff) {
                payload.extend_from_slice(packet.payload);
            }
        }
        assert!(payload == expected, "{suite:?}: the payload is the encoded file");
        rig.threads.shutdown();
    }
}

#[test]
fn only_proved_keys_are_taken_and_forged_packets_end_nothing() {
    let suite = Suite::AesCm128HmacSha1_80;
    let mut rig = Rig::new(settings());
    let mut phone = rig.phone(1, |stream| stream.keys = keys(suite));
    let mut sealer = Sealer::new(&master(suite, b'P'));
    press_sealed(&mut phone, &mut sealer, '1');
    // The same phone in the clear, and under a wrong key.
    phone.press('2');
    press_sealed(&mut phone, &mut Sealer::new(&master(suite, b'X')), '3');
    for n in 0..100_u16 {
        let mut forged = [0x80; 60];
        forged[2..4].copy_from_slice(&n.to_be_bytes());
        phone.socket.send_to(&forged, phone.engine).expect("sent");
    }
    press_sealed(&mut phone, &mut sealer, '4');
    for expected in ['1', '4'] {
        let MediaEventKind::Key { symbol, .. } = rig.kind().1 else { panic!("a key") };
        assert_eq!(symbol.as_char(), expected);
    }
    rig.threads.shutdown();
}

#[test]
fn a_bridge_takes_sound_from_one_key_to_another() {
    let (first, second) = (Suite::AesCm128HmacSha1_80, Suite::AeadAes128Gcm);
    let mut rig = Rig::new(settings());
    let mut caller = rig.phone(1, |stream| stream.keys = keys(first));
    let port = rig.threads.open(leg(2), Some(leg(1))).expect("a port");
    let agent = Phone::new(port);
    rig.threads.connect(leg(2), agent.stream(|stream| stream.keys = keys(second)));
    rig.threads.bridge(leg(1), leg(2));
    for _ in 0..2 {
        assert_eq!(rig.kind().1, MediaEventKind::Bridged);
    }
    let mut sealer = Sealer::new(&master(first, b'P'));
    let mut opener = Opener::new(&master(second, b'E'));
    for n in 0..5 {
        send_sealed(&mut caller, &mut sealer, 0, &[n; FRAME]);
        caller.header.timestamp = caller.header.timestamp.wrapping_add(160);
    }
    let mut heard = 0;
    while heard < 5 {
        let mut datagram = agent.datagram();
        if is_control(&datagram) {
            continue;
        }
        let length = opener.open(&mut datagram).expect("a proved packet");
        if datagram[RTP_HEADER..length] == [heard; FRAME] {
            heard += 1;
        }
    }
    rig.threads.shutdown();
}
