//! One media thread: its legs, its wheel, its mailbox.
//!
//! It sleeps until the next slot with legs is due or an order comes, and on its mailbox alone while it has no legs.

mod rhythm;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError};
use std::thread::Thread;

use super::deck::Deck;
use super::event::{MediaEventKind, Outbox};
use super::kitchen::Kitchen;
use super::leg::{Leg, Partner};
use super::order::{Order, What};
use super::settings::Settings;
use super::stream::Stream;
use super::wheel::{TICK, Wheel};
use crate::call::{LegId, PlayEnd, Quality};
use crate::media::Ended;
use crate::runtime::{Clock, Relay};
use crate::time::{Duration, Instant};

/// What tells a thread the time.
pub(super) trait TimeSource {
    fn now(&self) -> Instant;
}

impl TimeSource for Clock {
    fn now(&self) -> Instant {
        Self::now(*self)
    }
}

/// What a thread is started with.
#[derive(Debug)]
pub(super) struct Worker<C> {
    pub(super) settings: Settings,
    pub(super) clock: C,
    pub(super) mailbox: Receiver<Order>,
    pub(super) outbox: Outbox,
    /// Ports of closed legs; as many at most as there are ports.
    pub(super) free_ports: Sender<u16>,
    pub(super) kitchen: Kitchen,
}

/// The thread at work.
#[derive(Debug)]
pub(super) struct Work<C> {
    worker: Worker<C>,
    legs: Vec<Option<Box<Leg>>>,
    places: BTreeMap<LegId, usize>,
    wheel: Wheel,
    /// Places of legs that want to be looked at more or less often than they are.
    restless: Vec<usize>,
    /// A leg that another thread is about to hand over.
    expected: Option<Receiver<Box<Leg>>>,
    ended: Vec<Ended>,
    /// Closed legs whose recordings are not on the disk yet.
    closing: Vec<Closing>,
}

/// A closed leg of which there is still something to report.
#[derive(Debug)]
struct Closing {
    leg: LegId,
    deck: Deck,
    quality: Option<Quality>,
}

impl<C: TimeSource> Worker<C> {
    /// Runs until nobody can send orders any more; then closes all legs.
    pub(super) fn run(self, offset: Duration) {
        let mut work = Work::new(self, offset);
        while work.read_mail() {
            work.turn_wheel();
            work.see_off();
            work.worker.outbox.flush();
            work.sleep();
        }
        while let Some(leg) = work.places.keys().next().copied() {
            work.close(leg);
        }
        // The writer of recordings answers, or its time is over.
        while !work.closing.is_empty() {
            std::thread::park_timeout(TICK.to_std());
            work.see_off();
        }
    }
}

impl<C: TimeSource> Work<C> {
    pub(super) fn new(worker: Worker<C>, offset: Duration) -> Self {
        let wheel = Wheel::new(offset, worker.clock.now());
        Self {
            worker,
            legs: Vec::new(),
            places: BTreeMap::new(),
            wheel,
            restless: Vec::new(),
            expected: None,
            ended: Vec::with_capacity(crate::media::MAX_PLAYS),
            closing: Vec::new(),
        }
    }

    /// Obeys all waiting orders. Returns whether more can come.
    fn read_mail(&mut self) -> bool {
        loop {
            if let Some(expected) = &self.expected {
                match expected.try_recv() {
                    Ok(leg) => self.adopt(leg),
                    // The leg was closed, or its thread is gone.
                    Err(TryRecvError::Disconnected) => {}
                    Err(TryRecvError::Empty) => return true,
                }
                self.expected = None;
            }
            match self.worker.mailbox.try_recv() {
                Ok(order) => self.obey(order),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    /// Sleeps until something is to be done.
    fn sleep(&mut self) {
        let idle = self.places.is_empty()
            && self.closing.is_empty()
            && self.expected.is_none()
            && self.worker.outbox.is_empty();
        if idle {
            if let Ok(order) = self.worker.mailbox.recv() {
                self.wheel.catch_up(self.worker.clock.now());
                self.obey(order);
            }
            return;
        }
        let wait = self.wheel.due().since(self.worker.clock.now());
        if !wait.is_zero() {
            std::thread::park_timeout(wait.to_std());
        }
    }

    fn leg(&mut self, id: LegId) -> Option<&mut Leg> {
        self.legs.get_mut(*self.places.get(&id)?)?.as_deref_mut()
    }

    /// Obeys one order. Should that panic, its leg is closed and the others go on.
    pub(super) fn obey(&mut self, order: Order) {
        let id = order.leg;
        if catch_unwind(AssertUnwindSafe(|| self.carry_out(order))).is_err() {
            tracing::error!(leg = %id, "An order for the media of a leg panicked; the leg is closed.");
            self.close(id);
        }
    }

    fn carry_out(&mut self, order: Order) {
        let Order { leg: id, what } = order;
        let now = self.worker.clock.now();
        match what {
            What::Open(leg) => self.adopt(leg),
            What::Expect(leg) => self.expected = Some(leg),
            What::Release { to, wake } => self.release(id, &to, &wake),
            What::Bridge(other) => self.bridge(id, other),
            What::Relay(relay) => self.relay(id, relay),
            What::Unbridge => self.unbridge(id),
            What::Close => self.close(id),
            What::Connect(stream) => self.connect(id, stream, now),
            What::Play { id: play, sounds, stop_on } => {
                let ended = match self.leg(id) {
                    Some(leg) => leg.mouth.player.play(play, sounds, stop_on, now),
                    None => Some(Ended {
                        play,
                        end: PlayEnd::Failed,
                        heard: Duration::ZERO,
                        audible_end: now,
                    }),
                };
                self.report_ends(id, ended);
                self.begin_now(id);
            }
            What::Stop(play) => {
                let ended = self.leg(id).and_then(|leg| leg.mouth.player.stop(play, now));
                self.report_ends(id, ended);
            }
            What::Music(music) => {
                if let Some(leg) = self.leg(id) {
                    leg.mouth.player.set_music(music);
                }
                self.begin_now(id);
            }
            What::Record { order, tape } => {
                if let Some(leg) = self.leg(id) {
                    leg.deck.begin(&order, tape, now);
                }
            }
            What::StopRecording(recording) => {
                if let Some(leg) = self.leg(id) {
                    leg.deck.stop(&recording, now);
                }
            }
            What::Key(symbol) => {
                let peer = self.leg(id).and_then(|leg| leg.pressed_elsewhere(symbol, now));
                if let Some(Some(peer)) = peer.and_then(|place| self.legs.get_mut(place)) {
                    peer.mouth.keys.push([symbol]);
                }
            }
            What::Press(keys) => {
                if let Some(leg) = self.leg(id) {
                    leg.mouth.keys.push(keys);
                }
                self.begin_now(id);
            }
            What::Mask(masked) => {
                if let Some(leg) = self.leg(id) {
                    leg.masked = masked;
                }
            }
        }
    }

    /// Connects a leg's media; packets of another length want another rhythm.
    fn connect(&mut self, id: LegId, stream: Stream, now: Instant) {
        let Some(&place) = self.places.get(&id) else { return };
        let Some(Some(leg)) = self.legs.get_mut(place) else { return };
        leg.connect(stream, &self.worker.settings, now);
        self.settle(place);
        self.begin_now(id);
    }

    fn report_ends(&mut self, leg: LegId, ended: Option<Ended>) {
        self.ended.extend(ended);
        self.worker.outbox.push_ended(self.worker.clock.now(), leg, &mut self.ended);
    }

    /// Ends all plays of a leg.
    fn stop_plays(&mut self, id: LegId) {
        let now = self.worker.clock.now();
        let mut ended = std::mem::take(&mut self.ended);
        if let Some(leg) = self.leg(id) {
            leg.mouth.player.stop_all(now, &mut ended);
            leg.mouth.player.set_music(None);
        }
        self.worker.outbox.push_ended(now, id, &mut ended);
        self.ended = ended;
    }

    /// Takes a leg, new or from another thread.
    fn adopt(&mut self, mut leg: Box<Leg>) {
        let place = self.legs.iter().position(Option::is_none).unwrap_or(self.legs.len());
        leg.rhythm = leg.period();
        leg.begin(self.wheel.insert(place, leg.rhythm));
        self.places.insert(leg.id, place);
        if place == self.legs.len() {
            self.legs.push(Some(leg));
        } else {
            self.legs[place] = Some(leg);
        }
    }

    /// Takes a leg out of this thread.
    fn take(&mut self, id: LegId) -> Option<Box<Leg>> {
        self.unbridge(id);
        let place = self.places.remove(&id)?;
        self.wheel.remove(place);
        self.legs.get_mut(place)?.take()
    }

    /// Hands a leg over to the thread that expects it; if the leg is gone, that thread sees the channel closed.
    fn release(&mut self, id: LegId, to: &SyncSender<Box<Leg>>, wake: &Thread) {
        if let Some(leg) = self.take(id)
            && let Err(returned) = to.try_send(leg)
        {
            let (std::sync::mpsc::TrySendError::Full(leg)
            | std::sync::mpsc::TrySendError::Disconnected(leg)) = returned;
            self.adopt(leg);
        }
        wake.unpark();
    }

    /// Connects two legs of this thread; both are taken out of any other bridge, their plays and music end.
    fn bridge(&mut self, a: LegId, b: LegId) {
        let (Some(&place_a), Some(&place_b)) = (self.places.get(&a), self.places.get(&b)) else {
            return;
        };
        if a == b {
            return;
        }
        for (leg, place, other) in [(a, place_a, place_b), (b, place_b, place_a)] {
            if self.leg(leg).is_some_and(|leg| leg.bridged() != Some(other)) {
                self.unbridge(leg);
            }
            self.stop_plays(leg);
            if let Some(Some(leg)) = self.legs.get_mut(place) {
                leg.bridge(Partner::Leg(other));
            }
            let now = self.worker.clock.now();
            self.worker.outbox.push(now, leg, MediaEventKind::Bridged);
        }
    }

    /// Connects a leg with one of another adapter; it is taken out of any other bridge, its plays and music end.
    fn relay(&mut self, id: LegId, relay: Relay) {
        self.unbridge(id);
        self.stop_plays(id);
        if let Some(leg) = self.leg(id) {
            leg.bridge(Partner::Afar(relay));
            let now = self.worker.clock.now();
            self.worker.outbox.push(now, id, MediaEventKind::Bridged);
        }
    }

    /// Takes a leg's bridge apart, if it has one; both parties stay.
    fn unbridge(&mut self, id: LegId) {
        let Some(leg) = self.leg(id) else { return };
        let Some(partner) = leg.unbridge() else { return };
        let quality = leg.quality();
        let now = self.worker.clock.now();
        self.worker.outbox.push(now, id, MediaEventKind::Unbridged { quality });
        if let Partner::Leg(place) = partner
            && let Some(Some(peer)) = self.legs.get_mut(place)
        {
            peer.unbridge();
            let quality = peer.quality();
            self.worker.outbox.push(now, peer.id, MediaEventKind::Unbridged { quality });
        }
    }

    /// Ends a leg: its plays, its recording, its bridge, its socket; then its port is free.
    fn close(&mut self, id: LegId) {
        self.stop_plays(id);
        let Some(mut leg) = self.take(id) else { return };
        let (foreign, unusable) = leg.dropped();
        tracing::debug!(leg = %id, foreign, unusable, "Media closed.");
        let (port, quality) = (leg.port, leg.part(self.worker.clock.now()));
        let mut deck = std::mem::take(&mut leg.deck);
        drop(leg);
        // Nobody takes ports back while the program shuts down.
        self.worker.free_ports.send(port).unwrap_or_default();
        deck.hang_up(self.worker.clock.now());
        self.closing.push(Closing { leg: id, deck, quality });
        self.see_off();
    }

    /// Reports the end of closed legs, as soon as their recordings are on the disk.
    fn see_off(&mut self) {
        let (now, outbox) = (self.worker.clock.now(), &mut self.worker.outbox);
        self.closing.retain_mut(|Closing { leg, deck, quality }| {
            deck.turn(now, |kind| outbox.push(now, *leg, kind));
            let over = deck.is_idle();
            if over {
                outbox.push(now, *leg, MediaEventKind::Closed { quality: quality.take() });
            }
            !over
        });
    }
}
