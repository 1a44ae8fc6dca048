//! One call to somebody who may be reached in several ways: telephones that ring together, those that ring after them,
//! and the addresses of one telephone that are tried one after the other (RFC 3261 §16.6, RFC 3263 §4.3).
//!
//! ```text
//!  leg ─▶ Fork ─┬─ Branch (a dialog) ── further ways to the same telephone
//!               ├─ Branch
//!               └─ later: groups that ring when nobody of these answers
//! ```
//!
//! The first answer wins; the others are told that the call was answered elsewhere. Only when all have failed does the
//! leg end, once, with the best of their answers (§16.7).

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;

use super::leg::{Leg, Phase};
use super::switch::Switch;
use super::tell;
use crate::call::{Dial, HangupCause, LegId};
use crate::sip::{DialogId, Ending, Input, Invite, OfferAnswer, Transport};
use crate::time::{Duration, Instant};

/// The most telephones that ring together for one call.
const MAX_BRANCHES: usize = 8;
/// How long a way may stay silent where there is another.
const HEARD_WITHIN: Duration = Duration::from_secs(4);

/// The ways to one telephone, the preferred one first.
pub(super) type Telephone = VecDeque<Way>;

/// One way to a telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    /// The request URI.
    pub(super) target: String,
    /// The address to send to.
    pub(super) to: SocketAddr,
    /// The hops that it takes.
    pub(super) routes: Vec<String>,
    /// How it travels.
    pub(super) transport: Transport,
    /// Our side of the way; `None` = any socket of the transport and the family.
    pub(super) local: Option<SocketAddr>,
}

/// A call that rings.
#[derive(Debug)]
pub(super) struct Fork {
    dial: Box<Dial>,
    /// When it has rung long enough, wherever.
    until: Instant,
    /// Our port for media.
    port: u16,
    branches: Vec<Branch>,
    /// Groups of telephones that ring when nobody of the present ones has answered, the next one first.
    later: VecDeque<Vec<Telephone>>,
    /// The best of the refusals so far.
    best: Option<Ending>,
}

/// A telephone that is called.
#[derive(Debug)]
struct Branch {
    dialog: DialogId,
    /// The address that signals for it.
    peer: IpAddr,
    session: OfferAnswer,
    /// What it answered before it was picked up.
    early: Option<Bytes>,
    /// Whether it was heard of.
    rings: bool,
    /// Further ways to it.
    more: Telephone,
}

impl Fork {
    /// The dialogs of its branches but one.
    pub(super) fn dialogs(&self, but: DialogId) -> Vec<DialogId> {
        let all = self.branches.iter().map(|branch| branch.dialog);
        all.filter(|dialog| *dialog != but).collect()
    }

    fn branch(&mut self, dialog: DialogId) -> Option<&mut Branch> {
        self.branches.iter_mut().find(|branch| branch.dialog == dialog)
    }
}

impl Switch {
    /// Rings the first group of telephones of which one can be reached. Where there is none, the leg ends.
    pub(super) fn ring(
        &mut self,
        now: Instant,
        id: LegId,
        dial: Box<Dial>,
        groups: Vec<Vec<Telephone>>,
    ) {
        let later: VecDeque<_> = groups.into_iter().filter(|group| !group.is_empty()).collect();
        if later.is_empty() {
            return self.unreachable(now, id);
        }
        let port = match self.media.open(id, dial.beside) {
            Ok(port) => port,
            Err(error) => {
                tracing::warn!(leg = %id, %error, "No port for media.");
                return self.refused_by_us(now, id, HangupCause::Overload);
            }
        };
        let until = now + dial.ring;
        let mut fork = Fork { dial, until, port, branches: Vec::new(), later, best: None };
        self.ring_next(now, id, &mut fork);
        let Some(first) = fork.branches.first() else {
            self.media.close(id);
            return self.unreachable(now, id);
        };
        let phase = Phase::Calling { rings: false };
        let mut leg = Leg::new(id, first.dialog, phase, first.session.clone(), first.peer);
        leg.fork = Some(Box::new(fork));
        self.legs.insert(id, leg);
    }

    /// Rings the next group; no branch more if there is none left that can be reached.
    fn ring_next(&mut self, now: Instant, id: LegId, fork: &mut Fork) {
        while fork.branches.is_empty()
            && now < fork.until
            && let Some(group) = fork.later.pop_front()
        {
            let others = group.len() > 1 || !fork.later.is_empty();
            for telephone in group.into_iter().take(MAX_BRANCHES) {
                let branch = self.ring_one(now, id, fork, telephone, others);
                fork.branches.extend(branch);
            }
        }
    }

    /// Calls a telephone on the first of its ways that can be taken. `others`: whether it is not the only one.
    fn ring_one(
        &mut self,
        now: Instant,
        id: LegId,
        fork: &Fork,
        mut ways: Telephone,
        others: bool,
    ) -> Option<Branch> {
        let (way, local) = loop {
            let way = ways.pop_front()?;
            if let Some(local) = self.local_for(now, &way) {
                break (way, local);
            }
        };
        let dial = &fork.dial;
        let dialog = self.agent.new_dialog();
        let audio = self.audio_beside(dial.beside);
        let mut session = self.session((self.media_address(local), fork.port), dialog, audio, None);
        let invite = Invite {
            dialog,
            target: way.target,
            to: None,
            to_addr: way.to,
            transport: way.transport,
            local: Some(local),
            from_user: Some(dial.caller_id.as_ref().unwrap_or(&self.settings.realm).to_string()),
            from_host: None,
            from_display: dial.display.as_ref().map(ToString::to_string),
            routes: way.routes,
            login: None,
            // One that is gone must not keep the others waiting.
            heard_within: (others || !ways.is_empty()).then_some(HEARD_WITHIN),
            headers: tell::headers(dial, way.transport.is_secure()),
            max_forwards: self.hops_left(dial.beside),
            sdp: Bytes::from(session.offer()),
            ring: fork.until.since(now),
        };
        tracing::info!(leg = %id, to = %way.to, "A call goes out.");
        let peer = way.to.ip();
        self.guard.meet(now, peer);
        self.dialogs.insert(dialog, id);
        self.tell(now, Input::Invite(Box::new(invite)));
        Some(Branch { dialog, peer, session, early: None, rings: false, more: ways })
    }

    /// Our side of a way.
    pub(super) fn local_for(&mut self, now: Instant, way: &Way) -> Option<SocketAddr> {
        way.local.or_else(|| self.way_to(now, way.transport, way.to))
    }

    /// A telephone sends media before it is picked up. Whether that is heard: only if no other rings.
    pub(super) fn rings_alone(&mut self, dialog: DialogId, sdp: &Bytes) -> bool {
        let leg = self.dialogs.get(&dialog).and_then(|id| self.legs.get_mut(id));
        let Some(fork) = leg.and_then(|leg| leg.fork.as_mut()) else { return true };
        let alone = fork.branches.len() == 1;
        if let Some(branch) = fork.branch(dialog) {
            branch.early = Some(sdp.clone());
            branch.rings = true;
        }
        alone
    }

    /// A telephone of a call was picked up: the others stop ringing. Gives its answer.
    pub(super) fn answered_at(
        &mut self,
        now: Instant,
        dialog: DialogId,
        sdp: Option<Bytes>,
    ) -> Option<Bytes> {
        let leg = self.dialogs.get(&dialog).and_then(|id| self.legs.get_mut(id));
        let Some(leg) = leg else { return sdp };
        let Some(fork) = leg.fork.take() else { return sdp };
        let mut early = None;
        let mut others = Vec::new();
        for branch in fork.branches {
            if branch.dialog != dialog {
                others.push(branch.dialog);
                continue;
            }
            early = branch.early.filter(|_| leg.agreed.is_none());
            if leg.dialog != dialog {
                (leg.dialog, leg.peer, leg.session) = (dialog, branch.peer, branch.session);
            }
        }
        for other in others {
            self.dialogs.remove(&other);
            self.tell(now, Input::Forsake { dialog: other });
        }
        sdp.or(early)
    }

    /// A dialog is over: the next way to its telephone, the other telephones or the next group may still answer. Gives
    /// how the call ended if nobody can.
    pub(super) fn rings_on(
        &mut self,
        now: Instant,
        id: LegId,
        dialog: DialogId,
        ending: Ending,
    ) -> Option<Ending> {
        let Some(mut fork) = self.legs.get_mut(&id).and_then(|leg| leg.fork.take()) else {
            return Some(ending);
        };
        self.dialogs.remove(&dialog);
        let place = fork.branches.iter().position(|branch| branch.dialog == dialog);
        let lost = place.map(|place| fork.branches.remove(place));
        let again = lost.filter(|lost| !lost.rings && is_way_lost(ending) && now < fork.until);
        let branch = again.and_then(|lost| {
            let others = !fork.branches.is_empty() || !fork.later.is_empty();
            self.ring_one(now, id, &fork, lost.more, others)
        });
        if branch.is_none() {
            fork.best = Some(fork.best.map_or(ending, |best| better(best, ending)));
        }
        fork.branches.extend(branch);
        if matches!(status(ending), 600..700) {
            // Nobody else is to be asked (RFC 3261 §16.7 step 5).
            fork.later.clear();
            for other in std::mem::take(&mut fork.branches) {
                self.dialogs.remove(&other.dialog);
                self.tell(now, Input::Hangup { dialog: other.dialog, cause: ending.cause() });
            }
        }
        self.ring_next(now, id, &mut fork);
        let best = fork.best.unwrap_or(ending);
        let Some(first) = fork.branches.first() else { return Some(best) };
        let leg = self.legs.get_mut(&id)?;
        if !fork.branches.iter().any(|branch| branch.dialog == leg.dialog) {
            (leg.dialog, leg.peer, leg.session) = (first.dialog, first.peer, first.session.clone());
            leg.agreed = None;
        }
        leg.fork = Some(fork);
        None
    }

    /// Notes further ways for a call that was led on.
    pub(super) fn try_later(&mut self, dialog: DialogId, ways: impl IntoIterator<Item = Way>) {
        let leg = self.dialogs.get(&dialog).and_then(|id| self.legs.get_mut(id));
        if let Some(branch) = leg.and_then(|leg| leg.fork.as_mut()?.branch(dialog)) {
            branch.more = ways.into_iter().collect();
        }
    }
}

/// Whether another way to the same telephone may do better (RFC 3263 §4.3).
const fn is_way_lost(ending: Ending) -> bool {
    matches!(ending, Ending::NoReply | Ending::Refused(503) | Ending::RefusedFor(503, _))
}

/// What a proxy would have heard.
const fn status(ending: Ending) -> u16 {
    match ending {
        Ending::Refused(status) | Ending::RefusedFor(status, _) => status,
        Ending::NoReply | Ending::RingLimit | Ending::TimeLimit => 408,
        Ending::Lost | Ending::NoAck | Ending::Broken => 500,
        Ending::Bye | Ending::ByeFor(_) | Ending::Cancelled | Ending::Ordered => 487,
    }
}

/// The better of two answers (RFC 3261 §16.7 step 6), the first where they are alike: a 6xx, else the lowest class; in
/// it what tells how to do better, then what somebody said, then that it rang, and last that nobody was there.
fn better(one: Ending, other: Ending) -> Ending {
    if rank(other) < rank(one) { other } else { one }
}

fn rank(ending: Ending) -> (u16, u16) {
    let status = status(ending);
    let class = if status >= 600 { 0 } else { status / 100 };
    let worth = match (status, ending) {
        (401 | 407 | 415 | 420 | 484, _) => 0,
        (403 | 486, _) => 1,
        (_, Ending::RingLimit) => 2,
        (503, _) => 5,
        (_, Ending::NoReply) => 4,
        _ => 3,
    };
    (class, worth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_answer_is_told() {
        let refused = Ending::Refused;
        for (endings, best) in [
            (&[refused(486), refused(603)][..], refused(603)),
            (&[refused(500), refused(404)], refused(404)),
            (&[refused(503), refused(500)], refused(500)),
            (&[refused(404), refused(484)], refused(484)),
            (&[refused(480), Ending::RingLimit], Ending::RingLimit),
            (&[Ending::RingLimit, refused(486)], refused(486)),
            (&[Ending::NoReply, refused(480)], refused(480)),
            (&[Ending::NoReply, refused(500)], Ending::NoReply),
            (&[refused(404), refused(410)], refused(404)),
        ] {
            let told = endings.iter().copied().reduce(better);
            assert_eq!(told, Some(best), "{endings:?}");
        }
    }
}
