//! A bad network between one peer and the program: datagrams are lost, doubled, delayed and overtaken, by a seed.
//!
//! The peer sends to [`Relay::front`] and names [`Relay::back`] as its own address, so that whatever the far side
//! sends, answers and requests alike, comes through here as well. It knows no protocol: SIP and RTP are the same to it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::wait;

/// How long a side waits for a datagram before it looks whether it is to end.
const POLL: Duration = Duration::from_millis(50);
/// How much later than its time a datagram comes that others are to overtake, at most.
const OVERTAKEN: Duration = Duration::from_millis(60);

/// What happens to datagrams, each way by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Impairment {
    /// How many of 1,000 are lost.
    pub(crate) lost: u64,
    /// How many of 1,000 come twice.
    pub(crate) doubled: u64,
    /// How many of 1,000 are overtaken by later ones.
    pub(crate) overtaken: u64,
    /// The shortest and the longest time on the way.
    pub(crate) delay: (Duration, Duration),
    /// Decides which. Same seed and same datagrams: same fate.
    pub(crate) seed: u64,
}

/// What a relay has done so far, both ways together.
#[derive(Debug, Default)]
struct Tally {
    arrived: AtomicU64,
    lost: AtomicU64,
    doubled: AtomicU64,
}

/// A relay at work; ends when dropped.
#[derive(Debug)]
pub(crate) struct Relay {
    front: SocketAddr,
    back: SocketAddr,
    tally: Arc<Tally>,
    ended: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// A datagram on its way.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Parcel {
    due: Instant,
    number: u64,
    forth: bool,
    bytes: Vec<u8>,
}

impl Relay {
    /// Stands between one peer on loopback and `target`.
    pub(crate) fn start(target: SocketAddr, impairment: Impairment) -> Self {
        let open = || {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of the system's");
            socket.set_read_timeout(Some(POLL)).expect("a socket takes a time-out");
            socket
        };
        let (front, back) = (open(), open());
        let address = |socket: &UdpSocket| socket.local_addr().expect("it is bound");
        let (front_address, back_address) = (address(&front), address(&back));
        let (tally, ended) = (Arc::new(Tally::default()), Arc::new(AtomicBool::new(false)));
        let peer = Arc::new(Mutex::new(None));
        let (parcels, due) = channel();
        let mut threads = Vec::new();
        for (socket, forth) in [(&front, true), (&back, false)] {
            let side = Side {
                socket: socket.try_clone().expect("a socket can be doubled"),
                forth,
                impairment,
                chance: Chance(impairment.seed.wrapping_mul(2) + u64::from(forth) + 1),
                number: 0,
            };
            let (tally, ended, parcels) = (Arc::clone(&tally), Arc::clone(&ended), parcels.clone());
            let peer = Arc::clone(&peer);
            threads.push(std::thread::spawn(move || side.run(&peer, &tally, &ended, &parcels)));
        }
        threads.push(std::thread::spawn(move || deliver(&due, &front, &back, target, &peer)));
        Self { front: front_address, back: back_address, tally, ended, threads }
    }

    /// Where the peer sends to.
    pub(crate) fn front(&self) -> SocketAddr {
        self.front
    }

    /// Where the far side sees the peer.
    pub(crate) fn back(&self) -> SocketAddr {
        self.back
    }

    /// Datagrams that came, were lost and were doubled, both ways together.
    pub(crate) fn tally(&self) -> (u64, u64, u64) {
        let Tally { arrived, lost, doubled } = &*self.tally;
        (
            arrived.load(Ordering::Relaxed),
            lost.load(Ordering::Relaxed),
            doubled.load(Ordering::Relaxed),
        )
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().expect("a relay does not panic");
        }
    }
}

/// One way through the relay.
struct Side {
    socket: UdpSocket,
    /// Whether it leads from the peer to the far side.
    forth: bool,
    impairment: Impairment,
    chance: Chance,
    number: u64,
}

impl Side {
    fn run(
        mut self,
        peer: &Mutex<Option<SocketAddr>>,
        tally: &Tally,
        ended: &AtomicBool,
        parcels: &Sender<Parcel>,
    ) {
        let mut buffer = vec![0; 65_536];
        while !ended.load(Ordering::Relaxed) {
            let Ok((length, from)) = self.socket.recv_from(&mut buffer) else { continue };
            if self.forth {
                *peer.lock().expect("no side panics") = Some(from);
            }
            tally.arrived.fetch_add(1, Ordering::Relaxed);
            if self.chance.of_thousand(self.impairment.lost) {
                tally.lost.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let copies = if self.chance.of_thousand(self.impairment.doubled) { 2 } else { 1 };
            tally.doubled.fetch_add(copies - 1, Ordering::Relaxed);
            for _ in 0..copies {
                self.number += 1;
                let due = wait::now() + self.time_on_the_way();
                let (number, forth, bytes) = (self.number, self.forth, buffer[..length].to_vec());
                if parcels.send(Parcel { due, number, forth, bytes }).is_err() {
                    return;
                }
            }
        }
    }

    fn time_on_the_way(&mut self) -> Duration {
        let (least, most) = self.impairment.delay;
        let mut time = least + self.chance.up_to(most.saturating_sub(least));
        if self.chance.of_thousand(self.impairment.overtaken) {
            time += self.chance.up_to(OVERTAKEN);
        }
        time
    }
}

/// Sends each datagram at its time.
fn deliver(
    parcels: &Receiver<Parcel>,
    front: &UdpSocket,
    back: &UdpSocket,
    target: SocketAddr,
    peer: &Mutex<Option<SocketAddr>>,
) {
    let mut waiting = BinaryHeap::new();
    loop {
        let next = waiting.peek().map(|Reverse(parcel): &Reverse<Parcel>| parcel.due);
        let rest = next.map_or(POLL, |due| due.saturating_duration_since(wait::now()));
        match parcels.recv_timeout(rest) {
            Ok(parcel) => waiting.push(Reverse(parcel)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let now = wait::now();
        while waiting.peek().is_some_and(|Reverse(parcel)| parcel.due <= now) {
            let Some(Reverse(parcel)) = waiting.pop() else { break };
            let sent = if parcel.forth {
                back.send_to(&parcel.bytes, target)
            } else {
                let Some(peer) = *peer.lock().expect("no side panics") else { continue };
                front.send_to(&parcel.bytes, peer)
            };
            // A far side that is gone refuses; the network says no more about that than this.
            drop(sent);
        }
    }
}

/// A xorshift generator.
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn of_thousand(&mut self, share: u64) -> bool {
        (self.next() >> 11) % 1_000 < share
    }

    fn up_to(&mut self, most: Duration) -> Duration {
        let micros = u64::try_from(most.as_micros()).expect("less than an age");
        Duration::from_micros((self.next() >> 11) % (micros + 1))
    }
}
