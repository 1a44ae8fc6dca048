//! The RTCP of a leg on its thread: on the port of its media, or on the next one where the far side wants it so.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use super::line::Line;
use super::stream::Stream;
use super::turn::Arrival;
use crate::call::Quality;
use crate::media::{Control, Reception, opinion};
use crate::time::{Duration, Instant};

/// How often a port of its own is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// Datagrams that are read at one look.
const MAX_LOOKS: usize = 8;
/// How long packets wait where they are heard, about.
const WAIT_AT_HOME: Duration = Duration::from_millis(60);

/// The reports of one leg.
#[derive(Debug)]
pub(super) struct Reports {
    control: Control,
    /// The socket on the next port; `None` = reports share the port of the media, or none could be had.
    socket: Option<UdpSocket>,
    look: Instant,
}

impl Reports {
    pub(super) fn new(ssrc: u32, chance: u64) -> Self {
        Self { control: Control::new(ssrc, chance), socket: None, look: Instant::ZERO }
    }

    /// Takes what was agreed.
    pub(super) fn connect(&mut self, stream: &Stream, media: &UdpSocket) {
        match (stream.control_port, &self.socket) {
            (Some(_), None) => self.socket = beside(media).ok(),
            (None, Some(_)) => self.socket = None,
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    /// Reads a report of the far side.
    pub(super) fn receive(&mut self, datagram: &[u8], reception: &Reception, now: Instant) -> bool {
        self.control.receive(datagram, reception.ssrc(), now)
    }

    /// Reads what came to a port of its own, and sends a report if one is due.
    pub(super) fn turn(
        &mut self,
        line: &mut Line,
        media: &UdpSocket,
        reception: &mut Reception,
        arrival: &mut Arrival,
        now: Instant,
    ) {
        if let Some(socket) = &self.socket
            && now >= self.look
        {
            self.look = now + LOOK;
            for _ in 0..MAX_LOOKS {
                match socket.recv_from(arrival) {
                    Ok((length, from)) if line.is_far_host(from) => {
                        let datagram = arrival.get_mut(..length).unwrap_or_default();
                        if let Ok(datagram) = line.open(datagram) {
                            self.control.receive(datagram, reception.ssrc(), now);
                        }
                    }
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    // The far side's refusal of an earlier report.
                    Err(_) => {}
                }
            }
        }
        if self.control.is_due(now) {
            self.send(line, media, reception, now, false);
        }
    }

    /// Sends the last report.
    pub(super) fn part(
        &mut self,
        line: &mut Line,
        media: &UdpSocket,
        reception: &mut Reception,
        now: Instant,
    ) {
        self.send(line, media, reception, now, true);
    }

    /// What is to be recorded of a leg; `sent` are the packets that it sent, `late` those that it heard too late.
    pub(super) fn quality(
        &self,
        stream: &Stream,
        sent: u64,
        reception: &Reception,
        late: u64,
    ) -> Quality {
        let told = self.control.told();
        let arrived = reception.quality();
        let clock = u64::from(stream.codec.clock_rate());
        let jitter = u64::from(told.jitter) * 1_000_000 / clock;
        let there = told.round_trip.unwrap_or(Duration::ZERO).as_micros() / 2;
        let waits = Duration::from_micros(there + 2 * arrived.jitter_us) + WAIT_AT_HOME;
        let missed = arrived.lost + late;
        let all = arrived.received + arrived.lost;
        #[expect(clippy::cast_precision_loss, reason = "packets of one call")]
        let loss = missed as f64 / all.max(1) as f64;
        let mos = opinion(stream.codec, loss, waits);
        Quality {
            late,
            sent,
            far_lost: told.lost,
            far_jitter_us: told.lost.map(|_| jitter),
            round_trip_us: told.round_trip.map(Duration::as_micros),
            mos: (arrived.received > 0).then(|| (mos * 100.0).round() / 100.0),
            ..arrived
        }
    }

    fn send(
        &mut self,
        line: &mut Line,
        media: &UdpSocket,
        reception: &mut Reception,
        now: Instant,
        last: bool,
    ) {
        let Some(to) = line.control_address() else { return };
        let clock_rate = line.stream.codec.clock_rate();
        let block = reception.report(clock_rate);
        if line.sent.packets == 0 && block.is_none() {
            return;
        }
        let report = self.control.report(&line.sent, block, clock_rate, now, last);
        match &self.socket {
            Some(socket) => line.sealed(&report, |report| socket.send_to(report, to)),
            None if line.stream.control_port.is_none() => line.send(media, &report, now),
            None => {}
        }
    }
}

/// A socket on the port after that of the media.
fn beside(media: &UdpSocket) -> io::Result<UdpSocket> {
    let address = media.local_addr()?;
    let socket = UdpSocket::bind(SocketAddr::new(address.ip(), address.port() | 1))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
