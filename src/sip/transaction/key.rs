//! What tells one transaction from another, with an order so that it can be looked up in an ordered map.

use std::sync::Arc;

use sipx_sip::transaction::TransactionKey;
use sipx_sip::{Request, Response};

/// A transaction's matching key (RFC 3261 §17.1.3, §17.2.3), flattened so that it has an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sip) struct Key(Arc<[u8]>);

impl Key {
    /// The key of a received request; ACK has its INVITE's. `None` without a readable `Via`.
    pub(in crate::sip) fn of_request(request: &Request) -> Option<Self> {
        TransactionKey::from_request(request).map(|key| Self::flat(b's', key))
    }

    /// The key of the INVITE that a CANCEL means.
    pub(in crate::sip) fn of_cancelled(cancel: &Request) -> Option<Self> {
        TransactionKey::for_cancelled_invite(cancel).map(|key| Self::flat(b's', key))
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
                to_tag,
                call_id,
                cseq,
                method,
            } => {
                let number = cseq.to_be_bytes().to_vec();
                vec![request_uri, top_via, from_tag, to_tag, call_id, number, method]
            }
        };
        let mut flat = vec![side];
        for part in parts {
            flat.extend_from_slice(&part);
            flat.push(0);
        }
        Self(flat.into())
    }
}
