//! Finds free ports on loopback.
//!
//! Ports lie below the range that the system hands out by itself and below the range that a node takes for audio
//! where it is not told; each is given once per test program, so that tests that run side by side never meet.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::Mutex;

const FIRST: u16 = 10_000;
const LAST: u16 = 19_999;

/// Where the search goes on; the first one starts at a place of the program's own.
static NEXT: Mutex<Option<u16>> = Mutex::new(None);

/// The first, even port of a run of `size` ports that are free for UDP and TCP.
pub(crate) fn block(size: u16) -> u16 {
    let mut next = NEXT.lock().expect("no test panics while it looks for ports");
    let from = next.unwrap_or_else(own_start);
    let mut starts = (from..LAST - size).chain(FIRST..from).filter(|port| port % 2 == 0);
    let found = starts.find(|&start| (start..start + size).all(is_free));
    let first = found.expect("a run of free ports below the system's own range");
    *next = Some(first + size.next_multiple_of(2));
    first
}

/// One free port.
pub(crate) fn one() -> u16 {
    block(1)
}

/// Two test programs at a time begin far apart.
fn own_start() -> u16 {
    let places = u32::from(LAST - FIRST) / 100;
    let place = std::process::id() % places * 100;
    FIRST + u16::try_from(place).expect("below LAST")
}

fn is_free(port: u16) -> bool {
    let address = (Ipv4Addr::LOCALHOST, port);
    UdpSocket::bind(address).is_ok() && TcpListener::bind(address).is_ok()
}
