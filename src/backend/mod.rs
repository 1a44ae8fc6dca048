//! The HTTP services that flows call: limits, retries, circuit breaker, and no way to lead a request astray.
//!
//! Comes in: a [`call::Operation`](crate::call::Operation) with its values. Goes out: a
//! [`call::Reply`](crate::call::Reply), always, within [`TOTAL_LIMIT`] and the time of waiting for a turn. It knows
//! nothing of flows or calls; whether an answer has the declared shape is not its business. No value is logged, and
//! what held secrets is wiped, as far as it is this module's: the HTTP client's own write buffers are not.

mod address;
mod breaker;
mod exchange;
mod gate;
mod message;
mod resolver;
mod service;
mod settings;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value as Json;
use tokio::time::{sleep, timeout};
use tracing::Instrument as _;
use zeroize::Zeroize as _;

use crate::call::{Class, Failure, Operation, Reply};
use crate::time::{Duration, Instant};
use breaker::Turn;
use exchange::{Tried, Trouble, exchange};
use message::Message;
use resolver::{Directory, SystemDirectory};
use service::Service;

pub use address::{AddressRange, AddressRules, NoRange};
pub use settings::{
    Auth, MAX_TRY_LIMIT, Method, OperationSettings, Secret, ServiceSettings, SettingsError,
};

/// The time of all tries of one operation together, with the pauses between them.
pub const TOTAL_LIMIT: Duration = Duration::from_secs(10);
/// The most tries of one operation, whatever it asks for.
const MAX_TRIES: u32 = 5;
/// The pause before another try, in the middle: it varies by half of itself.
const PAUSE: Duration = Duration::from_millis(200);

/// The services of a node.
#[derive(Debug)]
pub struct Backend {
    services: BTreeMap<Arc<str>, Service>,
    chance: AtomicU64,
    /// The start of the clock that breakers go by.
    zero: tokio::time::Instant,
}

/// A service that was left out, and why.
#[derive(Debug, thiserror::Error)]
#[error("set up the service `{service}`")]
pub struct BackendError {
    /// The service.
    pub service: Arc<str>,
    /// Why.
    #[source]
    pub source: SettingsError,
}

impl Backend {
    /// Sets the services up; `seed` varies the pauses between tries. A service that cannot be set up is left out:
    /// asking it fails at once.
    #[must_use]
    pub fn new(
        services: BTreeMap<Arc<str>, ServiceSettings>,
        seed: u64,
    ) -> (Self, Vec<BackendError>) {
        Self::with_directory(services, seed, &(Arc::new(SystemDirectory) as Arc<dyn Directory>))
    }

    fn with_directory(
        services: BTreeMap<Arc<str>, ServiceSettings>,
        seed: u64,
        directory: &Arc<dyn Directory>,
    ) -> (Self, Vec<BackendError>) {
        let mut errors = Vec::new();
        let mut ready = BTreeMap::new();
        for (name, settings) in services {
            match Service::new(settings, Arc::clone(directory)) {
                Ok(service) => {
                    ready.insert(name, service);
                }
                Err(source) => errors.push(BackendError { service: name, source }),
            }
        }
        let backend = Self {
            services: ready,
            chance: AtomicU64::new(seed),
            zero: tokio::time::Instant::now(),
        };
        (backend, errors)
    }

    /// Carries an operation out and says how it went. Its secrets are wiped then, or when this is given up.
    ///
    /// Must run on a tokio runtime with time and sockets.
    pub async fn carry_out(&self, operation: Operation) -> Reply {
        let operation = Wiped(operation);
        let Operation { service, operation: name, .. } = &operation.0;
        let span = tracing::info_span!("http", %service, operation = %name);
        self.ask(&operation.0).instrument(span).await
    }

    async fn ask(&self, operation: &Operation) -> Reply {
        let Some(service) = self.services.get(&operation.service) else {
            tracing::debug!("The service is not set up on this node.");
            return Reply::Failed(Failure::Unavailable);
        };
        let Some(settings) = service.operations.get(&operation.operation) else {
            tracing::error!("The service has no such operation.");
            return Reply::Failed(Failure::Unavailable);
        };
        let written = message::write(&service.base, service.accepts_secrets, settings, operation);
        let message = match written {
            Ok(message) => message,
            Err(error) => {
                tracing::error!(%error, "The request cannot be made.");
                return Reply::Failed(Failure::Error);
            }
        };
        let tries = if settings.idempotent { operation.tries.clamp(1, MAX_TRIES) } else { 1 };
        let attempt =
            Attempt { service, message: &message, settings, key: &operation.idempotency_key };
        self.attempts(&attempt, tries).await
    }

    async fn attempts(&self, attempt: &Attempt<'_>, tries: u32) -> Reply {
        let service = attempt.service;
        if service.breaker(|breaker| breaker.is_open(self.now())) {
            tracing::debug!("The circuit is open; the service is not asked.");
            return Reply::Failed(Failure::CircuitOpen);
        }
        let Some(_turn) = service.gate.enter().await else {
            tracing::info!("Too many requests of the service are under way.");
            return Reply::Failed(Failure::Busy);
        };
        let deadline = self.now() + TOTAL_LIMIT;
        let mut last = Failure::CircuitOpen;
        for number in 1..=tries {
            let now = self.now();
            let Some(pass) = service.breaker(|breaker| breaker.admit(now)) else { break };
            let tried = attempt.once(deadline.since(now)).await;
            let failed = matches!(tried, Tried::Failed(_));
            tell(service.breaker(|breaker| breaker.report(self.now(), pass, failed)));
            let elapsed_ms = self.now().since(now).as_millis();
            let trouble = match tried {
                Tried::Answered(answer) => {
                    tracing::debug!(number, elapsed_ms, "The service answered.");
                    return Reply::Answered(answer);
                }
                Tried::NotFound => {
                    tracing::debug!(number, elapsed_ms, "The service knows no such thing.");
                    return Reply::NotFound;
                }
                Tried::Failed(trouble) => trouble,
            };
            let Trouble { failure, again, why } = trouble;
            tracing::info!(number, elapsed_ms, failure = failure.name(), %why, "A request failed.");
            last = failure;
            let pause = self.pause();
            if !again || number == tries || self.now() + pause >= deadline {
                break;
            }
            sleep(pause.to_std()).await;
        }
        Reply::Failed(last)
    }

    /// Now, on the axis of the breakers.
    fn now(&self) -> Instant {
        Instant::ZERO + Duration::from_std(self.zero.elapsed())
    }

    /// The next pause between two tries: 100 to 300 ms, so that callers who failed together do not come back together.
    fn pause(&self) -> Duration {
        let state = self.chance.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let half = PAUSE.as_micros() / 2;
        Duration::from_micros(half + (z ^ (z >> 31)) % (PAUSE.as_micros() + 1))
    }
}

/// One operation, ready to be tried.
struct Attempt<'a> {
    service: &'a Service,
    message: &'a Message,
    settings: &'a OperationSettings,
    key: &'a str,
}

impl Attempt<'_> {
    /// Tries once, in the time that is left at most.
    async fn once(&self, left: Duration) -> Tried {
        let limit = self.settings.try_limit.min(left);
        let exchange = exchange(self.service, self.settings.method, self.key, self.message);
        match timeout(limit.to_std(), exchange).await {
            Ok(tried) => tried,
            Err(_) => Tried::Failed(Trouble::passing(Failure::Timeout, "no answer in time")),
        }
    }
}

fn tell(turn: Option<Turn>) {
    match turn {
        Some(Turn::Opened) => {
            tracing::warn!("The circuit is open: the service is not asked for 20 s.");
        }
        Some(Turn::Closed) => tracing::warn!("The circuit is closed: the service answers again."),
        None => {}
    }
}

/// An operation whose secrets are wiped when it goes.
struct Wiped(Operation);

impl Drop for Wiped {
    fn drop(&mut self) {
        let secret = self.0.with.iter_mut().filter(|argument| argument.class == Class::Secret);
        secret.for_each(|argument| wipe(&mut argument.value));
    }
}

fn wipe(value: &mut Json) {
    match value {
        Json::String(text) => text.zeroize(),
        Json::Array(items) => items.iter_mut().for_each(wipe),
        Json::Object(fields) => fields.values_mut().for_each(wipe),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
    *value = Json::Null;
}

#[cfg(test)]
pub(crate) mod tests;
