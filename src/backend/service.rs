//! One service, set up: its clients, its gate, its breaker.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Identity, Url, redirect};
use zeroize::Zeroizing;

use super::address::{AddressRules, scope};
use super::breaker::Breaker;
use super::gate::Gate;
use super::resolver::{Directory, GuardedDirectory};
use super::settings::{
    Auth, MAX_TRY_LIMIT, OperationSettings, Secret, ServiceSettings, SettingsError,
};
use crate::time::Duration;

/// How long an idle connection is kept.
const IDLE_LIMIT: Duration = Duration::from_secs(15);
/// Idle connections kept for each host.
const MAX_IDLE: usize = 8;
/// The most requests of one service under way at a time that can be set.
const MAX_CONCURRENCY: usize = 10_000;
/// How this program names itself.
const USER_AGENT: &str = concat!("sambung/", env!("CARGO_PKG_VERSION"));

/// A service that can be asked.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) base: Url,
    pub(super) accepts_secrets: bool,
    pub(super) rules: AddressRules,
    pub(super) operations: BTreeMap<Arc<str>, OperationSettings>,
    pub(super) gate: Gate,
    /// What shows the service who we are. Never sent to another host.
    pub(super) identity: HeaderMap,
    /// Asks the service.
    client: Client,
    /// Asks hosts that the service sends us to: without its certificate.
    stranger: Client,
    breaker: Mutex<Breaker>,
}

impl Service {
    /// Sets a service up; `directory` knows the addresses of names.
    pub(super) fn new(
        settings: ServiceSettings,
        directory: Arc<dyn Directory>,
    ) -> Result<Self, SettingsError> {
        let base = read_base(&settings.base)?;
        check_address(&base, &settings.addresses)?;
        check_numbers(&settings)?;
        let resolver = Arc::new(GuardedDirectory { directory, rules: settings.addresses.clone() });
        let builder = || {
            Client::builder()
                .user_agent(USER_AGENT)
                .redirect(redirect::Policy::none())
                // A proxy of the environment would look names up by itself, past the rules for addresses.
                .no_proxy()
                .referer(false)
                .connect_timeout(settings.connect_limit.to_std())
                .pool_idle_timeout(IDLE_LIMIT.to_std())
                .pool_max_idle_per_host(MAX_IDLE)
                .dns_resolver(Arc::clone(&resolver))
        };
        let stranger = builder().build().map_err(SettingsError::Client)?;
        let client = match &settings.auth {
            Auth::Mtls { certificate, key } => {
                let identity = certificate_of(certificate, key)?;
                // A key that does not fit its certificate comes out here.
                builder().identity(identity).build().map_err(SettingsError::Certificate)?
            }
            Auth::None | Auth::Bearer(_) | Auth::Basic { .. } | Auth::Header { .. } => {
                stranger.clone()
            }
        };
        Ok(Self {
            base,
            accepts_secrets: settings.accepts_secrets,
            rules: settings.addresses,
            operations: settings.operations,
            gate: Gate::new(settings.concurrency),
            identity: identity(&settings.auth)?,
            client,
            stranger,
            breaker: Mutex::new(Breaker::new()),
        })
    }

    /// Works on the breaker, alone and for a moment only.
    pub(super) fn breaker<T>(&self, work: impl FnOnce(&mut Breaker) -> T) -> T {
        work(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a URL leads to the service itself: the same scheme, host and port.
    pub(super) fn is_home(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// The client for a URL.
    pub(super) fn client(&self, url: &Url) -> &Client {
        if self.is_home(url) { &self.client } else { &self.stranger }
    }
}

fn read_base(text: &str) -> Result<Url, SettingsError> {
    let expected = |expected| SettingsError::Base { expected };
    let url = Url::parse(text).map_err(|_| expected("a URL such as `https://api.example.com`"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(expected("an `http` or `https` URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(expected("a URL without a user; credentials belong under `auth`"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(expected("a URL without `?` and `#`"));
    }
    Ok(url)
}

/// The address that a URL itself names, without a name to look up.
pub(super) fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_matches(['[', ']']).parse().ok()
}

fn check_address(base: &Url, rules: &AddressRules) -> Result<(), SettingsError> {
    match literal(base) {
        Some(address) if !rules.allow(address) => {
            Err(SettingsError::Address { address, scope: scope(address).name() })
        }
        Some(_) | None => Ok(()),
    }
}

fn check_numbers(settings: &ServiceSettings) -> Result<(), SettingsError> {
    let range = |what, expected| Err(SettingsError::Range { what, expected });
    let fits = |limit: Duration| !limit.is_zero() && limit <= MAX_TRY_LIMIT;
    if !fits(settings.connect_limit) {
        return range("the time to connect", "more than 0 and up to 10 s");
    }
    if !settings.operations.values().all(|operation| fits(operation.try_limit)) {
        return range("the time of a try", "more than 0 and up to 10 s");
    }
    if !(1..=MAX_CONCURRENCY).contains(&settings.concurrency) {
        return range("the number of requests at a time", "from 1 to 10,000");
    }
    Ok(())
}

fn certificate_of(certificate: &Secret, key: &Secret) -> Result<Identity, SettingsError> {
    let size = certificate.reveal().len() + key.reveal().len() + 1;
    let mut both = Zeroizing::new(String::with_capacity(size));
    both.push_str(certificate.reveal());
    both.push('\n');
    both.push_str(key.reveal());
    Identity::from_pem(both.as_bytes()).map_err(SettingsError::Certificate)
}

/// The headers that show who we are.
fn identity(auth: &Auth) -> Result<HeaderMap, SettingsError> {
    let (name, value) = match auth {
        Auth::None | Auth::Mtls { .. } => return Ok(HeaderMap::new()),
        Auth::Bearer(token) => {
            (AUTHORIZATION, Zeroizing::new(format!("Bearer {}", token.reveal())))
        }
        Auth::Basic { user, password } => {
            let pair = Zeroizing::new(format!("{user}:{}", password.reveal()));
            let coded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
            (AUTHORIZATION, Zeroizing::new(format!("Basic {}", *coded)))
        }
        Auth::Header { name, value } => {
            let header = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| SettingsError::Header { name: Arc::clone(name) })?;
            (header, Zeroizing::new(value.reveal().to_owned()))
        }
    };
    let refused = |_| SettingsError::Header { name: name.as_str().into() };
    let mut value = HeaderValue::from_str(&value).map_err(refused)?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(name, value)]))
}
