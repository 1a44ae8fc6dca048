//! What tells one transaction from another, with an order so that it can be looked up in an ordered map.

use sha2::{Digest as _, Sha256};
use sipx_sip::headers::CSeq;
use sipx_sip::transaction::TransactionKey;
use sipx_sip::{HeaderName, Request, Response};

use crate::sip::read;

/// What every branch of RFC 3261 begins with (§8.1.1.7).
const COOKIE: &[u8] = b"z9hG4bK";

/// A transaction's matching key (RFC 3261 §17.1.3, §17.2.3): the first half of the SHA-256 of its parts, so that it is
/// short however long a far side's branch is, and quickly compared. That two are the same cannot be brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sip) struct Key(u128);

impl Key {
    /// The key of a received request; ACK has its INVITE's. `None` without a readable `Via`.
    pub(in crate::sip) fn of_request(request: &Request) -> Option<Self> {
        let key = TransactionKey::from_request(request)?;
        // A branch that is nothing but the cookie tells no transactions apart (RFC 4475 §3.2.1).
        match &key {
            TransactionKey::Rfc3261 { branch, method, .. } if branch == COOKIE => {
                let method = method.clone();
                legacy(request, method).map(|key| Self::flat(b's', key))
            }
            TransactionKey::Rfc3261 { .. } | TransactionKey::Legacy { .. } => {
                Some(Self::flat(b's', key))
            }
        }
    }

    /// The key of the INVITE that a CANCEL means.
    pub(in crate::sip) fn of_cancelled(cancel: &Request) -> Option<Self> {
        match TransactionKey::for_cancelled_invite(cancel)? {
            TransactionKey::Rfc3261 { branch, method, .. } if branch == COOKIE => {
                legacy(cancel, method).map(|key| Self::flat(b's', key))
            }
            key => Some(Self::flat(b's', key)),
        }
    }

    pub(in crate::sip) fn of_sent(request: &Request) -> Option<Self> {
        TransactionKey::from_sent_request(request).map(|key| Self::flat(b'c', key))
    }

    pub(in crate::sip) fn of_response(response: &Response) -> Option<Self> {
        TransactionKey::from_response(response).map(|key| Self::flat(b'c', key))
    }

    fn flat(side: u8, key: TransactionKey) -> Self {
        let parts: Vec<Vec<u8>> = match key {
            TransactionKey::Rfc3261 { branch, sent_by, method } => vec![branch, sent_by, method],
            TransactionKey::Legacy {
                request_uri,
                top_via,
                from_tag,
                call_id,
                cseq,
                method,
                // An ACK brings the `To` tag of the refusal, which its INVITE did not have; the rest is enough.
                to_tag: _,
            } => {
                let number = cseq.to_be_bytes().to_vec();
                vec![request_uri, top_via, from_tag, call_id, number, method]
            }
        };
        let mut hash = Sha256::new();
        hash.update([side]);
        for part in parts {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let hash = hash.finalize();
        Self(hash.iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte)))
    }
}

/// The key by RFC 2543's rules (RFC 3261 §17.2.3), for a branch that tells nothing.
fn legacy(request: &Request, method: Vec<u8>) -> Option<TransactionKey> {
    let headers = &request.headers;
    Some(TransactionKey::Legacy {
        request_uri: request.uri.to_bytes().to_vec(),
        top_via: read::value(headers, &HeaderName::Via).into_vec(),
        from_tag: read::from_tag(headers).into_vec(),
        to_tag: Vec::new(),
        call_id: read::value(headers, &HeaderName::CallId).into_vec(),
        cseq: headers.typed::<CSeq>()?.ok()?.sequence,
        method,
    })
}
