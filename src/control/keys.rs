//! Orders that may come twice: who repeats one by the same `Idempotency-Key` is told what came of the first.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::StatusCode;

use super::refusal::Refusal;
use crate::time::{Duration, Instant};

/// The longest key, in bytes.
pub(super) const MAX_KEY: usize = 128;
/// How long what came of an order is kept.
const KEPT: Duration = Duration::from_mins(10);
/// Orders that are kept; the oldest is forgotten first.
const ORDERS: usize = 1_024;

/// Whose key it is, and the key.
pub(super) type OrderKey = (Arc<str>, Box<str>);

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

/// The orders that came with a key.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeMap<OrderKey, Order>);

#[derive(Debug)]
struct Order {
    at: Instant,
    /// What is ordered: the SHA-256 of path and body.
    what: [u8; 32],
    /// `None` = it is under way.
    outcome: Option<Outcome>,
}

impl Keys {
    /// Takes an order in: `None` = it is to be carried out, and [`done`](Self::done) is to be told.
    pub(super) fn take(
        &mut self,
        now: Instant,
        key: &OrderKey,
        what: [u8; 32],
    ) -> Result<Option<Outcome>, Refusal> {
        self.0.retain(|_, order| now.since(order.at) < KEPT);
        match self.0.get(key) {
            None => {}
            Some(order) if order.what != what => {
                let message = "This `Idempotency-Key` was used for another order.";
                return Err(
                    Refusal::senseless("key_used", message).hint("Take a new one for each order.")
                );
            }
            Some(Order { outcome: None, .. }) => {
                return Err(Refusal::conflict("under_way", "The same order is under way.").again(1));
            }
            Some(Order { outcome: Some(outcome), .. }) => return Ok(Some(outcome.clone())),
        }
        if self.0.len() >= ORDERS {
            let oldest =
                self.0.iter().min_by_key(|(_, order)| order.at).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                self.0.remove(&oldest);
            }
        }
        self.0.insert(key.clone(), Order { at: now, what, outcome: None });
        Ok(None)
    }

    /// What came of an order; `None` = nothing, so that it may be tried again.
    pub(super) fn done(&mut self, key: &OrderKey, outcome: Option<Outcome>) {
        match outcome {
            None => {
                self.0.remove(key);
            }
            Some(outcome) => {
                if let Some(order) = self.0.get_mut(key) {
                    order.outcome = Some(outcome);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_carried_out_once_and_forgotten_after_a_while() {
        let mut keys = Keys::default();
        let key: OrderKey = ("desk".into(), "k".into());
        let outcome = Outcome { status: StatusCode::OK, body: Bytes::from_static(b"{}") };
        assert_eq!(keys.take(Instant::ZERO, &key, [1; 32]), Ok(None));
        keys.take(Instant::ZERO, &key, [1; 32]).expect_err("it is under way");
        keys.done(&key, Some(outcome.clone()));
        assert_eq!(keys.take(Instant::ZERO, &key, [1; 32]), Ok(Some(outcome)));
        keys.take(Instant::ZERO, &key, [2; 32]).expect_err("it is another order");
        let other: OrderKey = ("sari".into(), "k".into());
        assert_eq!(keys.take(Instant::ZERO, &other, [2; 32]), Ok(None), "keys are one's own");
        keys.done(&other, None);
        assert_eq!(keys.take(Instant::ZERO, &other, [2; 32]), Ok(None), "it came to nothing");
        assert_eq!(keys.take(Instant::ZERO + KEPT, &key, [2; 32]), Ok(None), "forgotten");
    }

    #[test]
    fn only_so_many_orders_are_kept() {
        let mut keys = Keys::default();
        for number in 0..2 * ORDERS {
            let at = Instant::from_micros(u64::try_from(number).expect("small"));
            let key: OrderKey = ("desk".into(), number.to_string().into());
            assert_eq!(keys.take(at, &key, [0; 32]), Ok(None));
        }
        assert_eq!(keys.0.len(), ORDERS);
    }
}
