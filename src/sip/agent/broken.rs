//! After a panic: the call that was worked on ends, and the far side is told so, as far as it is known without the
//! call's state, which is lost.

use sipx_sip::{Message, Method, parse_datagram};

use super::UserAgent;
use super::receive::way_back;
use crate::call::HangupCause;
use crate::sip::dialog::{Cancelling, Closing, Exchange, Peer, Repeat, State};
use crate::sip::event::{DialogId, Ending};
use crate::sip::read;
use crate::sip::reply::Reply;
use crate::sip::status;
use crate::sip::transaction::{Hop, Key, TransactionId};
use crate::time::Instant;

/// What is kept apart of a call while it is worked on.
pub(super) struct InHand {
    dialog: DialogId,
    left: Left,
}

/// What its end takes.
enum Left {
    /// A final answer to their INVITE.
    Incoming { transaction: TransactionId, tag: u64 },
    /// CANCEL, at once if anything came back.
    Calling { transaction: TransactionId, tag: u64, heard: bool },
    /// BYE.
    Confirmed(Box<Answered>),
    /// Nothing: it is over for everybody above.
    Over,
}

/// An answered call.
struct Answered {
    peer: Peer,
    /// Their request that waits for those above.
    open: Option<TransactionId>,
    /// Our 2xx that waits for its ACK.
    unacknowledged: Option<Repeat>,
}

impl InHand {
    pub(super) fn new(dialog: DialogId, state: &State) -> Self {
        let left = match state {
            State::Incoming(call) => {
                Left::Incoming { transaction: call.transaction, tag: call.peer.local_tag }
            }
            State::Calling(call) => {
                let (transaction, tag) = (call.transaction, call.peer.local_tag);
                // One that was refused, and is to be led on, has nothing to cancel.
                let heard = call.heard && call.redirected.is_none();
                Left::Calling { transaction, tag, heard }
            }
            State::Confirmed(call) => {
                let peer = call.peer.clone();
                let (open, unacknowledged) = match &call.exchange {
                    Exchange::Theirs { transaction, .. } => (Some(*transaction), None),
                    Exchange::Unacknowledged { repeat, first: true, .. } => {
                        (None, Some(repeat.clone()))
                    }
                    Exchange::Idle | Exchange::Ours { .. } | Exchange::Unacknowledged { .. } => {
                        (None, None)
                    }
                };
                Left::Confirmed(Box::new(Answered { peer, open, unacknowledged }))
            }
            State::Cancelling(_) | State::Closing(_) => Left::Over,
        };
        Self { dialog, left }
    }
}

impl UserAgent {
    /// After a panic inside [`handle`](Self::handle): ends the call that it worked on, with 500, CANCEL or BYE to the
    /// far side and [`Ended`](crate::sip::SipEvent::Ended) to those above; its id. The message that was worked on is
    /// answered with 500. Everything else is as it was.
    pub fn lose_broken(&mut self, now: Instant) -> Option<DialogId> {
        let message = self.reading.take();
        let lost = self.in_hand.take().map(|in_hand| {
            let dialog = in_hand.dialog;
            self.part(now, in_hand);
            dialog
        });
        if let Some((came, bytes)) = message
            && let Ok(Message::Request(request)) = parse_datagram(bytes, &self.limits)
        {
            self.apologise(now, came, request);
        }
        lost
    }

    fn part(&mut self, now: Instant, InHand { dialog, left }: InHand) {
        match left {
            Left::Incoming { transaction, tag } => {
                self.reply(now, transaction, Reply::new(500).tag(tag));
                self.erase(dialog);
            }
            Left::Calling { transaction, tag, heard } => {
                let reason = status::reason_header(HangupCause::InternalError);
                let sent = heard && self.cancel(now, transaction, reason);
                let waits = self.transactions.asked(transaction).is_some();
                if waits {
                    let call = Cancelling { local_tag: tag, sent, reason };
                    self.keep(dialog, State::Cancelling(call));
                } else {
                    self.erase(dialog);
                }
            }
            Left::Confirmed(call) => {
                let Answered { peer, open, unacknowledged } = *call;
                let reason = status::reason_header(HangupCause::InternalError);
                if let Some(transaction) = open {
                    self.reply(now, transaction, Reply::new(500));
                }
                match unacknowledged {
                    Some(repeat) => {
                        let until = repeat.until;
                        let unacknowledged = Some(repeat);
                        let closing = Closing { peer, unacknowledged, reason, until };
                        self.keep(dialog, State::Closing(Box::new(closing)));
                    }
                    None => self.close(now, dialog, peer, reason),
                }
            }
            Left::Over => return self.erase(dialog),
        }
        self.ended(dialog, Ending::Broken);
    }

    /// Forgets a call whose state is lost.
    fn erase(&mut self, dialog: DialogId) {
        self.tags.retain(|_, known| *known != dialog);
        self.merges.retain(|_, known| *known != dialog);
        self.asking.forget(dialog);
    }

    /// Answers the request that was worked on, unless that is done.
    fn apologise(&mut self, now: Instant, came: Hop, mut request: sipx_sip::Request) {
        let way = read::mark_source(&mut request.headers, came.to, came.transport);
        let (Some(way), Some(key)) = (way, Key::of_request(&request)) else { return };
        match self.transactions.find(&key) {
            Some(id) => drop(self.reply(now, id, Reply::new(500))),
            None if request.method == Method::Ack => {}
            None => {
                let hop = way_back(came, &way);
                self.reply_once(&request, hop, Reply::new(500));
            }
        }
    }
}
