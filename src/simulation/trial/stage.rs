//! What every case of a project stands on, and the way from a case to its verdict.

use std::sync::Arc;

use super::call::Played;
use super::cast;
use super::verdict::Verdict;
use crate::calendar::{self, Calendar};
use crate::call::FlowId;
use crate::engine::{Pattern, Route, Routes, Settings};
use crate::flow::{CallRule, Case, Flow, Setting, Spanned};
use crate::simulation::{Ground, ItemDuration};
use crate::time::{ClockTime, Date, Moment, Wall};

/// The seed of call ids: the same case gives the same call.
pub(super) const SEED: u64 = 1;

/// When a call comes in that no test gives a time to: a Wednesday morning, by the clock of the flow's own calendar.
pub const DEFAULT_MOMENT: Moment =
    Moment { date: Date { year: 2026, month: 3, day: 4 }, time: ClockTime { hour: 10, minute: 0 } };

/// What a case is played for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// To be held to everything that it says.
    Test,
    /// To learn what `hear` should say: what is heard instead becomes a revision, no difference.
    Revise,
}

/// What every case of a project stands on.
#[derive(Clone)]
pub struct Stage {
    settings: Settings,
    durations: ItemDuration,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Stage {
    /// A project's flows, queues, calendars and numbers, without agents; `durations` says how long prompts last.
    #[must_use]
    pub const fn new(settings: Settings, durations: ItemDuration) -> Self {
        Self { settings, durations }
    }

    /// The flow of that name, if the project has it.
    #[must_use]
    pub fn flow(&self, id: &FlowId) -> Option<&Arc<Flow>> {
        self.settings.programs.get(id).map(|program| &program.flow)
    }

    /// Plays a case of a flow under rules. `None` if the project has no such flow.
    #[must_use]
    pub fn play(
        &self,
        ground: &Ground,
        flow: &FlowId,
        case: &Case,
        rules: &Arc<[Spanned<CallRule>]>,
        manner: Manner,
    ) -> Option<Verdict> {
        let flow = self.flow(flow)?;
        let mut settings = self.settings.clone();
        let all = Route::new(Pattern::Default, flow.id.clone());
        settings.routes = Routes::new(vec![all]);
        for (setting, number) in &mut settings.numbers {
            if let Setting::Env(name) = setting
                && let Some(value) = case.env.get(name)
            {
                number.clone_from(value);
                settings.transfers.insert(value.clone());
            }
        }
        let wall = self.wall(flow, case);
        // What becomes of wishes to be called back is told to the history.
        settings.history = true;
        let mut rehearsal =
            cast::rehearse(settings, &case.agents, wall, Arc::clone(&self.durations));
        let leg = rehearsal.call_from(case.origin.clone());
        let mut played = Played::new(rehearsal, leg, Arc::clone(flow), case, rules, manner);
        played.run(&case.steps);
        Some(played.judge(ground))
    }

    /// The wall-clock time at which the call comes in.
    fn wall(&self, flow: &Flow, case: &Case) -> Wall {
        let utc = |moment: Moment| {
            let minutes = i64::from(moment.time.minutes());
            Wall::from_unix_micros((moment.date.days_since_epoch() * 1_440 + minutes) * 60_000_000)
        };
        match &case.at {
            Some((moment, zone)) => {
                let settings = calendar::Settings { zone: zone.clone(), ..Default::default() };
                let zone = Calendar::new(&settings).ok();
                zone.and_then(|zone| zone.wall(*moment)).unwrap_or_else(|| utc(*moment))
            }
            None => {
                let home = flow.home.as_ref().and_then(|home| self.settings.calendars.get(home));
                home.and_then(|home| home.wall(DEFAULT_MOMENT))
                    .unwrap_or_else(|| utc(DEFAULT_MOMENT))
            }
        }
    }
}
