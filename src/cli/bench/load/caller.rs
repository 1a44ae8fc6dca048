//! Many callers on one thread that works by a tick of 1 ms: one SIP socket and a few RTP sockets for all of them.

use std::collections::BTreeMap;
use std::net::{SocketAddrV4, UdpSocket};
use std::time::Duration;

use super::call::{Call, Ending, Line};
use super::message::{Ends, Message, Transport};
use super::script::{Habit, Prompts, Script};
use super::signalling::{Signalling, TlsEnd};
use super::wire::{self, Receiver};
use crate::cli::bench::error::BenchError;
use crate::cli::bench::times::{Spread, Times};
use crate::media::{MasterKey, Suite};
use crate::runtime::Clock;

/// How often the callers look at their sockets, in µs.
const TICK: i64 = 1_000;
/// Ticks in a frame: each call speaks in one of them.
const PHASES: usize = 20;
/// RTP sockets; the port on the other side tells the calls apart.
const AUDIO_SOCKETS: usize = 4;
/// How long calls may take to end, one after the other as they began, in µs.
const PATIENCE: i64 = 30_000_000;
const SECOND: i64 = 1_000_000;

/// Who is called, and how.
#[derive(Debug, Clone)]
pub(in crate::cli::bench) struct Target {
    pub(in crate::cli::bench) server: SocketAddrV4,
    /// Whose prompts are heard there.
    pub(in crate::cli::bench) prompts: Prompts,
    /// Whether sound is encrypted.
    pub(in crate::cli::bench) srtp: bool,
    /// Where signalling is encrypted, if it is to be.
    pub(in crate::cli::bench) tls: Option<TlsEnd>,
}

/// Calls that are to be made, one after the other.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli::bench) struct Plan {
    /// How many.
    pub(in crate::cli::bench) calls: usize,
    /// From one to the next, in µs.
    pub(in crate::cli::bench) every: i64,
    /// What they do.
    pub(in crate::cli::bench) habit: Habit,
}

/// What was seen.
#[derive(Debug)]
pub(in crate::cli::bench) struct Tally {
    pub(in crate::cli::bench) answered: usize,
    /// How the calls that failed ended.
    pub(in crate::cli::bench) failed: BTreeMap<Ending, u32>,
    /// SIP requests that were sent again.
    pub(in crate::cli::bench) repeats: u32,
    /// INVITE to 200.
    pub(in crate::cli::bench) answer: Spread,
    /// INVITE to the first packet of sound.
    pub(in crate::cli::bench) sound: Spread,
    /// The first packet of the key to the first of the next prompt.
    pub(in crate::cli::bench) from_press: Spread,
    /// The key's end to the first packet of the next prompt.
    pub(in crate::cli::bench) from_release: Spread,
}

impl Tally {
    /// How many calls failed.
    pub(in crate::cli::bench) fn failures(&self) -> f64 {
        f64::from(self.failed.values().sum::<u32>())
    }
}

/// What was heard.
#[derive(Debug)]
pub(in crate::cli::bench) struct Sound {
    pub(in crate::cli::bench) late: Spread,
    /// Interarrival jitter at the end (RFC 3550 §6.4.1), of call and call.
    pub(in crate::cli::bench) jitter: Spread,
    /// Packets that never came.
    pub(in crate::cli::bench) lost: f64,
    /// Frames that were never sent.
    pub(in crate::cli::bench) left_out: f64,
}

/// All callers.
#[derive(Debug)]
pub(in crate::cli::bench) struct Caller {
    clock: Clock,
    ends: Ends,
    prompts: Prompts,
    srtp: bool,
    sip: Signalling,
    audio: Vec<(UdpSocket, u16)>,
    receiver: Receiver,
    calls: Vec<Call>,
    /// The call that hears what comes from a port.
    by_port: Vec<Option<usize>>,
    phases: [Vec<usize>; PHASES],
    next_tick: i64,
}

impl Caller {
    /// Binds the sockets of callers who call a server.
    ///
    /// # Errors
    /// [`BenchError::System`] where a socket cannot be had, or TLS not be agreed.
    pub(in crate::cli::bench) fn new(target: Target) -> Result<Self, BenchError> {
        let Target { server, prompts, srtp, tls } = target;
        let (sip, server, transport) = match &tls {
            None => (Signalling::datagrams(server)?, server, Transport::Udp),
            Some(end) => (Signalling::tls(end)?, end.address, Transport::Tls),
        };
        let ends = Ends::new(sip.address()?, server, transport);
        let bind = |_| {
            let socket = wire::bind()?;
            let port = wire::address(&socket)?.port();
            Ok((socket, port))
        };
        let clock = Clock::new();
        Ok(Self {
            clock,
            ends,
            prompts,
            srtp,
            sip,
            audio: (0..AUDIO_SOCKETS).map(bind).collect::<Result<_, BenchError>>()?,
            receiver: Receiver::new(),
            calls: Vec::new(),
            by_port: vec![None; usize::from(u16::MAX) + 1],
            phases: [const { Vec::new() }; PHASES],
            next_tick: clock.wall().as_unix_micros(),
        })
    }

    /// Makes the calls of a plan and returns when the time from the first of them to `span` is over, in µs.
    pub(in crate::cli::bench) fn run(&mut self, plan: Option<Plan>, span: i64) {
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
                    self.begin(plan.habit.script(self.calls.len() - begun));
                }
            }
            self.tick();
        }
    }

    /// Goes on until all calls are over, or are given up.
    pub(in crate::cli::bench) fn finish(&mut self) {
        let start = self.now();
        while self.now() - start < PATIENCE && self.phases.iter().any(|phase| !phase.is_empty()) {
            self.run(None, SECOND / 10);
        }
    }

    /// Forgets what was heard so far, but neither the calls nor their time lines.
    pub(in crate::cli::bench) fn forget(&mut self) {
        self.calls.iter_mut().for_each(|call| call.hearing.forget());
    }

    /// How many calls are in progress.
    pub(in crate::cli::bench) fn talking(&self) -> usize {
        self.calls.iter().filter(|call| call.is_talking()).count()
    }

    /// The fewest packets that a call has heard.
    pub(in crate::cli::bench) fn fewest_packets(&self) -> usize {
        self.calls.iter().map(|call| call.hearing.packets()).min().unwrap_or(0)
    }

    /// What all calls heard.
    pub(in crate::cli::bench) fn sound(&self) -> Sound {
        let (mut late, mut jitter) = (Times::default(), Times::default());
        for Call { hearing, .. } in &self.calls {
            hearing.lateness(&mut late);
            #[expect(clippy::cast_possible_truncation, reason = "microseconds within a call")]
            jitter.add(hearing.jitter as i64);
        }
        #[expect(clippy::cast_precision_loss, reason = "figures are printed to two digits")]
        let sum = |of: fn(&Call) -> u64| self.calls.iter().map(of).sum::<u64>() as f64;
        Sound {
            late: late.spread(),
            jitter: jitter.spread(),
            lost: sum(|call| call.hearing.lost),
            left_out: sum(|call| call.hearing.left_out),
        }
    }

    /// Sums up.
    pub(in crate::cli::bench) fn tally(&self) -> Tally {
        let mut failed = BTreeMap::new();
        let (mut answer, mut sound, mut press, mut release): (Times, Times, Times, Times) =
            Default::default();
        for call in &self.calls {
            let ending = call.ending().unwrap_or(Ending::ByeUnanswered);
            if ending != Ending::Complete {
                *failed.entry(ending).or_default() += 1;
            }
            let moments = &call.moments;
            answer.span(Some(moments.invited), moments.answered);
            sound.span(Some(moments.invited), moments.first_packet);
            press.span(moments.key_pressed, moments.second_prompt);
            release.span(moments.key_released, moments.second_prompt);
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
        let call = Call::begin(
            number,
            (script, self.prompts),
            self.srtp.then(|| key(number)),
            line(&self.sip, &self.audio, self.ends, number),
            now,
        );
        self.calls.push(call);
        // Neighbours in time speak at different moments.
        self.phases[number * 7 % PHASES].push(number);
    }

    /// Takes all that has come, SIP first: it tells which port belongs to whom.
    fn listen(&mut self) {
        let Self { sip, audio, ends, receiver, calls, by_port, clock, .. } = self;
        sip.drain(receiver, *clock, |at, datagram| {
            let Some(message) = Message::read(datagram) else { return };
            let Some((number, call)) =
                message.call().and_then(|number| Some((number, calls.get_mut(number)?)))
            else {
                return;
            };
            if let Some(port) = call.take(at, message, line(sip, audio, *ends, number))
                && let Some(place) = by_port.get_mut(usize::from(port))
            {
                *place = Some(number);
            }
        });
        for (socket, _) in audio.iter() {
            receiver.drain(socket, |port, at, datagram| {
                if let Some(call) =
                    by_port.get(usize::from(port)).copied().flatten().and_then(|n| calls.get_mut(n))
                {
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

/// The key of a call's sound: one of its own, and no secret. In the suite that every phone knows.
fn key(number: usize) -> MasterKey {
    let suite = Suite::AesCm128HmacSha1_80;
    let mut material = vec![7; suite.key_bytes() + suite.salt_bytes()];
    for (byte, of_number) in material.iter_mut().zip(number.to_be_bytes()) {
        *byte = of_number;
    }
    MasterKey::new(suite, &material).expect("as long as the suite asks")
}

/// The sockets of a call.
fn line<'a>(
    sip: &'a Signalling,
    audio: &'a [(UdpSocket, u16)],
    ends: Ends,
    number: usize,
) -> Line<'a> {
    let (audio, audio_port) = &audio[number % audio.len()];
    Line { sip, audio, audio_port: *audio_port, ends }
}
