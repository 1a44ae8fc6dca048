//! An agent hands the caller over: to whom, how it goes, and what each of them has talked.

use super::exchange::Handed;
use super::journal::{Journal, Party};
use super::state::State;
use super::talking::transfer_result_of;
use super::{Moment, PeerNews, Session};
use crate::call::{
    AgentId, CommandKind, HOLD_MUSIC, LegId, Quality, RINGING_TONE, SoundId, TalkStay,
    TransferStay, mask_number,
};
use crate::flow::NodeIndex;
use crate::time::Instant;

/// The most talks that a record lists.
pub const MAX_TALKS: usize = 50;

impl Session {
    /// News of a caller who is handed over, or put on hold.
    pub(super) fn handed_over(&mut self, news: &PeerNews, at: Moment<'_>) {
        match (news, &self.state) {
            (PeerNews::Held(held), State::Talking { .. }) => self.journal.on_hold(*held, at.now),
            (PeerNews::Transferring { to }, State::Talking { node, since }) => {
                let (node, since) = (*node, *since);
                self.journal.talked(since, at.now);
                self.end_talk_tape();
                self.journal.transfer = Some(stay(to, "no_answer"));
                self.command(CommandKind::Unbridge);
                self.command(CommandKind::Music(Some(SoundId::from(RINGING_TONE))));
                self.state = State::Transferring { node };
            }
            (PeerNews::Transferred { to, leg, held }, State::Talking { node, since }) => {
                let (node, since) = (*node, *since);
                self.journal.talked(since, at.now);
                self.end_talk_tape();
                self.journal.transfer = Some(stay(to, "answered"));
                self.journal.hands_over(*leg, to);
                self.join(node, *leg, *held, at.now);
            }
            (PeerNews::Transferred { to, leg, held }, State::Transferring { node }) => {
                let node = *node;
                self.transfer_result("answered");
                self.journal.hands_over(*leg, to);
                self.join(node, *leg, *held, at.now);
            }
            (PeerNews::Returned { cause, leg, held }, State::Transferring { node }) => {
                let node = *node;
                self.transfer_result(transfer_result_of(*cause));
                self.join(node, *leg, *held, at.now);
            }
            // It has crossed the end of the talk, or of the call.
            (
                PeerNews::Held(_)
                | PeerNews::Transferring { .. }
                | PeerNews::Transferred { .. }
                | PeerNews::Returned { .. }
                | PeerNews::Answered { .. }
                | PeerNews::Failed(_)
                | PeerNews::Ended
                | PeerNews::Lost,
                _,
            ) => {}
        }
    }
}

impl Session {
    /// The caller is with another party from now on, or with the agent again.
    fn join(&mut self, node: NodeIndex, leg: LegId, held: bool, now: Instant) {
        if held {
            self.command(CommandKind::Music(Some(SoundId::from(HOLD_MUSIC))));
            self.journal.on_hold(true, now);
        } else {
            self.command(CommandKind::Music(None));
            self.command(CommandKind::Bridge(leg));
        }
        self.begin_talk_tape();
        self.state = State::Talking { node, since: now };
    }
}

fn stay(to: &Handed, result: &'static str) -> TransferStay {
    let kind = if to.attended { "attended" } else { "blind" };
    let named = to.agent.as_ref().map(ToString::to_string);
    TransferStay { to: named.unwrap_or_else(|| mask_number(&to.to)), kind, result }
}

impl Journal {
    /// With whom the caller talks from now on.
    pub(super) fn talks_with(&mut self, leg: LegId, agent: Option<AgentId>, to: Option<String>) {
        if agent.is_some() {
            self.agent.clone_from(&agent);
        }
        self.party = Some(Party { leg, agent, to });
    }

    fn hands_over(&mut self, leg: LegId, to: &Handed) {
        let number = to.agent.is_none().then(|| mask_number(&to.to));
        self.talks_with(leg, to.agent.clone(), number);
    }

    /// How the media of another party's leg was. Kept of those only whose talk is listed, or may be.
    pub(super) fn measured(&mut self, leg: LegId, quality: Quality) {
        let present = self.party.as_ref().is_some_and(|party| party.leg == leg);
        if present || self.talks.iter().any(|(of, _)| *of == leg) {
            self.qualities.insert(leg, quality);
        }
    }

    /// The talks, for the record.
    pub(super) fn take_talks(&mut self) -> Vec<TalkStay> {
        let talks = std::mem::take(&mut self.talks).into_iter();
        let measured =
            |(leg, stay)| TalkStay { quality: self.qualities.get(&leg).cloned(), ..stay };
        talks.map(measured).collect()
    }

    /// A talk that began at `since` is over, or interrupted.
    pub(super) fn talked(&mut self, since: Instant, now: Instant) {
        self.on_hold(false, now);
        let held = std::mem::take(&mut self.held);
        let lasted = now.since(since);
        self.talk += lasted;
        if self.talks.len() < MAX_TALKS
            && let Some(Party { leg, agent, to }) = self.party.clone()
        {
            let stay = TalkStay {
                agent,
                to,
                at_ms: since.since(self.offered_at).as_millis(),
                talk_ms: lasted.as_millis(),
                hold_ms: held.as_millis(),
                quality: None,
            };
            self.talks.push((leg, stay));
        }
    }

    /// One side holds, or none does any more.
    fn on_hold(&mut self, held: bool, now: Instant) {
        match (held, self.held_since) {
            (true, None) => self.held_since = Some(now),
            (false, Some(since)) => {
                self.held += now.since(since);
                self.held_since = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
}
