//! A console call in wall-clock time, through the loudspeaker.

use std::cell::RefCell;
use std::io::{self, BufRead as _};
use std::rc::Rc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration as Span;

use super::speaker::Speaker;
use super::stage::Stage;
use crate::call::Origin;
use crate::runtime::Clock;
use crate::time::{Instant, Wall};

/// How often the call is moved on.
const STEP: Span = Span::from_millis(10);

/// Lines typed ahead of the call; further typing waits.
const LINES: usize = 16;

impl Stage {
    /// Plays a call as fast as the clock goes.
    pub(super) fn live(self, wall: Wall, origin: Origin) -> io::Result<()> {
        let speaker =
            Rc::new(RefCell::new(Speaker::open(self.library()).map_err(io::Error::other)?));
        let (typed, lines) = sync_channel(LINES);
        // The thread ends with the process: a blocked read of a terminal cannot be called off.
        thread::spawn(move || {
            for line in io::stdin().lock().lines() {
                if line.is_err() || typed.send(line.unwrap_or_default()).is_err() {
                    return;
                }
            }
        });
        let mut conversation = self.begin(wall, origin, io::stdout());
        let ear = Rc::clone(&speaker);
        conversation.listen(Box::new(move |leg, heard| ear.borrow_mut().hear(leg, heard)));
        let clock = Clock::new();
        let began = clock.now();
        while !conversation.is_over() {
            conversation.run_until(Instant::ZERO + (clock.now() - began))?;
            speaker.borrow().balance();
            match lines.recv_timeout(STEP) {
                Ok(line) => conversation.obey_now(&line)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => conversation.hang_up()?,
            }
        }
        conversation.finish()
    }
}
