//! Who knows the records of names.

use std::fmt;
use std::net::IpAddr;
use std::pin::Pin;

use crate::time::Duration;

/// The longest that anything is believed.
pub(super) const LONGEST: Duration = Duration::from_mins(60);

/// The answer to a question about a name.
pub(in crate::telephony::sip) type Answer<'a, T> =
    Pin<Box<dyn Future<Output = Records<T>> + Send + 'a>>;

/// The records of a name; none where it has none or nobody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::telephony::sip) struct Records<T> {
    /// The records.
    pub(in crate::telephony::sip) found: Vec<T>,
    /// How long they hold.
    pub(in crate::telephony::sip) lasts: Duration,
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self { found: Vec::new(), lasts: LONGEST }
    }
}

/// A service of a name (RFC 3403).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::telephony::sip) struct Naptr {
    /// Lower ones come first.
    pub(in crate::telephony::sip) order: u16,
    /// Among those of one order.
    pub(in crate::telephony::sip) preference: u16,
    /// `s` = the replacement has SRV records, `a` = it has addresses.
    pub(in crate::telephony::sip) flags: String,
    /// The service: `SIP+D2U`.
    pub(in crate::telephony::sip) service: String,
    /// The name to go on with, without its last dot.
    pub(in crate::telephony::sip) replacement: String,
}

/// A server of a service (RFC 2782).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::telephony::sip) struct Srv {
    /// Lower ones are tried first.
    pub(in crate::telephony::sip) priority: u16,
    /// How often it is the first among those of one priority.
    pub(in crate::telephony::sip) weight: u16,
    /// Its port.
    pub(in crate::telephony::sip) port: u16,
    /// Its name, without its last dot; empty = there is no such service.
    pub(in crate::telephony::sip) target: String,
}

/// Who knows the records of names.
pub(in crate::telephony::sip) trait Names:
    fmt::Debug + Send + Sync
{
    /// The services of a name.
    fn naptr<'a>(&'a self, name: &'a str) -> Answer<'a, Naptr>;
    /// The servers of a service.
    fn srv<'a>(&'a self, service: &'a str) -> Answer<'a, Srv>;
    /// The addresses of a host.
    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, IpAddr>;
    /// A number by chance, less than `below`.
    fn draw(&self, below: u64) -> u64;
}
