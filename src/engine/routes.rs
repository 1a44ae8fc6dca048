//! Which flow a call leads to: by the called number, the trunk it came by, and the hour.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::calendar::{Calendar, Opening};
use crate::call::{FlowId, fits_pattern};
use crate::time::Wall;

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Which numbers it is for.
    pub pattern: Pattern,
    /// The trunk that the call must come by; `None` = any, or none.
    pub trunk: Option<Arc<str>>,
    /// When it holds; `None` = always.
    pub hours: Option<Hours>,
    /// The flow that answers them.
    pub flow: FlowId,
}

/// Which numbers a rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// This number or SIP user.
    Exact(Arc<str>),
    /// Numbers that begin so.
    Prefix(Arc<str>),
    /// Numbers of this shape: `62???`, `*00` (see [`fits_pattern`]).
    Shape(Arc<str>),
    /// All others.
    Default,
}

/// When a rule holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// The calendar that says when it is open. One that does not exist is never open.
    pub calendar: Arc<str>,
    /// Whether the rule holds while it is open, or while it is not.
    pub open: bool,
}

/// A call to be routed.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    /// The called number.
    pub number: &'a str,
    /// The trunk that the call came by.
    pub trunk: Option<&'a str>,
    /// The time.
    pub wall: Wall,
    /// The calendars by name.
    pub calendars: &'a BTreeMap<Arc<str>, Calendar>,
}

/// All rules of a node. Of those that hold, the most specific wins:
///
/// 1. by number: an exact one, then the pattern or prefix that names the most characters (of the same length the
///    pattern), then the default;
/// 2. then one that names the trunk over one that does not;
/// 3. then one that names hours over one that does not;
/// 4. then the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes(Vec<Route>);

/// How specific a rule is, the parts in the order in which they count.
type Weight = (usize, bool, bool, bool);

impl Routes {
    /// Takes the rules in the order of the configuration.
    #[must_use]
    pub const fn new(routes: Vec<Route>) -> Self {
        Self(routes)
    }

    /// The flow for a call. A leading `+` of the number does not matter.
    #[must_use]
    pub fn flow(&self, call: Called<'_>) -> Option<&FlowId> {
        let mut best: Option<(Weight, &FlowId)> = None;
        for route in self.0.iter().filter(|route| route.holds(call)) {
            if let Some(weight) = route.weigh(call.number)
                && best.is_none_or(|(heaviest, _)| weight > heaviest)
            {
                best = Some((weight, &route.flow));
            }
        }
        best.map(|(_, flow)| flow)
    }
}

impl Route {
    /// A rule that holds always, whatever the trunk.
    #[must_use]
    pub const fn new(pattern: Pattern, flow: FlowId) -> Self {
        Self { pattern, trunk: None, hours: None, flow }
    }

    /// Whether it holds for the trunk and the hour of a call.
    fn holds(&self, call: Called<'_>) -> bool {
        let by_trunk = self.trunk.as_deref().is_none_or(|trunk| call.trunk == Some(trunk));
        let by_hour = self.hours.as_ref().is_none_or(|hours| {
            let calendar = call.calendars.get(&hours.calendar);
            let open = calendar.is_some_and(|calendar| calendar.at(call.wall) == Opening::Open);
            open == hours.open
        });
        by_trunk && by_hour
    }

    /// How specific it is for a number; `None` if it is not for it.
    fn weigh(&self, called: &str) -> Option<Weight> {
        let called = plain(called);
        let (named, shape) = match &self.pattern {
            Pattern::Exact(number) if plain(number) == called => (usize::MAX, false),
            Pattern::Prefix(prefix) if called.starts_with(plain(prefix)) => {
                (plain(prefix).len() + 1, false)
            }
            Pattern::Shape(shape) if fits_pattern(called, plain(shape)) => {
                let named = plain(shape).bytes().filter(|byte| !b"*?#".contains(byte)).count();
                (named + 1, true)
            }
            Pattern::Default => (0, false),
            Pattern::Exact(_) | Pattern::Prefix(_) | Pattern::Shape(_) => return None,
        };
        Some((named, shape, self.trunk.is_some(), self.hours.is_some()))
    }
}

fn plain(number: &str) -> &str {
    number.strip_prefix('+').unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Settings;

    fn route(pattern: Pattern, trunk: Option<&str>, open: Option<bool>, flow: &str) -> Route {
        let hours = open.map(|open| Hours { calendar: "shop".into(), open });
        Route { pattern, trunk: trunk.map(Into::into), hours, flow: FlowId::from(flow) }
    }

    /// `shop` is open on weekdays from 8 to 17 h UTC.
    fn calendars() -> BTreeMap<Arc<str>, Calendar> {
        let day = || vec![(480, 1_020)];
        let weekly = [day(), day(), day(), day(), day(), vec![], vec![]];
        let settings = Settings { zone: "Etc/UTC".into(), weekly, ..Settings::default() };
        [("shop".into(), Calendar::new(&settings).expect("a calendar"))].into()
    }

    #[test]
    fn the_most_specific_rule_that_holds_wins() {
        let routes = Routes::new(vec![
            route(Pattern::Default, None, None, "rest"),
            route(Pattern::Prefix("62".into()), None, None, "country"),
            route(Pattern::Shape("62???".into()), None, None, "short"),
            route(Pattern::Prefix("6221".into()), None, None, "city"),
            route(Pattern::Exact("100".into()), None, None, "shop"),
            route(Pattern::Exact("100".into()), None, Some(false), "shop-closed"),
            route(Pattern::Exact("100".into()), Some("telko"), None, "shop-telko"),
            route(Pattern::Default, Some("telko"), None, "telko"),
        ]);
        let calendars = calendars();
        let (monday, sunday) = ("2026-11-23T10:00:00Z", "2026-11-22T10:00:00Z");
        for (called, trunk, at, flow) in [
            ("100", None, monday, "shop"),
            ("100", None, sunday, "shop-closed"),
            ("100", Some("telko"), sunday, "shop-telko"),
            ("100", Some("other"), monday, "shop"),
            ("1000", None, monday, "rest"),
            ("1000", Some("telko"), monday, "telko"),
            ("+62811", Some("telko"), monday, "short"),
            ("+628112", Some("telko"), monday, "country"),
            ("622155", None, monday, "city"),
            ("", None, monday, "rest"),
        ] {
            let wall = Wall::parse_rfc3339(at).expect("a time");
            let call = Called { number: called, trunk, wall, calendars: &calendars };
            let found = routes.flow(call).map(FlowId::as_str);
            assert_eq!(found, Some(flow), "{called} by {trunk:?} at {at}");
        }
        let wall = Wall::parse_rfc3339(monday).expect("a time");
        let call = Called { number: "100", trunk: None, wall, calendars: &calendars };
        assert_eq!(Routes::default().flow(call), None, "no rule, no flow");
    }
}
