//! What the module is told: the services of a project and their operations.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::address::AddressRules;
use crate::time::Duration;

/// The longest time that one try may be given.
pub const MAX_TRY_LIMIT: Duration = Duration::from_secs(10);

/// One service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSettings {
    /// Where it is: an `http` or `https` URL without credentials, query or fragment. Its path comes before that of
    /// each operation.
    pub base: Arc<str>,
    /// How this node shows who it is.
    pub auth: Auth,
    /// Whether it may be told secrets, in bodies.
    pub accepts_secrets: bool,
    /// The time to look its name up, connect and agree on keys; up to [`MAX_TRY_LIMIT`].
    pub connect_limit: Duration,
    /// The most requests under way at a time; at least 1.
    pub concurrency: usize,
    /// Which addresses it may be reached at.
    pub addresses: AddressRules,
    /// What can be asked of it.
    pub operations: BTreeMap<Arc<str>, OperationSettings>,
}

/// One operation of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationSettings {
    /// The method.
    pub method: Method,
    /// The path below the service's base, such as `/v1/orders/{id}`: each `{name}` is replaced by a parameter.
    pub path: Arc<str>,
    /// The parameters that stand in the body, a JSON object; none = no body.
    pub body: Vec<Arc<str>>,
    /// The parameters that stand in the query.
    pub query: Vec<Arc<str>>,
    /// Whether asking twice is as good as asking once, so that a failed try may be repeated.
    pub idempotent: bool,
    /// The time of one try, from the look-up of the name to the last byte of the answer; up to [`MAX_TRY_LIMIT`].
    pub try_limit: Duration,
}

/// A method of HTTP, RFC 9110 §9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Does what the service says.
    Post,
    /// Writes the whole of a thing.
    Put,
    /// Changes a thing.
    Patch,
    /// Removes a thing.
    Delete,
}

/// How a node shows a service who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// Not at all.
    None,
    /// By a token, RFC 6750.
    Bearer(Secret),
    /// By a name and a password, RFC 7617.
    Basic {
        /// The name.
        user: Arc<str>,
        /// The password.
        password: Secret,
    },
    /// By a header of the service's own.
    Header {
        /// Its name.
        name: Arc<str>,
        /// Its value.
        value: Secret,
    },
    /// By a certificate when the connection is made.
    Mtls {
        /// The certificate and those between it and the authority, as PEM.
        certificate: Secret,
        /// Its key, as PEM.
        key: Secret,
    },
}

/// A secret's value: it does not show itself, and is wiped when the last copy goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// Keeps a secret.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(value.into())))
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a service cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Its base is no URL that can be used.
    #[error("its base must be {expected}")]
    Base {
        /// What it must be.
        expected: &'static str,
    },
    /// A number is out of its range.
    #[error("{what} must be {expected}")]
    Range {
        /// What.
        what: &'static str,
        /// Its range.
        expected: &'static str,
    },
    /// A header cannot be written.
    #[error("the header `{name}` cannot be written")]
    Header {
        /// Its name.
        name: Arc<str>,
    },
    /// The certificate or its key cannot be read, or the two do not belong together.
    #[error("its certificate and key cannot be used")]
    Certificate(#[source] reqwest::Error),
    /// The base is an address that the rules refuse.
    #[error(
        "its base names the {scope} address {address}, which is refused unless `addresses` allows it"
    )]
    Address {
        /// The address.
        address: std::net::IpAddr,
        /// What such an address is for.
        scope: &'static str,
    },
    /// The client could not be made.
    #[error("its client cannot be made")]
    Client(#[source] reqwest::Error),
}
