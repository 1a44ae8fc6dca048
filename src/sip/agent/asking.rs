//! Requests of ours outside any call, and challenges: what is sent again with credentials, for whomever it was sent.

use std::collections::BTreeMap;

use bytes::Bytes;
use sipx_sip::{HeaderName, Method, Request, Response};

use super::UserAgent;
use crate::sip::ask::{Answer, Ask, AskId, AskMethod};
use crate::sip::dialog::{Exchange, State};
use crate::sip::event::{DialogId, SipEvent};
use crate::sip::login::Answers;
use crate::sip::read;
use crate::sip::transaction::{Challenged, Hop, TransactionId, User};
use crate::sip::write::{self, Doorstep};
use crate::time::Instant;

/// Our passwords in use: for calls, and for requests outside any call.
#[derive(Debug, Default)]
pub(super) struct Asking {
    /// Calls by trunks that may ask for credentials.
    logins: BTreeMap<DialogId, Answers>,
    open: BTreeMap<AskId, Open>,
}

/// A request outside any call that waits for its answer.
#[derive(Debug)]
struct Open {
    answers: Option<Answers>,
    cseq: u32,
    /// The URI in our `Contact`.
    contact: Option<String>,
}

impl Asking {
    /// A call may be asked for credentials.
    pub(super) fn call(&mut self, dialog: DialogId, answers: Answers) {
        self.logins.insert(dialog, answers);
    }

    /// A call is over.
    pub(super) fn forget(&mut self, dialog: DialogId) {
        self.logins.remove(&dialog);
    }

    fn answers(&mut self, user: User) -> Option<&mut Answers> {
        if let User::Ask(id) = user {
            return self.open.get_mut(&id)?.answers.as_mut();
        }
        self.logins.get_mut(&user.asks_in()?)
    }

    /// A request was settled for good.
    pub(super) fn settled(&mut self, user: User) {
        if let Some(answers) = self.answers(user) {
            answers.settled();
        }
    }
}

impl UserAgent {
    /// Sends a request outside any call.
    pub(super) fn ask(&mut self, now: Instant, ask: &Ask) {
        if self.asking.open.contains_key(&ask.id) {
            return;
        }
        if self.try_ask(now, ask).is_none() {
            self.asking.open.remove(&ask.id);
            let answer = Answer { cseq: ask.cseq, ..Answer::default() };
            self.emit(SipEvent::Asked { ask: ask.id, answer: Box::new(answer) });
        }
    }

    fn try_ask(&mut self, now: Instant, ask: &Ask) -> Option<()> {
        let transport = ask.transport;
        let local = ask.local.or_else(|| self.settings.source_for(transport, ask.to_addr))?;
        let reachable = read::is_reachable(ask.to_addr) && self.transactions.has_room();
        reachable.then_some(())?;
        let hop = Hop { to: ask.to_addr, local, transport, fallback: None };
        let method = match ask.method {
            AskMethod::Register => Method::Register,
            AskMethod::Options => Method::Options,
        };
        let doorstep = self.doorstep_at(hop, false);
        let contact = ask.contact.as_ref().map(|user| contact(user, doorstep));
        let tag = write::tag_text(self.chance.token());
        let branch = self.chance.token();
        let mut request = Request::new(method.clone(), write::request_uri(ask.target.as_bytes())?);
        let headers = &mut request.headers;
        let via = write::via(transport, doorstep.address, branch);
        write::add(headers, HeaderName::Via, via);
        write::add(headers, HeaderName::MaxForwards, "70");
        for route in &ask.routes {
            write::add(headers, HeaderName::Route, route);
        }
        write::add(headers, HeaderName::From, format!("<{}>;tag={tag}", ask.from));
        write::add(headers, HeaderName::To, format!("<{}>", ask.to));
        write::add(headers, HeaderName::CallId, ask.call_id.as_bytes());
        write::add(headers, HeaderName::CSeq, format!("{} {method}", ask.cseq));
        if let Some(contact) = &contact {
            write::add(headers, HeaderName::Contact, format!("<{contact}>"));
        }
        if let Some(name) = &self.settings.server_name {
            write::add(headers, HeaderName::UserAgent, name.as_bytes());
        }
        write::add_all(headers, &ask.headers);
        write::body(headers, &Bytes::new());
        let answers = ask.login.clone().map(Answers::new);
        self.asking.open.insert(ask.id, Open { answers, cseq: ask.cseq, contact });
        let user = User::Ask(ask.id);
        let id = self.transactions.start(now, request, hop, user, &mut self.outbox)?;
        self.transactions.limit(id, now + ask.limit);
        Some(())
    }

    /// A request outside any call was answered, or nobody answers it.
    pub(super) fn asked(&mut self, id: AskId, response: Option<&Response>) {
        if response.is_some_and(|response| response.status.is_provisional()) {
            return;
        }
        let Some(open) = self.asking.open.remove(&id) else { return };
        let mut answer = Answer { cseq: open.cseq, ..Answer::default() };
        if let Some(response) = response {
            let headers = &response.headers;
            answer.status = Some(response.status.code());
            answer.expires = granted(response, open.contact.as_deref());
            answer.min_expires = read::number(headers, &HeaderName::MinExpires);
            answer.retry_after = read::number(headers, &HeaderName::RetryAfter);
            answer.service_route = read::path(headers, &HeaderName::ServiceRoute);
        }
        self.emit(SipEvent::Asked { ask: id, answer: Box::new(answer) });
    }

    /// Sends a request again that was challenged; `false` if the challenge is not answered, so that it is a refusal
    /// like any other.
    pub(super) fn answer_challenge(
        &mut self,
        now: Instant,
        user: User,
        challenged: Challenged,
        response: &Response,
    ) -> bool {
        let Challenged { mut request, hop } = challenged;
        let open = self.is_open(user);
        let Some(answers) = self.asking.answers(user).filter(|_| open) else { return false };
        if !answers.asked(response) {
            return false;
        }
        let cnonce = write::tag_text(self.chance.token());
        let (method, uri) = (request.method.to_string(), request.uri.to_string());
        let fields = answers.headers(&method, &uri, &cnonce);
        let Some(cseq) = self.next_number(user) else { return false };
        let branch = self.chance.token();
        let advertised = self.settings.advertised(hop.transport, hop.local);
        let headers = &mut request.headers;
        for name in [
            HeaderName::Via,
            HeaderName::CSeq,
            HeaderName::Authorization,
            HeaderName::ProxyAuthorization,
        ] {
            headers.remove_all(&name);
        }
        write::add_first(headers, HeaderName::Via, write::via(hop.transport, advertised, branch));
        write::add(headers, HeaderName::CSeq, format!("{cseq} {method}"));
        for (name, value) in fields {
            write::add(headers, name, value);
        }
        let sent = self.transactions.start(now, *request, hop, user, &mut self.outbox);
        sent.is_some_and(|id| self.resent(now, user, id))
    }

    /// Whether whoever sent a request still waits for what comes of it.
    fn is_open(&self, user: User) -> bool {
        let state = |dialog| self.dialogs.get(&dialog).map(|held| &held.state);
        match user {
            User::Invite(dialog) => matches!(state(dialog), Some(State::Calling(_))),
            User::Offer(dialog)
            | User::Probe(dialog)
            | User::Refresh(dialog)
            | User::Refer(dialog)
            | User::Notify(dialog)
            | User::Info(dialog) => matches!(state(dialog), Some(State::Confirmed(_))),
            User::Bye(dialog) => matches!(state(dialog), Some(State::Closing(_))),
            User::Ask(id) => self.asking.open.contains_key(&id),
            User::Referred(_) | User::Register(_) | User::Nobody => false,
        }
    }

    fn next_number(&mut self, user: User) -> Option<u32> {
        if let User::Ask(id) = user {
            let open = self.asking.open.get_mut(&id)?;
            open.cseq = open.cseq.saturating_add(1);
            return Some(open.cseq);
        }
        let held = self.dialogs.get_mut(&user.asks_in()?)?;
        Some(held.state.peer_mut(&[])?.next_cseq())
    }

    /// Notes that a request goes on in another transaction.
    fn resent(&mut self, now: Instant, user: User, id: TransactionId) -> bool {
        let give_up = now + self.settings.give_up();
        match user {
            User::Invite(dialog) => {
                if let Some(State::Calling(call)) =
                    self.dialogs.get_mut(&dialog).map(|held| &mut held.state)
                {
                    call.transaction = id;
                    call.cseq = call.peer.local_cseq;
                    call.forks.clear();
                    call.heard = false;
                }
            }
            User::Offer(dialog) => {
                if let Some(State::Confirmed(call)) =
                    self.dialogs.get_mut(&dialog).map(|held| &mut held.state)
                    && let Exchange::Ours { transaction, .. } = &mut call.exchange
                {
                    *transaction = id;
                }
                self.transactions.limit(id, give_up);
            }
            User::Ask(_) => self.transactions.limit(id, give_up),
            User::Bye(_)
            | User::Probe(_)
            | User::Refresh(_)
            | User::Refer(_)
            | User::Referred(_)
            | User::Notify(_)
            | User::Info(_)
            | User::Register(_)
            | User::Nobody => {}
        }
        true
    }
}

/// Our address with a user.
fn contact(user: &str, doorstep: Doorstep) -> String {
    let Doorstep { address, transport, sips } = doorstep;
    format!("sip:{}@{address}{}", write::escaped_user(user), transport.parameter(sips))
}

/// How long our contact is registered: what stands at it, else what the whole answer says.
fn granted(response: &Response, contact: Option<&str>) -> Option<u32> {
    let contact = contact?;
    let own = read::bindings(&response.headers).into_iter().find(|(uri, _)| *uri == contact);
    own.and_then(|(_, expires)| expires).or_else(|| read::expires(&response.headers))
}
