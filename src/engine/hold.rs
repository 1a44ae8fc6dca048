//! Hold from either side of a talk: music meanwhile for whoever waits, never dead air, and no key passes. An agent who
//! holds for long is reminded, the caller is not.

use super::legs::Role;
use super::machine::{Call, Engine};
use crate::call::{CallId, CommandKind, HOLD_MUSIC, LegId, SoundId};
use crate::session::{Attention, Input as SessionInput, PeerNews};
use crate::time::{Duration, Instant};

/// How long an agent may hold a caller until they are reminded of them, and then each time again.
const REMIND_AFTER: Duration = Duration::from_secs(120);

/// Which sides of a call hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hold {
    /// The caller does not listen.
    pub(super) caller: bool,
    /// The other party does not listen.
    pub(super) peer: bool,
}

impl Hold {
    pub(super) const fn any(self) -> bool {
        self.caller || self.peer
    }
}

impl Engine {
    /// The other party of a talk holds, or comes back.
    pub(super) fn peer_held(&mut self, role: &Role, held: bool) {
        if let Some(call) = role.talks_with() {
            self.held(call, |hold| hold.peer = held);
        }
    }

    /// The caller holds, or comes back. Where nobody talks with them what is said goes on: nothing tells a caller who
    /// listens to their own music from one who does not.
    pub(super) fn caller_held(&mut self, call: CallId, held: bool) {
        self.held(call, |hold| hold.caller = held);
    }

    fn held(&mut self, id: CallId, change: impl FnOnce(&mut Hold)) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let before = call.hold;
        change(&mut call.hold);
        let (now, caller) = (call.hold, call.leg);
        let talking = call.session.attention() == Attention::Talking;
        let Some(peer) = self.legs.peer_of(id).filter(|_| talking && before != now) else { return };
        match (before.peer, now.peer) {
            (false, true) => {
                self.reminders.insert(id, self.now + REMIND_AFTER);
            }
            (true, false) => {
                self.reminders.remove(&id);
            }
            (true, true) | (false, false) => {}
        }
        match (before.any(), now.any()) {
            (false, true) => {
                self.hold_told(id, true);
                self.part_for_hold(id, caller, peer);
            }
            (true, false) => {
                self.hold_told(id, false);
                if before.caller {
                    self.command(peer, CommandKind::Music(None));
                }
                self.command(caller, CommandKind::Music(None));
                self.command(caller, CommandKind::Bridge(peer));
                self.step(id, SessionInput::Peer(PeerNews::Held(false)));
            }
            (true, true) | (false, false) if now.caller && !before.caller => self.music(peer),
            (true, true) | (false, false) => {}
        }
    }

    /// Agents who hold a caller for long hear so.
    pub(super) fn reminders_due(&mut self) {
        let due = |(id, at): (&CallId, &Instant)| (*at <= self.now).then_some(*id);
        let due: Vec<CallId> = self.reminders.iter().filter_map(due).collect();
        for id in due {
            let holds =
                |call: &Call| call.hold.peer && call.session.attention() == Attention::Talking;
            let held = self.calls.get(&id).is_some_and(holds);
            match self.legs.peer_of(id).filter(|_| held) {
                Some(agent) => {
                    self.say(agent, &["hold_reminder"], None);
                    self.reminders.insert(id, self.now + REMIND_AFTER);
                }
                None => {
                    self.reminders.remove(&id);
                }
            }
        }
    }

    fn part_for_hold(&mut self, id: CallId, caller: LegId, peer: LegId) {
        self.command(caller, CommandKind::Unbridge);
        self.music(caller);
        if self.calls.get(&id).is_some_and(|call| call.hold.caller) {
            self.music(peer);
        }
        self.step(id, SessionInput::Peer(PeerNews::Held(true)));
    }

    fn music(&mut self, leg: LegId) {
        self.command(leg, CommandKind::Music(Some(SoundId::from(HOLD_MUSIC))));
    }

    /// A caller who holds is with somebody, anew or again: who waits for them hears music.
    pub(super) fn hold_anew(&mut self, id: CallId) {
        if self
            .calls
            .get(&id)
            .is_some_and(|call| call.hold.caller && call.session.attention() == Attention::Talking)
            && let Some(peer) = self.legs.peer_of(id)
        {
            self.music(peer);
        }
    }
}
