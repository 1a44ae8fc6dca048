//! How good the expected wait is, in a small simulation of a queue against the figures of the design, and what is said
//! of it.

use std::collections::BTreeMap;

use super::script::{Script, call, settings};
use crate::call::{AgentId, CallId};
use crate::history::{Exit, Refusal};
use crate::queue::{Contact, Input, Output, QueueSettings, Queues, Settings};
use crate::time::{Duration, Instant};

/// How long a call binds an agent on average, in seconds.
const HANDLE: f64 = 240.0;

/// A queue that has just begun does not know yet how long calls are, in seconds.
const WARM_UP: f64 = 7_200.0;

/// A scenario: how callers come, how long they stay, how many agents are there.
struct Scenario {
    name: &'static str,
    agents: u32,
    /// Callers in a second at a time of the day.
    arrivals: fn(f64) -> f64,
    /// The mean time that a caller waits before they give up, in seconds.
    patience: f64,
    /// Whether calls are distributed lognormally rather than exponentially.
    lognormal: bool,
    /// How many agents work at a time of the day.
    staff: fn(f64) -> u32,
    /// The relative error of the queue-length estimate in the design's table.
    table: f64,
}

/// Numbers by chance: splitmix64.
struct Chance(u64);

impl Chance {
    /// From 0 to 1, both excluded.
    #[expect(clippy::cast_precision_loss, reason = "chance needs no more digits")]
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.unit().ln()
    }

    fn lognormal(&mut self, mean: f64) -> f64 {
        let normal = (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos();
        let spread = 1.0_f64;
        (mean.ln() - spread * spread / 2.0 + spread * normal).exp()
    }
}

enum Event {
    Arrives,
    GivesUp(CallId),
    Ends(CallId),
    Staffed,
}

/// The mean wait of those who waited and were served, and the relative errors of our estimate and of a smoothed mean of
/// past waits (three quarters of the old, one quarter of the last).
struct Errors {
    wait: f64,
    ours: f64,
    smoothed: f64,
    /// How many of ours were within 30 s or 30 %.
    close: f64,
}

struct Day<'a> {
    scenario: &'a Scenario,
    /// Whether to judge also what is kept back because it is not sure enough.
    unsure: bool,
    queues: Queues,
    chance: Chance,
    now: Instant,
    agenda: BTreeMap<(Instant, u64), Event>,
    planned: u64,
    calls: u64,
    /// When each caller came, and what was expected then: by us and by the smoothed mean.
    told: BTreeMap<CallId, (Instant, f64, f64)>,
    came: BTreeMap<CallId, Instant>,
    smoothed: f64,
    sums: [f64; 4],
    served: f64,
}

impl<'a> Day<'a> {
    fn new(scenario: &'a Scenario, seed: u64) -> Self {
        let names: Vec<String> = (0..scenario.agents).map(|n| format!("agent{n:02}")).collect();
        let staff: Vec<_> =
            names.iter().map(|name| (name.as_str(), &["service"][..], &[][..])).collect();
        let mut settings = settings(&staff);
        let wrap_up = Duration::ZERO;
        let queue = QueueSettings { max_calls: 10_000, wrap_up, ..QueueSettings::default() };
        settings.queues.insert("service".into(), queue);
        let mut day = Self {
            scenario,
            unsure: false,
            queues: Queues::new(settings),
            chance: Chance(seed),
            now: Instant::ZERO,
            agenda: BTreeMap::new(),
            planned: 0,
            calls: 0,
            told: BTreeMap::new(),
            came: BTreeMap::new(),
            smoothed: 0.0,
            sums: [0.0; 4],
            served: 0.0,
        };
        day.plan(0.0, Event::Arrives);
        day.plan(0.0, Event::Staffed);
        day
    }

    fn plan(&mut self, after: f64, event: Event) {
        self.planned += 1;
        let at = self.now + Duration::from_std(std::time::Duration::from_secs_f64(after));
        self.agenda.insert((at, self.planned), event);
    }

    fn tell(&mut self, input: Input) {
        self.queues.handle(self.now, input);
        while let Some(output) = self.queues.poll_output() {
            match output {
                Output::Offer { offer, .. } => {
                    self.queues.handle(self.now, Input::Answered { offer });
                }
                Output::Connected { call, .. } => self.connected(call),
                _ => {}
            }
        }
    }

    fn connected(&mut self, call: CallId) {
        let talk = match self.scenario.lognormal {
            true => self.chance.lognormal(HANDLE),
            false => self.chance.exponential(HANDLE),
        };
        self.plan(talk, Event::Ends(call));
        let waited = seconds(self.now.since(self.came.remove(&call).expect("it came")));
        self.smoothed = 0.75 * self.smoothed + 0.25 * waited;
        if let Some((_, ours, smoothed)) = self.told.remove(&call) {
            let close = (ours - waited).abs() <= (0.3 * waited).max(30.0);
            let errors = [ours - waited, smoothed - waited];
            self.served += 1.0;
            self.sums[0] += waited;
            self.sums[1] += errors[0] * errors[0];
            self.sums[2] += errors[1] * errors[1];
            self.sums[3] += f64::from(u8::from(close));
        }
    }

    fn arrives(&mut self, clock: f64) {
        let next = self.chance.exponential(1.0 / (self.scenario.arrivals)(clock));
        self.plan(next, Event::Arrives);
        self.calls += 1;
        let id = call(self.calls);
        let patience = self.chance.exponential(self.scenario.patience);
        self.plan(patience, Event::GivesUp(id));
        self.came.insert(id, self.now);
        let contact = Contact {
            call: id,
            queue: "service".into(),
            skills: Vec::new(),
            priority: 5,
            enqueued_at: self.now,
            max_wait: Duration::from_mins(600),
            longest_expected: None,
            closes_at: None,
            medium: crate::history::Medium::Voice,
            again: false,
        };
        self.tell(Input::Enqueue(contact));
        let sure = self.queues.expected_wait(id);
        // What is not told for want of agents is as good as the table says all the same.
        let reckoned = || self.queues.reckoned(id).filter(|_| self.unsure && self.calls > 100);
        if let Some(estimate) = sure.or_else(reckoned).filter(|_| clock > WARM_UP) {
            self.told.insert(id, (self.now, seconds(estimate.wait), self.smoothed));
        }
    }

    fn staffed(&mut self, clock: f64) {
        self.plan(60.0, Event::Staffed);
        for n in 0..self.scenario.agents {
            let agent = AgentId::new(format!("agent{n:02}"));
            if n < (self.scenario.staff)(clock) {
                self.tell(Input::Reachable { agent: agent.clone(), reachable: true });
                self.tell(Input::LogIn { agent });
            } else {
                self.tell(Input::LogOut { agent });
            }
        }
    }

    /// Lives through so many callers; gives how many were judged, and the sums of [`Errors`].
    fn run(mut self, callers: u64) -> (f64, [f64; 4]) {
        while self.calls < callers {
            let ((at, _), event) = self.agenda.pop_first().expect("callers go on to come");
            self.now = at;
            let clock = seconds(at.since(Instant::ZERO));
            match event {
                Event::Arrives => self.arrives(clock),
                Event::Staffed => self.staffed(clock),
                Event::GivesUp(id) if self.queues.position(id).is_some() => {
                    self.came.remove(&id);
                    self.told.remove(&id);
                    self.tell(Input::Leave { call: id, how: Exit::Abandoned });
                }
                Event::GivesUp(_) => {}
                Event::Ends(id) => self.tell(Input::TalkEnded { call: id }),
            }
        }
        (self.served, self.sums)
    }
}

impl Errors {
    /// The errors of several days together.
    fn of(scenario: &Scenario, seeds: &[u64], callers: u64) -> Self {
        let (mut served, mut sums) = (0.0, [0.0; 4]);
        for seed in seeds {
            let mut day = Day::new(scenario, *seed);
            day.unsure = true;
            let (more, parts) = day.run(callers);
            served += more;
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
        let wait = sums[0] / served;
        let relative = |sum: f64| (sum / served).sqrt() / wait;
        Self { wait, ours: relative(sums[1]), smoothed: relative(sums[2]), close: sums[3] / served }
    }
}

fn seconds(span: Duration) -> f64 {
    span.to_std().as_secs_f64()
}

/// Callers in a second that keep 24 agents just busy.
const FULL: f64 = 24.0 / HANDLE;

const SCENARIOS: [Scenario; 6] = [
    Scenario {
        name: "load 1.0, patience 120 s",
        agents: 24,
        arrivals: |_| FULL,
        patience: 120.0,
        lognormal: false,
        staff: |_| 24,
        table: 0.58,
    },
    Scenario {
        name: "load 1.2, patience 600 s",
        agents: 24,
        arrivals: |_| 1.2 * FULL,
        patience: 600.0,
        lognormal: false,
        staff: |_| 24,
        table: 0.27,
    },
    Scenario {
        name: "arrivals ±50 % over 2 h",
        agents: 24,
        arrivals: |clock| FULL * (1.0 + 0.5 * (std::f64::consts::TAU * clock / 7_200.0).sin()),
        patience: 600.0,
        lognormal: false,
        staff: |_| 24,
        table: 0.25,
    },
    Scenario {
        name: "staff 24 and 16, half an hour each",
        agents: 24,
        arrivals: |_| FULL,
        patience: 600.0,
        lognormal: false,
        staff: |clock| if (clock / 1_800.0) % 2.0 < 1.0 { 24 } else { 16 },
        table: 0.35,
    },
    Scenario {
        name: "lognormal service, load 1.1",
        agents: 24,
        arrivals: |_| 1.1 * FULL,
        patience: 600.0,
        lognormal: true,
        staff: |_| 24,
        table: 0.30,
    },
    Scenario {
        name: "4 agents, load 1.1",
        agents: 4,
        arrivals: |_| 4.4 / HANDLE,
        patience: 600.0,
        lognormal: false,
        staff: |_| 4,
        table: 0.56,
    },
];

/// The scenarios of the design: our relative error is no more than a tenth above the table, and
/// below that of a smoothed mean.
#[test]
fn estimates_are_as_good_as_the_design_says() {
    for scenario in &SCENARIOS {
        let Errors { wait, ours, smoothed, close } = Errors::of(scenario, &[1, 2, 3], 6_000);
        let Scenario { name, table, .. } = scenario;
        println!(
            "{name}: wait {wait:.0} s, ours {ours:.3}, smoothed {smoothed:.3}, close {close:.2}"
        );
        assert!(ours <= table * 1.1, "{name}: {ours:.3} against {table}");
        assert!(ours < smoothed, "{name}: {ours:.3} against {smoothed:.3}");
    }
}

/// With few agents and with few answers nothing is said.
#[test]
fn nothing_is_said_where_it_would_be_a_guess() {
    let few = Scenario { agents: 4, arrivals: |_| 4.4 / HANDLE, staff: |_| 4, ..SCENARIOS[0] };
    let mut day = Day::new(&few, 7);
    while day.calls < 500 {
        let ((at, _), event) = day.agenda.pop_first().expect("callers go on to come");
        day.now = at;
        match event {
            Event::Arrives => day.arrives(WARM_UP + 1.0),
            Event::Staffed => day.staffed(0.0),
            Event::GivesUp(_) => {}
            Event::Ends(id) => day.tell(Input::TalkEnded { call: id }),
        }
    }
    assert!(day.told.is_empty(), "four agents are too few");

    let mut s = busy(19);
    s.enter(100);
    assert_eq!(s.queues.expected_wait(call(100)), None, "19 answers are too few");
    let mut s = busy(20);
    s.enter(100);
    assert!(s.queues.expected_wait(call(100)).is_some());
    assert_eq!(s.queues.expected_wait(call(99)), None, "who is not in line waits for nothing");
}

/// Six agents who have answered so many calls of 5 min each, all with the next one.
fn busy(answers: u64) -> Script {
    let names = ["a", "b", "c", "d", "e", "f"];
    let staff: Vec<_> = names.iter().map(|&name| (name, &["service"][..], &[][..])).collect();
    let mut settings: Settings = settings(&staff);
    let wrap_up = Duration::ZERO;
    settings.queues.insert("service".into(), QueueSettings { wrap_up, ..QueueSettings::default() });
    let mut s = Script::new(settings);
    for name in names {
        s.reachable(name, true);
    }
    for n in 1..=answers {
        s.enter(n).answer(n);
        if n + 6 > answers {
            continue;
        }
        s.wait(300).part(n);
    }
    s
}

/// The wait grows with those before, and with agents who leave; and a queue refuses who would wait longer than they may.
#[test]
fn who_would_wait_too_long_is_refused() {
    let mut s = busy(30);
    s.wait(1);
    for n in 101..=110 {
        s.enter(n);
    }
    let wait = |s: &Script, n| s.queues.expected_wait(call(n)).map(|one| one.wait.as_secs());
    // Six agents of 300 s each: one is free every 50 s.
    assert_eq!([wait(&s, 101), wait(&s, 102), wait(&s, 110)], [Some(50), Some(100), Some(500)]);
    let limit = |s: &Script, n, minutes| Contact {
        longest_expected: Some(Duration::from_mins(minutes)),
        ..s.contact(n)
    };
    let (short, long) = (limit(&s, 111, 5), limit(&s, 112, 30));
    s.enter_as(short);
    assert!(s.said.contains(&format!("caller 111 refused: {:?}", Refusal::TooLong)));
    s.enter_as(long);
    assert_eq!(s.queues.position(call(112)), Some(11));
    let queue = s.queues.queue(&"service".into()).expect("it is there");
    assert_eq!(queue.expected_wait().map(|one| (one.wait.as_secs(), one.staff)), Some((600, 6)));
    // One of six leaves, and is not reckoned with although they still talk: five are enough to say something.
    s.log_out("a");
    assert_eq!(wait(&s, 110), Some(600));
    s.log_out("b");
    assert_eq!(wait(&s, 110), None, "four are too few");
}
