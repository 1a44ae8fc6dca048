//! Transfers and keys towards the far side, between the engine's words and those of SIP.
//!
//! A far side that refers (REFER) is reported; whether it may is decided by the engine. What the engine orders is
//! carried out: REFER of our own, and keys by INFO where no event was negotiated.

use bytes::Bytes;

use super::info;
use super::leg::Phase;
use super::switch::Switch;
use crate::call::{
    CommandKind, Digits, EventKind, HangupCause, LegId, Rejection, Symbol, Transfer, TransferMode,
    TransferRequest, TransferStep,
};
use crate::sip::{Input, Refer, Replaced, hangup_cause, refusal_status};
use crate::time::Instant;

/// The most keys that wait for one far side; further ones are left out.
const MAX_WAITING_KEYS: usize = 64;
/// The port that a SIP address means when it names none.
const SIP_PORT: u16 = 5060;

impl Switch {
    /// The far side of a leg asks for a transfer.
    pub(super) fn transfer_requested(&mut self, now: Instant, id: LegId, refer: &Refer) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.span.in_scope(|| tracing::info!(?refer, "A transfer is asked for."));
        leg.transfer_accepted = false;
        let dialog = leg.dialog;
        let replaces = match refer.replaces {
            Some(Replaced::Call(call)) => match self.dialogs.get(&call) {
                Some(leg) => Some(*leg),
                None => return self.tell(now, Input::ReferProgress { dialog, status: 603 }),
            },
            // A call that goes on elsewhere: we cannot see who is in it.
            Some(Replaced::Unknown) => {
                return self.tell(now, Input::ReferProgress { dialog, status: 603 });
            }
            None => None,
        };
        let to = match self.is_here(now, id, refer) {
            true => refer.user.clone(),
            false => address(refer).into(),
        };
        let wanted = TransferRequest { to, replaces };
        self.report(now, id, EventKind::TransferRequested(wanted));
    }

    /// Whether the host of an address is this node, so that its user part is a number or user of ours.
    fn is_here(&mut self, now: Instant, id: LegId, refer: &Refer) -> bool {
        if refer.host.is_empty() || refer.host == self.settings.realm.to_ascii_lowercase() {
            return true;
        }
        let Ok(host) = refer.host.parse::<std::net::IpAddr>() else { return false };
        let Some(peer) = self.legs.get(&id).map(|leg| leg.peer) else { return false };
        let port = refer.port.unwrap_or(SIP_PORT);
        let ours = (0..self.sockets.places().len())
            .filter_map(|socket| self.local_address(now, socket, peer));
        let ours: Vec<_> = ours.collect();
        ours.iter().any(|local| {
            let known = local.ip() == host || self.settings.advertise == Some(host);
            known && local.port() == port
        })
    }

    /// The engine says how a transfer goes that the far side asked for.
    pub(super) fn transfer_progress(&mut self, now: Instant, id: LegId, step: TransferStep) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let dialog = leg.dialog;
        let first = !std::mem::replace(&mut leg.transfer_accepted, true);
        let status = match step {
            TransferStep::Trying => 100,
            TransferStep::Ringing => 180,
            TransferStep::Connected => 200,
            TransferStep::Failed(HangupCause::Rejected) if first => 403,
            TransferStep::Failed(cause) => refusal_status(cause),
        };
        self.tell(now, Input::ReferProgress { dialog, status });
    }

    /// Sends the far side to somebody else.
    pub(super) fn refer(&mut self, now: Instant, id: LegId, transfer: Transfer) {
        let Some(leg) = self.legs.get(&id) else { return };
        let dialog = leg.dialog;
        let to = if transfer.to.contains(':') {
            Some(transfer.to.to_string())
        } else {
            let host = match leg.peer {
                std::net::IpAddr::V4(ip) => ip.to_string(),
                std::net::IpAddr::V6(ip) => format!("[{ip}]"),
            };
            super::target::number_at(&transfer.to, &format!("sip:{host}"))
        };
        let replaces = match transfer.mode {
            TransferMode::Blind => Some(None),
            TransferMode::Attended(other) => self.legs.get(&other).map(|leg| Some(leg.dialog)),
        };
        match (to, replaces) {
            (Some(to), Some(replaces)) if matches!(leg.phase, Phase::Talking) => {
                self.tell(now, Input::Refer { dialog, to, replaces });
            }
            _ => {
                let (command, reason) = (CommandKind::Transfer(transfer), Rejection::Invalid);
                self.report(now, id, EventKind::Rejected { command, reason });
            }
        }
    }

    /// How a transfer goes that we ordered.
    pub(super) fn referred(&mut self, now: Instant, id: LegId, status: u16) {
        let step = match status {
            ..180 => TransferStep::Trying,
            180..200 => TransferStep::Ringing,
            200..300 => TransferStep::Connected,
            _ => TransferStep::Failed(hangup_cause(status)),
        };
        self.report(now, id, EventKind::TransferProgress(step));
    }

    /// Presses keys towards the far side: by telephone-events where they were negotiated, else by INFO.
    pub(super) fn send_digits(&mut self, now: Instant, id: LegId, digits: &Digits) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if leg.agreed.as_ref().is_some_and(|agreed| agreed.events.is_some()) {
            return self.media.press(id, digits.as_slice().to_vec());
        }
        let idle = leg.keys_out.is_empty();
        let room = MAX_WAITING_KEYS.saturating_sub(leg.keys_out.len());
        leg.keys_out.extend(digits.as_slice().iter().copied().take(room));
        if idle {
            self.send_next_key(now, id);
        }
    }

    /// The far side has taken a key: the next one may go.
    pub(super) fn key_taken(&mut self, now: Instant, id: LegId) {
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.keys_out.pop_front();
            self.send_next_key(now, id);
        }
    }

    fn send_next_key(&mut self, now: Instant, id: LegId) {
        let Some(leg) = self.legs.get(&id) else { return };
        if let Some(symbol) = leg.keys_out.front().copied() {
            let dialog = leg.dialog;
            let body = Bytes::from(relay(symbol));
            self.tell(now, Input::Info { dialog, content_type: info::RELAY, body });
        }
    }
}

/// An INFO body that presses a key, for as long as a finger usually does.
fn relay(symbol: Symbol) -> String {
    format!("Signal={symbol}\r\nDuration=160\r\n")
}

/// An address of elsewhere as it is compared with what is allowed.
fn address(refer: &Refer) -> String {
    let host = match refer.host.contains(':') {
        true => format!("[{}]", refer.host),
        false => refer.host.clone(),
    };
    let port = refer.port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("sip:{}@{host}{port}", refer.user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_elsewhere_reads_as_it_would_be_allowed() {
        let refer = |host: &str, port| Refer {
            user: "budi".into(),
            host: host.into(),
            port,
            by: None,
            replaces: None,
        };
        for (refer, text) in [
            (refer("pbx.example", None), "sip:budi@pbx.example"),
            (refer("2001:db8::1", Some(5070)), "sip:budi@[2001:db8::1]:5070"),
        ] {
            assert_eq!(address(&refer), text);
        }
        assert_eq!(relay(Symbol::POUND), "Signal=#\r\nDuration=160\r\n");
    }
}
