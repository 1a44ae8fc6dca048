//! Which number is shown on a trunk, and how it is vouched for (RFC 3323, RFC 3325).

use std::sync::Arc;

use super::settings::TrunkSettings;

/// How a trunk vouches for callers' numbers, and how we do towards it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Identity {
    /// `P-Asserted-Identity`.
    #[default]
    Asserted,
    /// `Remote-Party-ID`, of older exchanges.
    RemoteParty,
    /// Not at all: `From` is all there is.
    None,
}

/// What an outgoing call shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The user in `From`.
    pub number: Arc<str>,
    /// The host in `From`.
    pub host: Arc<str>,
    /// The header fields that vouch for it.
    pub headers: Vec<(String, String)>,
}

impl TrunkSettings {
    /// What a call shows that would like to show `wanted`: a number that is not ours on this trunk is never shown.
    #[must_use]
    pub fn shown(&self, wanted: Option<&str>) -> Shown {
        let owned = |number: &&str| self.caller_ids.iter().any(|pattern| pattern.fits(number));
        let number: Arc<str> =
            wanted.filter(owned).map_or_else(|| self.own_number.clone(), Arc::from);
        let uri = format!("sip:{number}@{}", self.domain);
        let headers = match self.identity {
            Identity::Asserted => vec![("P-Asserted-Identity".to_owned(), format!("<{uri}>"))],
            Identity::RemoteParty => {
                let value = format!("<{uri}>;party=calling;screen=yes;privacy=off");
                vec![("Remote-Party-ID".to_owned(), value)]
            }
            Identity::None => Vec::new(),
        };
        Shown { number, host: self.domain.clone(), headers }
    }
}
