//! Who may call and who may register.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::leg::{Leg, Phase};
use super::settings::Password;
use super::switch::Switch;
use super::trunking::{Carried, Facts};
use crate::call::{EventKind, LegId, Offer, Origin, Party, Redacted};
use crate::sip::{Attempt, Incoming, Input, RegisterRequest, SdpError, Verdict};
use crate::time::Instant;

/// Seconds after which a turned away caller may try again: at least this …
const RETRY_AFTER: u32 = 5;
/// … and up to this many more, so that they do not all come back at once.
const RETRY_SPREAD: u64 = 11;

/// Why a call is turned away before the engine hears of it.
#[derive(Debug)]
enum Refusal {
    /// Too many calls, or no port for media: 503.
    Overload,
    /// Credentials are wanted: 401.
    Challenge {
        /// Whether the old ones were only stale.
        stale: bool,
    },
    /// The credentials belong to somebody else: 403.
    Forbidden,
    /// The offer cannot be answered.
    Session(SdpError),
}

impl Switch {
    /// Takes or turns away a new call.
    pub(super) fn incoming(&mut self, now: Instant, incoming: &Incoming) {
        let dialog = incoming.dialog;
        let refusal = match self.admit(now, incoming) {
            Ok(()) => return,
            Err(refusal) => refusal,
        };
        tracing::debug!(source = %incoming.source, ?refusal, "A call was turned away.");
        let (status, headers, retry_after) = match refusal {
            Refusal::Overload => {
                let spread = u32::try_from(dialog.0 % RETRY_SPREAD).unwrap_or(0);
                (503, Vec::new(), Some(RETRY_AFTER + spread))
            }
            Refusal::Challenge { stale } => {
                (401, self.challenge(now, incoming.source.ip(), stale), None)
            }
            Refusal::Forbidden => (403, Vec::new(), None),
            Refusal::Session(error) => (error.status(), Vec::new(), None),
        };
        self.tell(now, Input::Refuse { dialog, status, headers, retry_after });
    }

    fn admit(&mut self, now: Instant, incoming: &Incoming) -> Result<(), Refusal> {
        let source = incoming.source.ip();
        let there = self.registered_there(incoming);
        let trunk = self.trunking.by_source(incoming.source).filter(|_| there.is_none());
        let trusted = self.is_allowed(source);
        let user = match trusted || trunk.is_some() {
            true => there,
            false => Some(self.authenticate(now, incoming)?),
        };
        if self.is_full() {
            return Err(Refusal::Overload);
        }
        let id = LegId { adapter: self.id, number: self.next_leg };
        // Spent even if the call is refused: what its media thread has still to say must not be taken for another's.
        self.next_leg += 2;
        let port = self.media.open(id, None).map_err(|error| {
            tracing::warn!(%error, "No port for media.");
            self.lacks_media(now);
            Refusal::Overload
        })?;
        let address = self.media_address(incoming.local);
        let audio = self.settings.audio.clone();
        let offer = incoming.sdp.as_deref();
        let mut session = self.session((address, port), incoming.dialog, audio, offer);
        let offered = offer.map(|sdp| session.answer(sdp)).transpose();
        let (agreed, answer) = match offered {
            Ok(offered) => offered.unzip(),
            Err(error) => {
                self.media.close(id);
                return Err(Refusal::Session(error));
            }
        };
        if !trunk.is_none_or(|trunk| self.trunking.trunks.take_in(trunk)) {
            self.media.close(id);
            return Err(Refusal::Overload);
        }
        let Facts { called, asserted, trunk_name, diverted_from } = self.facts(trunk, incoming);
        let origin = Origin {
            called,
            asserted: asserted.is_some(),
            caller: Party {
                number: asserted.or_else(|| incoming.caller.number.clone()),
                name: incoming.caller.name.clone(),
            },
            trunk: trunk_name,
            diverted_from,
        };
        let offer = Offer {
            origin,
            // Where no telephone-events are agreed, keys come by INFO or as tones.
            dtmf: true,
            speech: false,
            user,
            replaces: incoming.replaces.and_then(|dialog| self.dialogs.get(&dialog).copied()),
        };
        let phase = Phase::Offered { answer: answer.map(Bytes::from) };
        let mut leg = Leg::new(id, incoming.dialog, phase, session, source);
        leg.agreed = agreed;
        leg.max_forwards = incoming.max_forwards;
        leg.carried = trunk.map(Carried::In);
        leg.span.in_scope(|| {
            tracing::info!(caller = ?offer.origin.caller, called = %Redacted(&offer.origin.called), "A call came in.");
        });
        if let Some(socket) = self.socket_at(incoming.transport, incoming.local) {
            self.sockets.prove(socket, incoming.source);
        }
        self.calls += 1;
        self.dialogs.insert(incoming.dialog, id);
        self.guard.meet(now, source);
        self.legs.insert(id, leg);
        self.report(now, id, EventKind::Offered(offer));
        Ok(())
    }

    /// The user who calls from a network that need not prove who it is: one who registered, by password, from the very
    /// address that the call comes from.
    fn registered_there(&self, incoming: &Incoming) -> Option<Arc<str>> {
        let mut bindings = self.registrar.bindings(&incoming.from_user).iter();
        let known = bindings.any(|binding| binding.source == incoming.source);
        known.then(|| incoming.from_user.clone())
    }

    /// Lets in a caller that knows the password of the user it says it is.
    fn authenticate(&mut self, now: Instant, incoming: &Incoming) -> Result<Arc<str>, Refusal> {
        let source = incoming.source.ip();
        let authorization = incoming.authorization.as_deref();
        match self.judge(now, "INVITE", source, &incoming.request_uri, authorization) {
            Verdict::Granted { user } if user == incoming.from_user => {
                Ok(incoming.from_user.clone())
            }
            Verdict::Granted { .. } => Err(Refusal::Forbidden),
            Verdict::Stale => Err(Refusal::Challenge { stale: true }),
            Verdict::Missing => Err(Refusal::Challenge { stale: false }),
            Verdict::Wrong { user, exists } => {
                self.login_failed(now, source, &user, exists);
                Err(Refusal::Challenge { stale: false })
            }
        }
    }

    /// Answers a REGISTER.
    pub(super) fn register(&mut self, now: Instant, request: &RegisterRequest) {
        let source = request.from.ip();
        let authorization = request.authorization.as_deref();
        let verdict = self.judge(now, "REGISTER", source, &request.request_uri, authorization);
        let (status, headers) = match verdict {
            Verdict::Granted { .. } if !self.may_register(source) => {
                tracing::info!(source = %request.from, "A phone registers from outside `agents_from`.");
                (403, Vec::new())
            }
            Verdict::Granted { user } => {
                let answer = self.registrar.register(now, &user, request);
                self.guard.registered(now, source, answer.lasts());
                if let Some(socket) = self.socket_at(request.transport, request.local) {
                    self.sockets.prove(socket, request.from);
                }
                self.report_reachability();
                let mut headers = answer.headers();
                if answer.status() == 200 {
                    // Whoever is on the way sees that it was noted (RFC 3327 §5.3).
                    headers.extend(request.path.iter().map(|hop| ("Path".to_owned(), hop.clone())));
                }
                (answer.status(), headers)
            }
            Verdict::Stale => (401, self.challenge(now, source, true)),
            Verdict::Missing => (401, self.challenge(now, source, false)),
            Verdict::Wrong { user, exists } => {
                self.login_failed(now, source, &user, exists);
                tracing::info!(source = %request.from, "A registration had the wrong password.");
                (401, self.challenge(now, source, false))
            }
        };
        self.tell(now, Input::Reply { request: request.request, status, headers });
    }

    fn judge(
        &mut self,
        now: Instant,
        method: &str,
        source: IpAddr,
        uri: &str,
        authorization: Option<&str>,
    ) -> Verdict {
        let users = &self.settings.users;
        let authorization: Vec<_> = authorization.into_iter().collect();
        let attempt = Attempt { source, method, uri, authorization: &authorization };
        self.authenticator.judge(now, attempt, |user| users.get(user).map(Password::reveal))
    }

    fn challenge(&mut self, now: Instant, source: IpAddr, stale: bool) -> Vec<(String, String)> {
        let values = self.authenticator.challenge(now, source, stale);
        values.into_iter().map(|value| ("WWW-Authenticate".to_owned(), value)).collect()
    }
}
