//! What must hold after every step, checked in full or for the calls that a step has touched.

use std::collections::{BTreeMap, BTreeSet};

use super::machine::{Call, Engine};
use crate::call::CallId;

/// What has changed since the last check.
#[derive(Debug, Default)]
pub(super) struct Audit {
    /// The calls that were told something, began or ended.
    touched: BTreeSet<CallId>,
    /// What each live call was last seen to hold.
    known: BTreeMap<CallId, Holds>,
    /// How many calls hold a timer, and how many a request.
    timers: usize,
    requests: usize,
}

/// Whether a call holds a timer and a request.
#[derive(Debug, Clone, Copy, Default)]
struct Holds {
    timer: bool,
    request: bool,
}

impl Audit {
    /// Takes note of what a call holds now, `None` once it is gone.
    fn note(&mut self, id: CallId, now: Option<Holds>) {
        let before = match now {
            Some(now) => self.known.insert(id, now),
            None => self.known.remove(&id),
        };
        let (before, now) = (before.unwrap_or_default(), now.unwrap_or_default());
        self.timers = self.timers + usize::from(now.timer) - usize::from(before.timer);
        self.requests = self.requests + usize::from(now.request) - usize::from(before.request);
    }
}

impl Engine {
    /// From now on takes note of what each step touches, for [`check_step`](Self::check_step). For tests and
    /// simulations: live nodes do not.
    pub fn audit(&mut self) {
        let mut audit = Audit::default();
        for (id, call) in &self.calls {
            audit.note(*id, Some(call.holds()));
        }
        self.audit = Some(audit);
        self.queues.audit();
    }

    /// Checks what must hold after every step for all that was touched since the last check: takes time by what the
    /// step did, not by how many calls there are. Everything, where [`audit`](Self::audit) was not called.
    ///
    /// # Panics
    /// If an invariant is broken.
    pub fn check_step(&mut self) {
        self.queues.check_step();
        let Some(audit) = &mut self.audit else { return self.check_invariants() };
        for id in std::mem::take(&mut audit.touched) {
            let call = self.calls.get(&id);
            audit.note(id, call.map(Call::holds));
            if let Some(call) = call {
                call.check(id);
                let away = self.away.contains(&call.leg.adapter);
                assert_eq!(call.pace.stands(), away, "call {id}: it stands still out of touch");
                let listed = |at| self.timers.contains(&(at, id));
                assert!(call.deadline.is_none_or(listed), "call {id}: its timer is not listed");
                let asked = |request| self.requests.get(&request) == Some(&id);
                assert!(call.request.is_none_or(asked), "call {id}: its request is not listed");
            }
        }
        assert_eq!(audit.known.len(), self.calls.len(), "a call came or went unseen");
        assert_eq!(audit.timers, self.timers.len(), "one timer for each call that has a deadline");
        assert_eq!(audit.requests, self.requests.len(), "one request for each call that waits");
    }

    /// Checks everything that must hold after every step: takes time by calls, callers in line and agents.
    ///
    /// # Panics
    /// If an invariant is broken: tests and simulations call this, live nodes do not.
    pub fn check_invariants(&self) {
        self.queues.check_invariants();
        for (id, call) in &self.calls {
            call.check(*id);
            let away = self.away.contains(&call.leg.adapter);
            assert_eq!(call.pace.stands(), away, "call {id}: it stands still while out of touch");
            let asked = call.request.is_none_or(|request| self.requests.get(&request) == Some(id));
            assert!(asked, "call {id}: its request is not listed");
        }
        let deadlines = self.calls.iter().filter_map(|(id, call)| Some((call.deadline?, *id)));
        assert!(deadlines.collect::<BTreeSet<_>>() == self.timers, "the timers mirror the calls");
        let waiting = self.calls.values().filter(|call| call.request.is_some()).count();
        assert_eq!(self.requests.len(), waiting, "one request for each call that waits");
    }

    /// A call is told something, begins or ends.
    pub(super) fn touch(&mut self, id: CallId) {
        if let Some(audit) = &mut self.audit {
            audit.touched.insert(id);
        }
    }
}

impl Call {
    fn holds(&self) -> Holds {
        Holds { timer: self.deadline.is_some(), request: self.request.is_some() }
    }

    /// What must hold within one live call.
    fn check(&self, id: CallId) {
        assert_eq!(self.session.check(), Ok(()), "call {id}");
        assert!(!self.session.is_ended(), "call {id} is over but still listed");
        let deadline = self.session.deadline().and_then(|at| self.pace.due(at));
        assert_eq!(deadline, self.deadline, "call {id}: its timer is not set to its deadline");
        assert_eq!(
            self.session.awaits_reply(),
            self.request.is_some(),
            "call {id}: what it waits for is not what was asked"
        );
    }
}
