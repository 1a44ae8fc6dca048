//! RTCP on the wire: who is told what, where, and whom we believe.

use super::*;
use crate::media::{Control, ControlPacket, ReportBlock, Sent, parse_control};

/// The next report from the engine to a socket.
fn report(socket: &UdpSocket) -> Vec<u8> {
    let mut datagram = [0; 2_000];
    loop {
        let (length, _) = socket.recv_from(&mut datagram).expect("a report in time");
        if is_control(&datagram[..length]) {
            return datagram[..length].to_vec();
        }
    }
}

/// Who sends, and the blocks of a report of the engine.
fn opened(report: &[u8]) -> (u32, Vec<u8>) {
    match parse_control(report).expect("a compound packet").first() {
        Some(ControlPacket::SenderReport { ssrc, blocks, .. }) => (*ssrc, blocks.to_vec()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn reports_share_the_port_of_the_media_and_tell_both_ways() {
    let mut rig = Rig::new(settings());
    let mut phone = rig.phone(1, |_| {});
    rig.threads.music(leg(1), Some(SoundId::from("music")));
    for n in 0..10 {
        if n != 5 {
            phone.speak(0, &[0xff; FRAME]);
        } else {
            phone.header.sequence = phone.header.sequence.wrapping_add(1);
        }
    }
    let (engine, blocks) = opened(&report(&phone.socket));
    let told = ReportBlock::about(&blocks, phone.header.ssrc).expect("about our stream");
    assert_eq!(told.lost, 1);
    assert_eq!(told.newest & 0xffff, u32::from(phone.header.sequence.wrapping_sub(1)));

    let ours = Control::new(phone.header.ssrc, 5);
    let block = ReportBlock {
        ssrc: engine,
        fraction_lost: 0,
        lost: 4,
        newest: 0,
        jitter: 16,
        last_report: 0,
        delay: 0,
    };
    let mut sent = Sent::default();
    sent.note(&phone.header, 160, rig.clock.now());
    let report = ours.report(&sent, Some(block), 8_000, rig.clock.now(), false);
    let lie =
        ours.report(&sent, Some(ReportBlock { lost: 99, ..block }), 8_000, rig.clock.now(), false);
    phone.socket.send_to(&report, phone.engine).expect("sent");
    let stranger = UdpSocket::bind((LOCALHOST, 0)).expect("a socket");
    stranger.send_to(&lie, phone.engine).expect("sent");
    // The next look takes both.
    phone.speak(0, &[0xff; FRAME]);
    phone.hear();
    phone.hear();
    phone.hear();
    rig.threads.close(leg(1));
    let (1, MediaEventKind::Closed { quality: Some(quality) }) = rig.kind() else { panic!() };
    assert_eq!((quality.received, quality.lost), (10, 1));
    assert_eq!((quality.far_lost, quality.far_jitter_us), (Some(4), Some(2_000)));
    assert!(quality.sent > 10 && quality.mos.is_some_and(|mos| mos > 1.0), "{quality:?}");
}

#[test]
fn reports_go_from_port_to_port_where_the_far_side_wants_that() {
    let rig = Rig::new(settings());
    let control = UdpSocket::bind((LOCALHOST, 0)).expect("a socket");
    control.set_read_timeout(Some(PATIENCE)).expect("set");
    let port = control.local_addr().expect("bound").port();
    let mut phone = rig.phone(1, |stream| stream.control_port = Some(port));
    phone.speak(0, &[0xff; FRAME]);
    let mut datagram = [0; 2_000];
    let (length, from) = control.recv_from(&mut datagram).expect("a report in time");
    assert_eq!(from.port(), phone.engine.port() | 1);
    opened(&datagram[..length]);
    rig.threads.close(leg(1));
    let (length, _) = control.recv_from(&mut datagram).expect("a goodbye");
    let last = parse_control(&datagram[..length]).expect("a compound packet");
    assert_eq!(last.last(), Some(&ControlPacket::Goodbye));
}
