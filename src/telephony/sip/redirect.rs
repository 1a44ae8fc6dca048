//! Redirections of our calls: followed only to addresses that the configuration names anyway.

use super::fork::Way;
use super::switch::Switch;
use super::target::{Search, Spot, place};
use crate::sip::{DialogId, Input, Redirect};
use crate::time::Instant;

impl Switch {
    /// Leads a redirected call on, or ends it: nobody is called because somebody far away says so.
    pub(super) fn redirected(&mut self, now: Instant, dialog: DialogId, targets: &[String]) {
        let known = &self.settings.redirects;
        let target = targets.iter().find_map(|named| {
            let known = known.iter().find(|known| is_same(known, named))?;
            Some(with_transport(known, named))
        });
        tracing::info!(followed = target.is_some(), "A call was redirected.");
        let towards = target.and_then(|target| Some((self.towards(&target)?, target)));
        match towards {
            Some((place, target)) => {
                self.led_on.insert(dialog, target);
                self.seek(now, Search::Redirect(dialog), place);
            }
            None => self.tell(now, Input::Redirect { dialog, place: None }),
        }
    }

    /// The place was looked up that a redirected call goes on to.
    pub(super) fn led_on(&mut self, now: Instant, dialog: DialogId, spots: Vec<Spot>) {
        let Some(target) = self.led_on.remove(&dialog) else { return };
        let mut ways: Vec<Way> = self.ways(&target, spots).into();
        let place = (!ways.is_empty()).then(|| ways.remove(0)).and_then(|way| {
            let local = self.local_for(now, &way)?;
            let Way { target, to, routes, transport, .. } = way;
            Some(Redirect { target, to_addr: to, transport, local: Some(local), routes })
        });
        self.try_later(dialog, ways);
        self.tell(now, Input::Redirect { dialog, place });
    }
}

/// Whether an address that somebody names is one that may be called. Its parameters make no other of it, and one that
/// insists on TLS is none either.
fn is_same(known: &str, named: &str) -> bool {
    let (Some((secure, one)), Some((asks_secure, other))) = (bare(known), bare(named)) else {
        return false;
    };
    one == other && (!secure || asks_secure)
}

/// Whether an address begins with `sips:`, and the rest of it without parameters and header fields.
fn bare(uri: &str) -> Option<(bool, &str)> {
    let bare = uri.split([';', '?']).next()?;
    let secure = bare.strip_prefix("sips:").map(|rest| (true, rest));
    secure.or_else(|| bare.strip_prefix("sip:").map(|rest| (false, rest)))
}

/// An address as we write it, whatever parameters they added; only how it is reached is theirs to say where we do not.
fn with_transport(known: &str, named: &str) -> String {
    let known = match named.strip_prefix("sips:") {
        Some(_) => known.replacen("sip:", "sips:", 1),
        None => known.to_owned(),
    };
    let transport = |uri: &str| {
        let uri = uri.split('?').next().unwrap_or_default();
        let mut parameters = uri.split(';').skip(1).filter_map(|part| part.split_once('='));
        let found = parameters.find(|(name, _)| name.eq_ignore_ascii_case("transport"));
        found.map(|(_, value)| value.to_owned())
    };
    match (transport(&known), transport(named)) {
        (None, Some(theirs)) => {
            let with = format!("{known};transport={theirs}");
            if place(&with).is_some() { with } else { known }
        }
        (Some(_), _) | (None, None) => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_make_no_other_address() {
        for (known, named, same) in [
            ("sip:b@192.0.2.7:5070", "sip:b@192.0.2.7:5070;x=y?Route=z", true),
            ("sip:b@192.0.2.7", "sip:b@192.0.2.7:5070", false),
            ("sip:c@192.0.2.7:5070", "sip:b@192.0.2.7:5070", false),
            ("sip:b@pbx.example", "sips:b@pbx.example", true),
            ("sips:b@pbx.example", "sip:b@pbx.example", false),
            ("tel:+62", "tel:+62", false),
        ] {
            assert_eq!(is_same(known, named), same, "{known} {named}");
        }
    }

    #[test]
    fn how_it_is_reached_is_theirs_to_say_where_we_do_not() {
        for (known, named, target) in [
            ("sip:b@h", "sip:b@h;transport=tcp;x=y", "sip:b@h;transport=tcp"),
            ("sip:b@h", "sip:b@h", "sip:b@h"),
            ("sip:b@h", "sip:b@h;transport=ws", "sip:b@h"),
            ("sip:b@h;transport=udp", "sip:b@h;transport=tcp", "sip:b@h;transport=udp"),
            ("sip:b@h", "sips:b@h", "sips:b@h"),
            ("sip:b@h", "sip:b@h?transport=tcp", "sip:b@h"),
        ] {
            assert_eq!(with_transport(known, named), target, "{known} {named}");
        }
    }
}
