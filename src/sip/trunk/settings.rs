//! What is said of a trunk once.

use std::net::SocketAddr;
use std::sync::Arc;

use super::identity::Identity;
use super::purse::TrunkLimits;
use crate::call::NumberPattern;
use crate::sip::login::Login;
use crate::sip::transport::Transport;
use crate::time::Duration;

/// One trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkSettings {
    /// Its name, for logs, routes and records.
    pub name: Arc<str>,
    /// The host that requests name, with its port where it is not the usual one: `sip.telko.example`.
    pub domain: Arc<str>,
    /// Where it is, the preferred address first; the next one is for when that fails.
    pub ways: Vec<WayAddress>,
    /// The hops that requests take first: the outbound proxy, as a `Route` value. None = straight to `ways`, which
    /// otherwise are the proxy's addresses.
    pub routes: Vec<String>,
    /// How we are known there, should it ask; `None` = it does not ask.
    pub login: Option<Login>,
    /// Whether and how we register there.
    pub register: Option<Registration>,
    /// How often each address is asked whether it is there; `None` = never.
    pub keepalive: Option<Duration>,
    /// The numbers that may be called by it. None = it is not called by number.
    pub numbers: Vec<NumberPattern>,
    /// The callers' numbers that may be shown there.
    pub caller_ids: Vec<NumberPattern>,
    /// What is shown where no other number may be: the trunk's own.
    pub own_number: Arc<str>,
    /// How the caller's number is vouched for, both ways.
    pub identity: Identity,
    /// How many calls it carries.
    pub limits: TrunkLimits,
    /// Whether calls from its addresses are its calls, let in without a password.
    pub accepts: bool,
}

/// One address of a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayAddress {
    /// The address; `None` = not known yet, because its name has to be looked up.
    pub address: Option<SocketAddr>,
    /// How it is reached.
    pub transport: Transport,
}

/// How we register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The user that is registered; calls to it come to us.
    pub user: Arc<str>,
    /// How long a registration is asked for.
    pub expires: Duration,
}
