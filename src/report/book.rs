//! The book: pieces in, figures out.

use std::collections::BTreeMap;

use super::callers::{CallFigures, Callers};
use super::counts::Counts;
use super::figures::{AgentFigures, Broken, CallbackFigures, QueueFigures, TicketFigures};
use super::grid::Grid;
use super::level::Level;
use super::piece::{
    Callback, Ended, Hold, Offer, Piece, Span, Stay, Survey, Talk, Ticket, between,
};
use super::shelf::Shelf;
use super::survey::SurveyFigures;
use crate::calendar::Calendar;
use crate::call::{AgentId, CallId, QueueId};
use crate::history::{AgentStatus, Medium};
use crate::time::{Duration, Wall};

/// How figures are reckoned.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Days and intervals.
    pub grid: Grid,
    /// Which service level.
    pub level: Level,
    /// `T`: a wait of at most this is in time.
    pub target: Duration,
    /// `s`: who hangs up after at most this has not given the queue a chance.
    pub short: Duration,
    /// A call within this of the caller's last one means that the flow did not settle it.
    pub again_within: Duration,
    /// A call about the same within this means that the agent did not.
    pub repeat_within: Duration,
    /// The hours by which tickets are measured beside the wall clock.
    pub hours: Option<Calendar>,
}

/// All figures of the days of a grid.
#[derive(Debug, Clone)]
pub struct Book {
    settings: Settings,
    queues: Shelf<QueueId, QueueFigures>,
    agents: Shelf<AgentId, AgentFigures>,
    callers: Callers,
    callbacks: BTreeMap<QueueId, CallbackFigures>,
    surveys: BTreeMap<(Option<QueueId>, Option<AgentId>), SurveyFigures>,
    /// Who was asked, and whether they answered.
    asked: BTreeMap<CallId, bool>,
    tickets: BTreeMap<std::sync::Arc<str>, TicketFigures>,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let callers = Callers::new(settings.again_within, settings.repeat_within);
        Self {
            settings,
            queues: Shelf::default(),
            agents: Shelf::default(),
            callers,
            callbacks: BTreeMap::new(),
            surveys: BTreeMap::new(),
            asked: BTreeMap::new(),
            tickets: BTreeMap::new(),
        }
    }

    /// Counts a piece, where it lies in the days of the book.
    pub fn take(&mut self, piece: &Piece) {
        match piece {
            Piece::Taken(taken) => {
                let medium = taken.medium;
                if let Some(counts) = self.counts(&taken.queue, taken.at) {
                    match medium {
                        Medium::Voice => counts.offered += 1,
                        Medium::Callback => counts.callbacks += 1,
                    }
                }
            }
            Piece::Refused(refused) => {
                if let Some(counts) = self.counts(&refused.queue, refused.at) {
                    *counts.refused.entry(refused.why).or_default() += 1;
                }
            }
            Piece::Stay(stay) => self.stay(stay),
            Piece::Offer(offer) => self.offer(offer),
            Piece::Talk(talk) => self.talk(talk),
            Piece::Hold(hold) => self.hold(hold),
            Piece::Span(span) => self.span(span),
            Piece::Met(met) => self.callers.met(met, &self.settings.grid),
            Piece::Callback(callback) => self.callback(callback),
            Piece::Survey(survey) => self.survey(survey),
            Piece::Ticket(ticket) => self.ticket(ticket),
        }
    }

    /// Puts waits in order, once everything was taken; gives the intervals that do not balance.
    pub fn close(&mut self) -> Vec<Broken> {
        let (mut broken, grid) = (Vec::new(), &self.settings.grid);
        self.queues.each(|queue, figures| {
            figures.waits.sort_unstable();
            let odd = figures.intervals.by_interval().filter(|(_, counts)| !counts.balances());
            broken.extend(odd.map(|(n, counts)| Broken {
                queue: queue.clone(),
                from: grid.interval(n).map_or(Wall::default(), |(from, _)| from),
                offered: counts.offered + counts.callbacks,
                accounted: counts.accounted()
                    + counts.callbacks_answered
                    + counts.callbacks_left
                    + counts.callbacks_waiting,
            }));
        });
        for figures in self.callbacks.values_mut() {
            figures.waits.sort_unstable();
        }
        for figures in self.tickets.values_mut() {
            figures.first.sort_unstable();
            figures.resolution.sort_unstable();
            figures.first_open.sort_unstable();
            figures.resolution_open.sort_unstable();
        }
        broken
    }

    /// How the figures are reckoned.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The queues.
    #[must_use]
    pub const fn queues(&self) -> &Shelf<QueueId, QueueFigures> {
        &self.queues
    }

    /// The agents.
    #[must_use]
    pub const fn agents(&self) -> &Shelf<AgentId, AgentFigures> {
        &self.agents
    }

    /// The calls.
    #[must_use]
    pub const fn calls(&self) -> &CallFigures {
        &self.callers.figures
    }

    /// Callbacks by queue.
    #[must_use]
    pub const fn callbacks(&self) -> &BTreeMap<QueueId, CallbackFigures> {
        &self.callbacks
    }

    /// Answers by queue and agent.
    #[must_use]
    pub const fn surveys(&self) -> &BTreeMap<(Option<QueueId>, Option<AgentId>), SurveyFigures> {
        &self.surveys
    }

    /// Tickets by sort.
    #[must_use]
    pub const fn tickets(&self) -> &BTreeMap<std::sync::Arc<str>, TicketFigures> {
        &self.tickets
    }

    /// The queue's counts of the interval that a moment lies in.
    fn counts(&mut self, queue: &QueueId, at: Wall) -> Option<&mut Counts> {
        let n = self.settings.grid.at(at)?;
        Some(self.queues.of(queue).intervals.at(n))
    }

    fn stay(&mut self, stay: &Stay) {
        let (target, short) = (self.settings.target, self.settings.short);
        let Some(n) = self.settings.grid.at(stay.entered) else { return };
        let figures = self.queues.of(&stay.queue);
        figures.intervals.at(n).stay(stay, target, short);
        if stay.back || stay.medium == Medium::Callback {
            return;
        }
        match stay.end {
            Ended::Answered(_) => {
                figures.waits.push(stay.wait());
                for (at, told) in &stay.told {
                    figures.estimates.add(*told, between(*at, stay.ended));
                }
            }
            Ended::Waiting => {
                let longest = figures.longest_waiting.max(Some(stay.wait()));
                figures.longest_waiting = longest;
            }
            Ended::Left(_) => {}
        }
    }

    fn offer(&mut self, offer: &Offer) {
        let Some(n) = self.settings.grid.at(offer.at) else { return };
        self.queues.of(&offer.queue).intervals.at(n).offer(offer);
        self.agents.of(&offer.agent).intervals.at(n).offer(offer);
    }

    fn talk(&mut self, talk: &Talk) {
        let grid = &self.settings.grid;
        let mut queue = talk.queue.as_ref().map(|queue| self.queues.of(queue));
        let agent = self.agents.of(&talk.agent);
        if let Some(n) = grid.at(talk.began) {
            agent.intervals.at(n).talk(talk);
            if let Some(queue) = &mut queue {
                queue.intervals.at(n).talk(talk);
            }
        }
        grid.split(talk.began, talk.ended, |n, span| {
            agent.intervals.at(n).connected += span;
            if let Some(queue) = &mut queue {
                queue.intervals.at(n).connected += span;
            }
        });
    }

    fn hold(&mut self, hold: &Hold) {
        let mut queue = hold.queue.as_ref().map(|queue| self.queues.of(queue));
        let agent = self.agents.of(&hold.agent);
        self.settings.grid.split(hold.from, hold.to, |n, span| {
            agent.intervals.at(n).held += span;
            if let Some(queue) = &mut queue {
                queue.intervals.at(n).held += span;
            }
        });
    }

    fn span(&mut self, span: &Span) {
        let agent = self.agents.of(&span.agent);
        if span.open {
            agent.now = Some(span.status);
        }
        self.settings.grid.split(span.from, span.to, |n, part| {
            agent.intervals.at(n).times.add(span.status, part);
        });
        if span.status == AgentStatus::Talking
            && let Some(queue) = &span.queue
        {
            agent.last_queue = Some(queue.clone());
        }
        if span.status == AgentStatus::Wrapup
            && let Some(queue) = span.queue.as_ref().or(agent.last_queue.as_ref())
        {
            let queue = self.queues.of(queue);
            self.settings.grid.split(span.from, span.to, |n, part| {
                queue.intervals.at(n).wrapup += part;
            });
        }
    }

    fn callback(&mut self, callback: &Callback) {
        if self.settings.grid.at(callback.asked).is_none() {
            return;
        }
        let figures = self.callbacks.entry(callback.queue.clone()).or_default();
        figures.asked += 1;
        figures.tries += u64::from(callback.tries);
        if let Some(at) = callback.connected {
            figures.kept += u64::from(at <= callback.expires);
            figures.waits.push(between(callback.asked, at));
        }
        match callback.end {
            Some((end, _)) => *figures.ends.entry(end).or_default() += 1,
            None => figures.open += 1,
        }
    }

    fn survey(&mut self, survey: &Survey) {
        if self.settings.grid.at(survey.at).is_none() {
            return;
        }
        let key = (survey.queue.clone(), survey.agent.clone());
        let figures = self.surveys.entry(key).or_default();
        let Some((question, score)) = &survey.score else {
            figures.asked += 1;
            self.asked.insert(survey.contact, false);
            return;
        };
        if let Some(answered) = self.asked.get_mut(&survey.contact) {
            figures.answered += u64::from(!std::mem::replace(answered, true));
        }
        figures.questions.entry(question.clone()).or_default().add(*score);
    }

    fn ticket(&mut self, ticket: &Ticket) {
        if self.settings.grid.at(ticket.opened).is_none() {
            return;
        }
        let figures = self.tickets.entry(ticket.sort.clone()).or_default();
        figures.opened += 1;
        figures.first.extend(ticket.first.map(|at| between(ticket.opened, at)));
        figures.resolution.extend(ticket.closed.map(|at| between(ticket.opened, at)));
        if let Some(hours) = &self.settings.hours {
            let open = |at: Wall| hours.open_between(ticket.opened, at);
            figures.first_open.extend(ticket.first.map(open));
            figures.resolution_open.extend(ticket.closed.map(open));
        }
        figures.closed += u64::from(ticket.closed.is_some());
        let late = |due: Wall| ticket.closed.map_or(due < self.settings.grid.end(), |at| at > due);
        figures.late += u64::from(ticket.due.is_some_and(late));
    }
}
