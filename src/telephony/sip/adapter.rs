//! The adapter as the runtime sees it, and the one loop in which everything happens.

use std::fs::File;
use std::future::pending;
use std::io::{self, Read as _};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::time::{sleep_until, timeout};

use super::locate::{Located, Names, SystemNames};
use super::parting::Partings;
use super::reading::readable;
use super::settings::Settings;
use super::switch::{MAX_WAITING_REPORTS, Parts, Switch};
use super::target::{Search, Spot};
use super::transport::{Bound, Socket, Sockets, Terms};
use crate::call::{Command, KeySource, Report};
use crate::media::Library;
use crate::runtime::{
    Adapter, AdapterError, AdapterFuture, CONTRACT, Capabilities, LaidRelay, Media, Port,
};
use crate::sip::TrunkId;
use crate::storage::{DialogSlot, LeftOpen, RecordingSlot};
use crate::telephony::rtp::{MediaEvent, Threads};
use crate::time::Duration;

/// Datagrams, commands or media events worked on before the others get their turn.
const BATCH: usize = 64;
/// Media events that may wait. When full, the media threads keep theirs and try again with the next tick.
const MEDIA_EVENTS: usize = 8_192;
/// How long the last BYEs may take at the end.
const FAREWELL: Duration = Duration::from_millis(1_500);

/// SIP phones and trunks over every transport, with media of our own.
#[derive(Debug)]
pub struct SipAdapter {
    settings: Settings,
    library: watch::Receiver<Arc<Library>>,
    recordings: Option<RecordingSlot>,
    partings: Partings,
    sockets: Bound,
    /// Who knows the names of others; `None` = the servers that the system names.
    names: Option<Arc<dyn Names>>,
}

impl SipAdapter {
    /// Binds the sockets, so that a port in use is known before anything else starts. Sounds come from what `library`
    /// holds when they begin.
    ///
    /// # Errors
    /// [`AdapterError::Start`] when one of them cannot be had, or the certificate cannot be used.
    pub fn bind(
        settings: Settings,
        library: watch::Receiver<Arc<Library>>,
    ) -> Result<Self, AdapterError> {
        let terms = Terms {
            tls: settings.tls.clone(),
            limits: settings.connections,
            quiet: settings.quiet_limit,
            look_every: settings.look_every,
        };
        let sockets = Bound::new(&settings.listen, terms)?;
        let partings = Partings::default();
        Ok(Self { settings, library, recordings: None, partings, sockets, names: None })
    }

    /// Lets callers be recorded; without this an order to record is refused.
    #[must_use]
    pub fn recording(mut self, slot: RecordingSlot) -> Self {
        self.recordings = Some(slot);
        self
    }

    /// Notes down in `slot` what ends each call, and ends those that the process before left open.
    #[must_use]
    pub fn parting(mut self, slot: DialogSlot, left: Vec<LeftOpen>) -> Self {
        self.partings = Partings::new(slot, left);
        self
    }

    /// Lets names be known by somebody else than the system.
    #[cfg(test)]
    pub(super) fn knowing(mut self, names: Arc<dyn Names>) -> Self {
        self.names = Some(names);
        self
    }

    /// The sockets with the addresses that they have, in the order of [`Settings::listen`].
    #[must_use]
    pub fn sockets(&self) -> &[Socket] {
        self.sockets.places()
    }
}

impl Adapter for SipAdapter {
    fn name(&self) -> &str {
        "sip"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            contract: CONTRACT,
            media: Media::Native,
            digit_sources: vec![KeySource::RtpEvent, KeySource::Info, KeySource::InBand],
            speech: false,
            record: self.recordings.is_some(),
            dial: true,
            bridge: true,
            transfer: true,
            send_digits: true,
            headers: false,
            mask: true,
            max_calls: self.settings.max_calls,
        }
    }

    fn run(self: Box<Self>, port: Port) -> AdapterFuture {
        Box::pin(run(*self, port))
    }
}

/// Serves until the commands end.
async fn run(adapter: SipAdapter, port: Port) -> Result<(), AdapterError> {
    let (events, media_events) = mpsc::channel(MEDIA_EVENTS);
    let SipAdapter { settings, library, recordings, partings, sockets, names } = adapter;
    let media = Threads::start(settings.rtp.clone(), library, port.clock, events)
        .map_err(start("the media threads"))?;
    let parts = Parts {
        id: port.id,
        sockets: Sockets::new(sockets).map_err(start("the SIP sockets"))?,
        media,
        exchange: port.exchange.clone(),
        recordings,
        partings,
        names: names.unwrap_or_else(|| Arc::new(SystemNames::new())),
        secrets: [secret()?, secret()?, secret()?, secret()?],
    };
    port.exchange.carry(true);
    let mut switch = Switch::new(settings, parts);
    if *port.drain.borrow() {
        switch.drain(port.clock.now());
    }
    let mut wires = Wires { port, media_events };
    while wires.step(&mut switch).await {}
    farewell(switch, wires).await;
    Ok(())
}

/// Hangs up what is left and stays until the far sides know it, or [`FAREWELL`] is over.
async fn farewell(mut switch: Switch, mut wires: Wires) {
    let clock = wires.port.clock;
    switch.hang_up_all(clock.now());
    // What has become due by this, registrations that are taken back among it, is sent before anybody asks for quiet.
    switch.handle_timeout(clock.now());
    switch.flush(clock.now());
    let quiet = async {
        while !switch.is_quiet() {
            let due = switch.poll_timeout().map(|at| clock.moment(at));
            tokio::select! {
                () = readable(&mut switch.sockets, &switch.strangers) => switch.read(clock.now(), BATCH),
                Some(event) = wires.media_events.recv() => switch.contain(clock.now(), |switch| switch.heard(event)),
                () = until(due) => {}
            }
            switch.handle_timeout(clock.now());
            switch.flush(clock.now());
            switch.waiting.clear();
        }
    };
    if timeout(FAREWELL.to_std(), quiet).await.is_err() {
        tracing::debug!("Not every phone has acknowledged its end.");
    }
    switch.media.shutdown();
}

/// What the loop listens to beside the sockets.
struct Wires {
    port: Port,
    media_events: mpsc::Receiver<MediaEvent>,
}

/// What woke the loop.
enum Woken {
    Ordered(Command),
    Readable,
    Heard(MediaEvent),
    Relayed(LaidRelay),
    Found(Option<(Search, Vec<Spot>)>),
    FoundTrunk(Option<(TrunkId, usize, Located)>),
    Reported,
    Due,
    Drain,
    Over,
}

impl Wires {
    /// Waits for something and works on it; `false` when the node is done with us.
    async fn step(&mut self, switch: &mut Switch) -> bool {
        let woken = self.wait(switch).await;
        let now = self.port.clock.now();
        // What was read after the node began to drain is refused, whichever of the two woke us.
        if !switch.draining && *self.port.drain.borrow() {
            switch.drain(now);
        }
        match woken {
            Woken::Over => return false,
            Woken::Reported | Woken::Due | Woken::Drain => {}
            Woken::Found(found) => {
                if let Some((search, spots)) = found {
                    switch.contain(now, |switch| switch.found(now, search, spots));
                }
            }
            Woken::FoundTrunk(found) => {
                if let Some((trunk, place, located)) = found {
                    switch.trunk_found(now, trunk, place, located);
                }
            }
            Woken::Ordered(first) => {
                switch.contain(now, |switch| switch.order(now, first));
                for _ in 1..BATCH {
                    let Ok(command) = self.port.commands.try_recv() else { break };
                    switch.contain(now, |switch| switch.order(now, command));
                }
            }
            Woken::Heard(first) => {
                switch.contain(now, |switch| switch.heard(first));
                for _ in 1..BATCH {
                    let Ok(event) = self.media_events.try_recv() else { break };
                    switch.contain(now, |switch| switch.heard(event));
                }
            }
            Woken::Relayed(laid) => switch.contain(now, |switch| switch.relayed(laid)),
            Woken::Readable => switch.read(now, BATCH),
        }
        switch.handle_timeout(now);
        switch.flush(now);
        true
    }

    async fn wait(&mut self, switch: &mut Switch) -> Woken {
        let Self { port, media_events } = self;
        let due = switch.poll_timeout().map(|at| port.clock.moment(at));
        let room = switch.waiting.len() < MAX_WAITING_REPORTS;
        tokio::select! {
            command = port.commands.recv() => command.map_or(Woken::Over, Woken::Ordered),
            permit = port.reports.reserve(), if !switch.waiting.is_empty() => {
                let Ok(permit) = permit else { return Woken::Over };
                if let Some(first) = switch.waiting.pop_front() {
                    permit.send(first);
                }
                pass_on(&port.reports, switch);
                Woken::Reported
            }
            () = readable(&mut switch.sockets, &switch.strangers), if room => Woken::Readable,
            Some(event) = media_events.recv(), if room => Woken::Heard(event),
            Some(laid) = port.relays.recv() => Woken::Relayed(laid),
            Some(found) = switch.lookups.join_next(), if !switch.lookups.is_empty() => {
                Woken::Found(found.ok())
            }
            Some(found) = switch.trunking.lookups.join_next(),
                if !switch.trunking.lookups.is_empty() =>
            {
                Woken::FoundTrunk(found.ok())
            }
            Ok(()) = port.drain.changed(), if !switch.draining => Woken::Drain,
            () = until(due) => Woken::Due,
        }
    }
}

/// Reports as many as there is room for.
fn pass_on(reports: &mpsc::Sender<Report>, switch: &mut Switch) {
    while !switch.waiting.is_empty() {
        let Ok(permit) = reports.try_reserve() else { return };
        if let Some(report) = switch.waiting.pop_front() {
            permit.send(report);
        }
    }
}

/// Waits for a moment; for ever if there is none.
async fn until(moment: Option<std::time::Instant>) {
    match moment {
        Some(moment) => sleep_until(moment.into()).await,
        None => pending().await,
    }
}

/// Bytes that nobody can foresee.
fn secret() -> Result<[u8; 32], AdapterError> {
    let mut bytes = [0; 32];
    let read = File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes));
    read.map_err(start("the source of chance"))?;
    Ok(bytes)
}

fn start(what: &'static str) -> impl Fn(io::Error) -> AdapterError {
    move |source| AdapterError::Start { what: what.to_owned(), source: source.into() }
}
