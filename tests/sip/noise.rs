//! Datagrams that mean nothing, or almost something, on every port.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use sambung::media::Law;

use super::calls::{ending, steps};
use crate::needs;
use crate::support::project::Project;
use crate::support::rtp::Endpoint;
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::sound;

/// How many datagrams each kind of port gets.
const DATAGRAMS: u32 = 1_000;

/// A xorshift generator: the same noise in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).expect("small")).expect("small")
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[3]
    }

    /// Up to 300 bytes, half the time with a beginning that looks like `start`.
    fn datagram(&mut self, start: &[u8]) -> Vec<u8> {
        let mut bytes = if self.next().is_multiple_of(2) { start.to_vec() } else { Vec::new() };
        let length = self.below(300);
        bytes.extend((0..length).map(|_| self.byte()));
        for _ in 0..self.below(4) {
            if let Some(at) = (!bytes.is_empty()).then(|| self.below(bytes.len())) {
                bytes[at] = self.byte();
            }
        }
        bytes
    }
}

#[test]
fn noise_on_every_port_changes_nothing_for_a_call() {
    needs!("noise_on_every_port_changes_nothing_for_a_call", Sipp);
    let climb = sound::climb(6_000);
    let server = Server::start(Project::new("notice").prompt("notice", &climb));
    let ear = Endpoint::open();
    let mut call =
        Sipp::calling("called_side_hangs_up", server.sip(), "100").media_to(ear.port()).start();
    let media = ear.peer();

    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of the system's");
    let (first, last) = server.rtp();
    let all: Vec<_> =
        (first..=last).map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))).collect();
    let mut noise = Noise(0x5a4d_4255_4e47);
    for turn in 0..DATAGRAMS {
        let sip = noise.datagram(b"INVITE sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1");
        let event = noise.datagram(&[0x80, 101, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, 1, 0x8a]);
        let other = all[noise.below(all.len())];
        for (datagram, to) in [(&sip, server.sip()), (&event, media), (&event, other)] {
            stranger.send_to(datagram, to).expect("loopback takes a datagram");
        }
        if turn % 10 == 0 {
            crate::support::wait::pause(Duration::from_millis(20));
        }
    }
    call.finish();

    let expected: Vec<u8> = climb.iter().map(|&sample| Law::Mu.encode(sample)).collect();
    let whole = ear.audio().windows(expected.len()).any(|window| window == expected);
    assert!(whole, "the prompt did not arrive whole");
    let record = server.record();
    assert_eq!(steps(&record), ["notice next", "goodbye hangup"], "{record}");
    assert_eq!(ending(&record), ("system", "normal"), "{record}");

    let mut buffer = [0; 2_048];
    stranger.set_nonblocking(true).expect("a socket takes a flag");
    while let Ok((length, from)) = stranger.recv_from(&mut buffer) {
        assert_eq!(from, server.sip(), "RTP was sent to a stranger: {:?}", &buffer[..length]);
    }
}
