//! An adapter of this process behind the contract of adapters outside: its reports become lines, lines become its orders.
//!
//! ```text
//!  Stage ── Order ──▶ House ── Command ──▶ adapter
//!    ◀── Heard ─────    │  ◀── Report ────    ▲
//!                       └─── Far ─────────────┘ what `simulate` asks for
//! ```
//!
//! What belongs to lines alone (numbers, acknowledgements, signs of life) is done here, and no scenario about it is
//! counted for the adapter. All else is the adapter's own.

use std::collections::{BTreeMap, VecDeque};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep_until;

use super::words::{Spoken, ability, command, spoken};
use crate::call::{
    AdapterId, Command, CommandKind, EventKind, LegId, Offer, Rejection, Report, Symbol,
};
use crate::runtime::{Adapter, AdapterError, CONTRACT, Clock, Port, Wire};
use crate::telephony::remote::OUR_LEGS;
use crate::telephony::remote::transport::{Heard, Order, Plug};
use crate::telephony::remote::wire::{
    self, Accepted, Empty, Endpoint, Envelope, Event, Hello, Message, Rejected, Simulate,
};
use crate::time::{Duration, Instant};

/// The number of the adapter.
pub(in crate::telephony) const ADAPTER: AdapterId = AdapterId(0);
/// How long an adapter may take to say that it does not carry out an order.
const OBJECTS_WITHIN: Duration = Duration::from_millis(10);
/// The most calls at a time.
const MAX_CALLS: usize = 50;
/// The number of a leg that nobody has.
const NOBODY: u64 = 9_999_999;

/// Who plays the far side of an adapter.
pub(in crate::telephony) trait Far: Send + 'static {
    /// A call has reached the node.
    fn offered(&mut self, leg: LegId, offer: &Offer);

    /// Does what `simulate` says, on a leg; `offer` begins a call.
    fn act(&mut self, leg: LegId, what: &Simulate);
}

/// Who stands between.
struct House {
    clock: Clock,
    wire: Wire,
    drain: watch::Sender<bool>,
    far: Box<dyn Far>,
    heard: mpsc::Sender<Heard>,
    orders: mpsc::Receiver<Order>,
    seq: u64,
    ack: u64,
    /// Legs by their names: those that live, and since when nothing was told of each.
    live: BTreeMap<String, (LegId, Instant)>,
    /// Orders to which the adapter may still object.
    asked: VecDeque<Asked>,
    /// When the last line was.
    last: Instant,
}

/// An order under way.
struct Asked {
    due: Instant,
    id: u64,
    leg: LegId,
    name: &'static str,
}

/// Lets an adapter run, and puts it behind lines.
pub(in crate::telephony) fn plug(adapter: impl Adapter, far: impl Far, clock: Clock) -> Plug {
    let hello = Hello {
        contract: CONTRACT,
        session: Some("house".to_owned()),
        capabilities: ability(&adapter.capabilities()),
        calls: Vec::new(),
    };
    let (drain, drained) = watch::channel(false);
    let (port, wire) = Port::new(ADAPTER, MAX_CALLS, drained, clock);
    let running = tokio::spawn(Box::new(adapter).run(port));
    Plug::of(|heard, orders| {
        let house = House {
            clock,
            wire,
            drain,
            far: Box::new(far),
            heard,
            orders,
            seq: 0,
            ack: 0,
            live: BTreeMap::new(),
            asked: VecDeque::new(),
            last: Instant::ZERO,
        };
        tokio::spawn(house.open(hello, running))
    })
}

impl House {
    async fn open(mut self, hello: Hello, running: JoinHandle<Result<(), AdapterError>>) {
        if self.heard.send(Heard::Opened(1)).await.is_err() {
            return;
        }
        self.line(Event::Hello(hello), Envelope::default()).await;
        while self.step().await {}
        // What is left is hung up; the adapter ends by itself.
        let Self { wire, .. } = self;
        drop(wire);
        running.await.expect("the adapter does not panic").expect("it ends in order");
    }

    /// Waits for something and passes it on; `false` when the stage is gone.
    async fn step(&mut self) -> bool {
        let due = self.asked.front().map(|asked| asked.due);
        let due = due.unwrap_or_else(|| self.clock.now() + Duration::from_secs(60));
        tokio::select! {
            biased;
            report = self.wire.reports.recv() => match report {
                Some(report) => self.told(report).await,
                None => self.broken("the adapter has ended").await,
            },
            order = self.orders.recv() => match order {
                Some(Order::Line(_, line)) => self.ordered(&line).await,
                Some(Order::Sound(..)) => {}
                Some(Order::Close(_)) | None => return false,
            },
            () = sleep_until(self.clock.moment(due).into()) => self.nobody_objects().await,
        }
        true
    }

    // ---- to the stage

    async fn line(&mut self, body: Event, envelope: Envelope) {
        let bare = matches!(body, Event::Hello(_) | Event::Heartbeat(_));
        if !bare {
            self.seq += 1;
        }
        // The times of all legs make one row on the wire, as the adapter's own clock would.
        self.last = self.last.max(self.clock.now());
        let envelope = Envelope {
            seq: (!bare).then_some(self.seq),
            ack: Some(self.ack),
            at_us: Some(self.last.since(Instant::ZERO).as_micros()),
            ..envelope
        };
        let line = Message { envelope, body }.write().into_bytes();
        drop(self.heard.send(Heard::Line(1, line)).await);
    }

    async fn of_leg(&mut self, name: &str, body: Event) {
        let (call, leg) = (Some(name.to_owned()), Some(name.to_owned()));
        self.line(body, Envelope { call, leg, ..Envelope::default() }).await;
    }

    async fn answer(&mut self, id: u64, reason: Option<&str>) {
        let body = match reason {
            None => Event::Accepted(Accepted {}),
            Some(reason) => Event::Rejected(Rejected { reason: reason.to_owned() }),
        };
        self.line(body, Envelope { id: Some(id), ..Envelope::default() }).await;
    }

    async fn broken(&mut self, why: &str) {
        drop(self.heard.send(Heard::Closed(1, why.to_owned())).await);
        // Nothing is read any more: the scenario has failed.
        self.orders.close();
    }

    async fn nobody_objects(&mut self) {
        let now = self.clock.now();
        while let Some(asked) = self.asked.pop_front_if(|asked| asked.due <= now) {
            self.answer(asked.id, None).await;
        }
    }

    // ---- from the adapter

    async fn told(&mut self, report: Report) {
        match report {
            Report::Leg(event) => self.leg_told(event).await,
            Report::Endpoint { user, reachable } => {
                let endpoint = Endpoint { uri: user.to_string(), reachable };
                self.line(Event::Endpoint(endpoint), Envelope::default()).await;
            }
            Report::Away | Report::Back => self.broken("an adapter of this process is away").await,
        }
    }

    async fn leg_told(&mut self, event: crate::call::Event) {
        let crate::call::Event { at, leg, kind } = event;
        let name = name_of(leg);
        if let EventKind::Rejected { command, reason } = &kind {
            return self.objected(leg, command, *reason).await;
        }
        if let EventKind::Offered(offer) = &kind {
            if leg.adapter != ADAPTER || leg.number.is_multiple_of(2) {
                return self.broken("a call is offered on a leg of another's number").await;
            }
            self.live.insert(name.clone(), (leg, at));
            self.far.offered(leg, offer);
        }
        match self.live.get_mut(&name) {
            Some((_, last)) if at < *last => {
                let why = format!("the times of {name} run back: {at} after {last}, {kind:?}");
                return self.broken(&why).await;
            }
            Some((_, last)) => *last = at,
            None => {}
        }
        if let EventKind::Ended { .. } = &kind {
            self.live.remove(&name);
        }
        match spoken(kind) {
            Some(Spoken(body)) => self.of_leg(&name, body).await,
            None => self.broken("an event that no line can say").await,
        }
    }

    /// The adapter does not carry out an order.
    async fn objected(&mut self, leg: LegId, command: &CommandKind, reason: Rejection) {
        let is_it = |asked: &Asked| asked.leg == leg && asked.name == command.name();
        let Some(place) = self.asked.iter().position(is_it) else {
            // Of a leg that is gone nobody waits for an answer.
            if self.live.contains_key(&name_of(leg)) {
                self.broken("an order is objected to after it was carried out").await;
            }
            return;
        };
        let id = self.asked.remove(place).map(|asked| asked.id).expect("it is there");
        let reason = match reason {
            Rejection::Unsupported => "unsupported",
            Rejection::UnknownLeg => "unknown_leg",
            Rejection::Invalid => "invalid",
            Rejection::Failed => "failed",
        };
        if matches!(command, CommandKind::Dial(_)) {
            self.live.remove(&name_of(leg));
        }
        self.answer(id, Some(reason)).await;
    }

    // ---- from the stage

    async fn ordered(&mut self, line: &str) {
        let Message { envelope, body } =
            Message::<wire::Command>::read(line.as_bytes()).expect("the stage writes messages");
        if let Some(seq) = envelope.seq {
            if seq <= self.ack {
                return;
            }
            self.ack = seq;
        }
        match body {
            wire::Command::Welcome(_) | wire::Command::Close(_) => return,
            wire::Command::Heartbeat(_) => {
                return self.line(Event::Heartbeat(Empty {}), Envelope::default()).await;
            }
            wire::Command::Drain(_) => {
                self.drain.send_replace(true);
                return;
            }
            _ => {}
        }
        let (Some(id), Some(name)) = (envelope.id, envelope.leg) else { return };
        let leg = leg_of(&name);
        if let wire::Command::Simulate(simulate) = &body {
            self.far.act(leg, simulate);
            return self.answer(id, None).await;
        }
        let Some(kind) = command(body, leg_of) else {
            return self.answer(id, Some("unsupported")).await;
        };
        let now = self.clock.now();
        if let CommandKind::Dial(_) = &kind {
            self.live.insert(name.clone(), (leg, now));
        }
        let idle = matches!(kind, CommandKind::Hangup(_) | CommandKind::Stop(_));
        let known = self.live.contains_key(&name);
        let word = kind.name();
        // An order for a leg that is gone reaches the adapter all the same, as one that was under way would.
        self.wire.commands.send(Command { leg, kind }).await.expect("the adapter takes orders");
        if !known && !idle {
            return self.answer(id, Some("unknown_leg")).await;
        }
        self.asked.push_back(Asked { due: now + OBJECTS_WITHIN, id, leg, name: word });
    }
}

/// The name of a leg on the wire.
fn name_of(leg: LegId) -> String {
    if leg.number.is_multiple_of(2) {
        format!("{OUR_LEGS}{}", leg.number)
    } else {
        format!("leg-{}", leg.number)
    }
}

/// The leg of a name.
fn leg_of(name: &str) -> LegId {
    let number = name.rsplit('-').next().and_then(|number| number.parse().ok());
    LegId { adapter: ADAPTER, number: number.unwrap_or(NOBODY) }
}

/// The key that is pressed.
pub(in crate::telephony) fn key(what: &Simulate) -> Symbol {
    let symbol = what.symbol.as_deref().and_then(|text| text.chars().next());
    symbol.and_then(Symbol::from_char).expect("a key")
}
