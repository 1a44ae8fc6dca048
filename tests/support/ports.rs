//! Finds free ports on loopback.
//!
//! The ports between those that the system hands out by itself and those that a node takes for audio where it is not
//! told are cut into slots. A test program that takes a slot keeps a listener on its first port until it ends, so
//! that tests that run side by side never meet, even those of two programs.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::Mutex;

const FIRST: u16 = 10_000;
const SLOTS: u16 = 39;
/// The size of a slot.
const SLOT: u16 = 256;

/// What this program has.
#[derive(Debug)]
struct Taken {
    /// One for each slot.
    marks: Vec<TcpListener>,
    /// What is left of the last slot.
    next: u16,
    end: u16,
}

static TAKEN: Mutex<Taken> = Mutex::new(Taken { marks: Vec::new(), next: 0, end: 0 });

/// The first, even port of a run of `size` ports that are free for UDP and TCP.
pub(crate) fn block(size: u16) -> u16 {
    let size = size.next_multiple_of(2);
    let mut taken = TAKEN.lock().expect("no test panics while it looks for ports");
    loop {
        let start = taken.next;
        if start + size > taken.end {
            taken.take_slot();
        } else if (start..start + size).all(is_free) {
            taken.next = start + size;
            return start;
        } else {
            taken.next += 2;
        }
    }
}

/// One free port.
pub(crate) fn one() -> u16 {
    block(1)
}

impl Taken {
    fn take_slot(&mut self) {
        let free = |n| TcpListener::bind((Ipv4Addr::LOCALHOST, FIRST + n * SLOT)).ok();
        let found = (0..SLOTS).find_map(|n| Some((n, free(n)?)));
        let (n, mark) = found.expect("a slot that no other test program has");
        self.marks.push(mark);
        self.next = FIRST + n * SLOT + 2;
        self.end = FIRST + (n + 1) * SLOT;
    }
}

fn is_free(port: u16) -> bool {
    let address = (Ipv4Addr::LOCALHOST, port);
    UdpSocket::bind(address).is_ok() && TcpListener::bind(address).is_ok()
}
