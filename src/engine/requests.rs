//! What calls ask of the outside: each request has a number, and its answer finds the call that waits for it.

use super::machine::Engine;
use super::notice::Notice;
use super::output::Output;
use crate::bug::{self, Bug};
use crate::call::{CallId, Errand, Reply, Request, RequestId};
use crate::session::Input;

impl Engine {
    /// Asks for a call. A call asks one thing at a time.
    pub(super) fn request(&mut self, call: CallId, mut what: Errand) {
        self.abandon(call);
        self.requested += 1;
        let id = RequestId(self.requested);
        let Some(asking) = self.calls.get_mut(&call) else { return };
        asking.request = Some(id);
        self.requests.insert(id, call);
        let adapter = asking.leg.adapter;
        if let Errand::Callback(wish) = &mut what {
            wish.place = self.wish_place(call, wish);
            self.wished.insert(id, (wish.clone(), adapter));
        }
        self.outputs.push_back(Output::Request(Box::new(Request { id, call, what })));
    }

    /// A call no longer waits for its answer.
    pub(super) fn abandon(&mut self, call: CallId) {
        let waiting = self.calls.get_mut(&call).and_then(|call| call.request.take());
        if let Some(id) = waiting {
            if !bug::is(Bug::LateReplyTaken) {
                self.requests.remove(&id);
            }
            self.outputs.push_back(Output::Abandon(id));
        }
    }

    /// An answer: to the call that waits for exactly this one. Any other is dropped and counted.
    pub(super) fn reply(&mut self, id: RequestId, reply: Reply) {
        // What the store has kept stands, whether the caller still waits for the word of it or has hung up.
        if let (Some((wish, adapter)), Reply::Kept(number)) = (self.wished.remove(&id), &reply) {
            self.callback_kept(&wish, adapter, number.parse().unwrap_or(0));
        }
        let mut asked = self.requests.remove(&id);
        if bug::is(Bug::ReplyToAnother) {
            asked = self.requests.last_key_value().map(|(_, call)| *call).or(asked);
        }
        let Some(call) = asked else {
            self.strays += 1;
            self.notice(Notice::ReplyDropped { request: id });
            return;
        };
        if let Some(asking) = self.calls.get_mut(&call) {
            asking.request = None;
        }
        self.step(call, Input::Reply(reply));
    }
}
