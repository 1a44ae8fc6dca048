//! Redirections of our calls: followed only to addresses that the configuration names anyway.

use super::switch::Switch;
use super::target::{Host, Place, place};
use crate::sip::{DialogId, Input, Redirect};
use crate::time::Instant;

impl Switch {
    /// Leads a redirected call on, or ends it: nobody is called because somebody far away says so.
    pub(super) fn redirected(&mut self, now: Instant, dialog: DialogId, targets: &[String]) {
        let place = targets.iter().find_map(|target| self.allowed(now, target));
        tracing::info!(followed = place.is_some(), "A call was redirected.");
        self.tell(now, Input::Redirect { dialog, place });
    }

    /// The way to a target that may be called: as we write it, whatever parameters they added.
    fn allowed(&mut self, now: Instant, target: &str) -> Option<Redirect> {
        let named = bare(target)?;
        let known = self.settings.redirects.iter().find(|known| bare(known) == Some(named))?;
        let target = known.to_string();
        let Place { host: Host::Known(to_addr), transport } = place(&target)? else { return None };
        let socket = self.socket_for(transport, to_addr)?;
        let local = self.local_address(now, socket, to_addr.ip());
        Some(Redirect { target, to_addr, transport, local })
    }
}

/// An address without its parameters and header fields.
fn bare(uri: &str) -> Option<&str> {
    uri.split([';', '?']).next().filter(|uri| uri.starts_with("sip:") || uri.starts_with("sips:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_make_no_other_address() {
        for (one, other, same) in [
            ("sip:b@192.0.2.7:5070;x=y?Route=z", "sip:b@192.0.2.7:5070", true),
            ("sip:b@192.0.2.7", "sip:b@192.0.2.7:5070", false),
            ("sip:c@192.0.2.7:5070", "sip:b@192.0.2.7:5070", false),
            ("tel:+62", "tel:+62", false),
        ] {
            assert_eq!(bare(one).is_some() && bare(one) == bare(other), same, "{one} {other}");
        }
    }
}
