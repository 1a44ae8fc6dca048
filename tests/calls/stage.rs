//! A flow, an engine, telephones on paper, and short verbs to play a call.

use std::sync::Arc;

use sambung::assemble;
use sambung::call::{
    AgentId, CallRecord, Digits, HangupCause, LegId, QueueId, Reply, Report, Target,
};
use sambung::engine::{Agent, Input, Pattern, Programs, Route, Routes, Settings};
use sambung::flow::{Compiled, Facts, Format, Sources, compile};
use sambung::queue::AgentSettings;
use sambung::simulation::{EXTRA_OUTCOMES, Ground, Heard, Rehearsal, Side};
use sambung::time::{Duration, Wall};

/// 2026-03-04 10:00 in Jakarta, a Wednesday.
const MORNING: Wall = Wall::from_unix_micros(1_772_593_200_000_000);

/// One call on stage.
pub(crate) struct Stage {
    pub(crate) rehearsal: Rehearsal,
    pub(crate) leg: LegId,
    lines: Vec<String>,
    /// How the outside answers everything, and after how long; `None` = never.
    outside: Option<(Duration, Reply)>,
    programs: Arc<Programs>,
}

/// The set: what stands around the call.
pub(crate) struct Set {
    pub(crate) settings: Settings,
    pub(crate) caller: Option<&'static str>,
    pub(crate) wall: Wall,
}

/// Compiles a flow file that has no errors.
pub(crate) fn compiled(yaml: &str) -> Compiled {
    let compiled = compile(&Sources::one("flow.yaml", yaml.as_bytes()), &Facts::default());
    let report = compiled.diagnostics.render_all(Format::Human { color: false });
    assert!(!compiled.diagnostics.has_errors(), "{report}");
    compiled
}

impl Set {
    /// A set for one flow file, with two agents for its queues. Two callers may wait there.
    pub(crate) fn of(yaml: &str) -> Self {
        let compiled = compiled(yaml);
        let mut settings =
            assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
                .expect("opening hours that make sense");
        let flow = compiled.flow().expect("a flow").id.clone();
        settings.adapters = vec!["paper".into()];
        settings.routes = Routes::new(vec![Route::new(Pattern::Default, flow)]);
        settings.transfers = ["+62215550100".into()].into();
        let queues: Vec<QueueId> = settings.queues.queues.keys().cloned().collect();
        for (name, user) in [("sari", "201"), ("budi", "202")] {
            let agent = AgentSettings { queues: queues.clone(), ..AgentSettings::default() };
            settings.queues.agents.insert(AgentId::from(name), agent);
            let target = Target::User(user.into());
            settings
                .agents
                .insert(AgentId::from(name), Agent { target, accept: None, adapter: None });
        }
        Self { settings, caller: Some("+6281100001111"), wall: MORNING }
    }

    /// Rings the number and lets the call be answered.
    pub(crate) fn ring(self, agents: &[&str]) -> Stage {
        let programs = Arc::clone(&self.settings.programs);
        let mut rehearsal = Rehearsal::new(self.settings, 7, self.wall, Rehearsal::by_text());
        for agent in agents {
            rehearsal.register(agent, true);
        }
        while rehearsal.poll_heard().is_some() {}
        let leg = rehearsal.call("100", self.caller);
        let mut stage = Stage { rehearsal, leg, lines: Vec::new(), outside: None, programs };
        stage.wait(1_000);
        stage
    }
}

impl Stage {
    /// A call of one flow file with nobody at the queue.
    pub(crate) fn call(yaml: &str) -> Self {
        Set::of(yaml).ring(&[])
    }

    /// A call that still rings.
    pub(crate) fn ringing(set: Set) -> Self {
        let programs = Arc::clone(&set.settings.programs);
        let mut rehearsal = Rehearsal::new(set.settings, 7, set.wall, Rehearsal::by_text());
        let leg = rehearsal.call("100", set.caller);
        Self { rehearsal, leg, lines: Vec::new(), outside: None, programs }
    }

    /// A call whose keys cannot arrive.
    pub(crate) fn without_keys(set: Set) -> Self {
        let programs = Arc::clone(&set.settings.programs);
        let mut rehearsal = Rehearsal::new(set.settings, 7, set.wall, Rehearsal::by_text());
        let leg = rehearsal.call_without_keys("100");
        Self { rehearsal, leg, lines: Vec::new(), outside: None, programs }
    }

    /// Keys, 150 ms apart, the first now.
    pub(crate) fn press(&mut self, keys: &str) {
        self.rehearsal.press(self.leg, &Digits::parse(keys).expect("keys"));
        self.collect();
    }

    pub(crate) fn say(&mut self, words: &str) {
        self.rehearsal.say(self.leg, words);
        self.collect();
    }

    pub(crate) fn wait(&mut self, ms: u64) {
        let end = self.rehearsal.now() + Duration::from_millis(ms);
        while self.rehearsal.next_due().is_some_and(|due| due <= end) {
            self.rehearsal.run_to_next();
            self.collect();
        }
        self.rehearsal.run_until(end);
        self.collect();
    }

    /// From now on whatever is asked of the outside is answered so, after that many milliseconds.
    pub(crate) fn outside(&mut self, after_ms: u64, reply: Reply) {
        self.rehearsal.play_outside();
        self.outside = Some((Duration::from_millis(after_ms), reply));
    }

    /// From now on the outside never answers.
    pub(crate) fn outside_is_silent(&mut self) {
        self.rehearsal.play_outside();
        self.outside = None;
    }

    /// The caller speaks, from now.
    pub(crate) fn speak(&mut self, ms: u64) {
        self.rehearsal.speak(self.leg, Duration::from_millis(ms));
        self.collect();
    }

    /// Lets the prompts play out.
    pub(crate) fn listen(&mut self) {
        self.rehearsal.run_to_silence(self.leg);
        self.collect();
    }

    pub(crate) fn hang_up(&mut self) {
        self.rehearsal.hang_up(self.leg, HangupCause::Normal);
        self.collect();
    }

    /// The leg of the agent who rings or talks.
    pub(crate) fn agent(&self) -> LegId {
        let dialled = |(id, leg): (LegId, &sambung::simulation::Leg)| {
            matches!(leg.side, Side::Dialled(_)).then_some(id)
        };
        self.rehearsal.phones.legs().find_map(dialled).expect("an agent's phone")
    }

    pub(crate) fn agent_answers(&mut self) {
        let leg = self.agent();
        self.rehearsal.pick_up(leg);
        self.collect();
    }

    pub(crate) fn agent_ends(&mut self, cause: HangupCause) {
        let leg = self.agent();
        self.rehearsal.hang_up(leg, cause);
        self.collect();
    }

    /// The adapter loses touch with its world.
    pub(crate) fn out_of_touch(&mut self) {
        self.touch(Report::Away);
    }

    /// The adapter is in touch again.
    pub(crate) fn in_touch(&mut self) {
        self.touch(Report::Back);
    }

    fn touch(&mut self, report: Report) {
        let adapter = self.leg.adapter;
        self.rehearsal.tell(Input::Report { adapter, report });
        self.rehearsal.engine().check_invariants();
        self.collect();
    }

    /// The call so far, one line each; the caller hangs up first if the call is still live.
    pub(crate) fn end(mut self) -> String {
        self.hang_up();
        self.rehearsal.engine().check_invariants();
        assert_eq!(self.rehearsal.engine().live_calls(), 0, "a call is left over");
        self.lines.join("\n")
    }

    fn collect(&mut self) {
        while let Some(heard) = self.rehearsal.poll_heard() {
            self.lines.extend(heard.line());
            if let Heard::Record(record) = &heard {
                self.check_outcomes(record);
            }
            if let (Heard::Request(at, request), Some((after, reply))) = (&heard, &self.outside) {
                self.rehearsal.reply(*at + *after, request.id, reply.clone());
            }
        }
    }

    /// Every outcome of a record is a way of its node, or one of the names known beside them: what coverage counts by.
    fn check_outcomes(&self, record: &CallRecord) {
        let Some(program) = record.flow.as_ref().and_then(|flow| self.programs.get(flow)) else {
            return;
        };
        let ground = Ground::of(&program.flow, []);
        // A call that was led to the safe flow has nodes of the first one too.
        for step in record.steps.iter().filter(|step| ground.lanes(step.node.as_str()).is_some()) {
            let Some(outcome) = &step.outcome else { continue };
            let is_way = ground.lane(step.node.as_str(), outcome, step.keys.as_deref()).is_some();
            let known = is_way || step.verb == "return" || EXTRA_OUTCOMES.contains(&&**outcome);
            assert!(known, "`{}` ({}) was left by `{outcome}`", step.node, step.verb);
        }
    }
}
