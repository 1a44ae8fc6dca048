//! Many callers on one thread that works by a tick of 1 ms: one SIP socket and a few RTP sockets for all of them.

use std::collections::BTreeMap;
use std::net::{SocketAddrV4, UdpSocket};
use std::time::Duration;

use sambung::runtime::Clock;

use crate::call::{Call, Ending, Line, Script};
use crate::figures::{Spread, Times};
use crate::message::{Ends, Message};
use crate::wire::{self, Receiver};

/// How often the callers look at their sockets, in µs.
const TICK: i64 = 1_000;
/// Ticks in a frame: each call speaks in one of them.
const PHASES: usize = 20;
/// RTP sockets; the port on the other side tells the calls apart.
const AUDIO_SOCKETS: usize = 4;
/// How long calls may take to end, one after the other as they began, in µs.
const PATIENCE: i64 = 30_000_000;
const SECOND: i64 = 1_000_000;

/// Calls that are to be made, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// How many.
    pub(crate) calls: usize,
    /// From one to the next, in µs.
    pub(crate) every: i64,
    pub(crate) script: Script,
}

/// What was seen.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) answered: usize,
    /// How the calls that failed ended.
    pub(crate) failed: BTreeMap<Ending, usize>,
    /// SIP requests that were sent again.
    pub(crate) repeats: u32,
    /// INVITE to 200.
    pub(crate) answer: Spread,
    /// INVITE to the first packet of sound.
    pub(crate) sound: Spread,
    /// The first packet of the key to the first of the next prompt.
    pub(crate) from_press: Spread,
    /// The key's end to the first packet of the next prompt.
    pub(crate) from_release: Spread,
}

impl Tally {
    /// How many calls failed.
    pub(crate) fn failures(&self) -> usize {
        self.failed.values().sum()
    }
}

/// What was heard.
#[derive(Debug)]
pub(crate) struct Sound {
    pub(crate) late: Spread,
    /// Packets that never came.
    pub(crate) lost: u64,
    /// Frames that were never sent.
    pub(crate) left_out: u64,
}

/// All callers.
pub(crate) struct Caller {
    clock: Clock,
    ends: Ends,
    sip: UdpSocket,
    audio: Vec<(UdpSocket, u16)>,
    receiver: Receiver,
    calls: Vec<Call>,
    /// The call that hears what comes from a port.
    by_port: Vec<Option<usize>>,
    phases: [Vec<usize>; PHASES],
    next_tick: i64,
}

impl Caller {
    pub(crate) fn new(server: SocketAddrV4) -> Self {
        let sip = wire::bind();
        let local = wire::address(&sip);
        let bind = |_| {
            let socket = wire::bind();
            let port = wire::address(&socket).port();
            (socket, port)
        };
        let clock = Clock::new();
        Self {
            clock,
            ends: Ends { local, server },
            sip,
            audio: (0..AUDIO_SOCKETS).map(bind).collect(),
            receiver: Receiver::new(),
            calls: Vec::new(),
            by_port: vec![None; usize::from(u16::MAX) + 1],
            phases: [const { Vec::new() }; PHASES],
            next_tick: clock.wall().as_unix_micros(),
        }
    }

    /// Makes the calls of a plan and returns when the time from the first of them to `span` is over, in µs.
    pub(crate) fn run(&mut self, plan: Option<Plan>, span: i64) {
        let start = self.now();
        let begun = self.calls.len();
        while self.now() - start < span {
            self.wait();
            self.listen();
            if let Some(plan) = plan {
                while self.calls.len() - begun < plan.calls
                    && self.now() - start
                        >= plan.every * i64::try_from(self.calls.len() - begun).unwrap_or(i64::MAX)
                {
                    self.begin(plan.script);
                }
            }
            self.tick();
        }
    }

    /// Goes on until all calls are over, or are given up.
    pub(crate) fn finish(&mut self) {
        let start = self.now();
        while self.now() - start < PATIENCE && self.phases.iter().any(|phase| !phase.is_empty()) {
            self.run(None, SECOND / 10);
        }
    }

    /// Forgets what was heard so far, but neither the calls nor their time lines.
    pub(crate) fn forget(&mut self) {
        self.calls.iter_mut().for_each(|call| call.hearing.forget());
    }

    /// How many calls are in progress.
    pub(crate) fn talking(&self) -> usize {
        self.calls.iter().filter(|call| call.is_talking()).count()
    }

    /// The fewest packets that a call has heard.
    pub(crate) fn fewest_packets(&self) -> usize {
        self.calls.iter().map(|call| call.hearing.packets()).min().unwrap_or(0)
    }

    /// What all calls heard.
    pub(crate) fn sound(&self) -> Sound {
        let mut late = Times::default();
        self.calls.iter().for_each(|call| call.hearing.lateness(&mut late));
        let sum = |of: fn(&Call) -> u64| self.calls.iter().map(of).sum();
        Sound {
            late: late.spread(),
            lost: sum(|call| call.hearing.lost),
            left_out: sum(|call| call.hearing.left_out),
        }
    }

    /// Sums up.
    pub(crate) fn tally(&self) -> Tally {
        let mut failed = BTreeMap::new();
        let (mut answer, mut sound, mut press, mut release) = Default::default();
        for call in &self.calls {
            let ending = call.ending().unwrap_or(Ending::ByeUnanswered);
            if ending != Ending::Complete {
                *failed.entry(ending).or_default() += 1;
            }
            let moments = &call.moments;
            span(Some(moments.invited), moments.answered, &mut answer);
            span(Some(moments.invited), moments.first_packet, &mut sound);
            span(moments.key_pressed, moments.second_prompt, &mut press);
            span(moments.key_released, moments.second_prompt, &mut release);
        }
        Tally {
            answered: self.calls.iter().filter(|call| call.moments.answered.is_some()).count(),
            failed,
            repeats: self.calls.iter().map(|call| call.repeats).sum(),
            answer: answer.spread(),
            sound: sound.spread(),
            from_press: press.spread(),
            from_release: release.spread(),
        }
    }

    fn now(&self) -> i64 {
        self.clock.wall().as_unix_micros()
    }

    fn wait(&mut self) {
        let wait = self.next_tick - self.now();
        if let Ok(us @ 1..) = u64::try_from(wait) {
            std::thread::park_timeout(Duration::from_micros(us));
        }
    }

    fn begin(&mut self, script: Script) {
        let (number, now) = (self.calls.len(), self.now());
        let call =
            Call::begin(number, script, line(&self.sip, &self.audio, self.ends, number), now);
        self.calls.push(call);
        // Neighbours in time speak at different moments.
        self.phases[number * 7 % PHASES].push(number);
    }

    /// Takes all that has come, SIP first: it tells which port belongs to whom.
    fn listen(&mut self) {
        let Self { sip, audio, ends, receiver, calls, by_port, .. } = self;
        receiver.drain(sip, |_, at, datagram| {
            let Some(message) = Message::read(datagram) else { return };
            let Some((number, call)) =
                message.call().and_then(|number| Some((number, calls.get_mut(number)?)))
            else {
                return;
            };
            if let Some(port) = call.take(at, message, line(sip, audio, *ends, number)) {
                by_port[usize::from(port)] = Some(number);
            }
        });
        for (socket, _) in audio.iter() {
            receiver.drain(socket, |port, at, datagram| {
                if let Some(call) = by_port[usize::from(port)].and_then(|n| calls.get_mut(n)) {
                    call.hear(at, datagram);
                }
            });
        }
    }

    /// Lets the calls of all ticks that are due do their part.
    fn tick(&mut self) {
        while self.next_tick <= self.now() {
            let tick = usize::try_from(self.next_tick / TICK).unwrap_or(0);
            let phase = &mut self.phases[tick % PHASES];
            let (calls, now) = (&mut self.calls, self.clock.wall().as_unix_micros());
            phase.retain(|&number| {
                let call = &mut calls[number];
                call.tick(now, line(&self.sip, &self.audio, self.ends, number));
                call.ending().is_none()
            });
            self.next_tick += TICK;
        }
    }
}

/// The sockets of a call.
fn line<'a>(
    sip: &'a UdpSocket,
    audio: &'a [(UdpSocket, u16)],
    ends: Ends,
    number: usize,
) -> Line<'a> {
    let (audio, audio_port) = &audio[number % audio.len()];
    Line { sip, audio, audio_port: *audio_port, ends }
}

fn span(from: Option<i64>, to: Option<i64>, times: &mut Times) {
    if let (Some(from), Some(to)) = (from, to) {
        times.add(to - from);
    }
}
