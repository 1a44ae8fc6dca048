//! The routes: exactly one pattern each, no two alike, and none that no call can take.

use std::sync::Arc;

use super::Found;
use crate::call::FlowId;
use crate::config::file::RouteEntry;
use crate::config::rule::{CONTRADICTION, NO_SUCH_TRUNK, UNREACHABLE_ROUTE};
use crate::config::settings::{Called, Route, RouteHours};
use crate::flow::{Diagnostic, MISSING_KEY, Span, Spanned, WRONG_FORM, nearest};

/// Settles the routes; `trunks` are the names that there are.
pub(super) fn settle(
    found: &mut Found,
    entries: Vec<Spanned<RouteEntry>>,
    trunks: &[Arc<str>],
) -> Vec<Route> {
    let mut routes: Vec<(Route, Span)> = Vec::new();
    for entry in entries {
        let span = entry.span;
        let Some(route) = route(found, entry, trunks) else { continue };
        if let Some((_, first)) = routes.iter().find(|(other, _)| is_same(other, &route)) {
            let what = described(&route);
            let finding = Diagnostic::new(&CONTRADICTION, span, format!("{what} is routed twice"));
            found.add(finding.label("routed again here").also(*first, "first routed here"));
        } else {
            routes.push((route, span));
        }
    }
    for (route, span) in &routes {
        unreachable(found, route, *span, &routes);
    }
    routes.into_iter().map(|(route, _)| route).collect()
}

fn route(found: &mut Found, entry: Spanned<RouteEntry>, trunks: &[Arc<str>]) -> Option<Route> {
    let RouteEntry { to, prefix, pattern, default, trunk, hours, closed, flow } = entry.value;
    let trunk = trunk.map(|trunk| known(found, trunk, trunks));
    let hours = match (hours, closed) {
        (Some(_), Some(closed)) => {
            let message = "a route holds either while a calendar is open (`hours`) or while it is \
                           not (`closed`)";
            found.add(Diagnostic::new(&WRONG_FORM, closed.span, message));
            return None;
        }
        (Some(hours), None) => {
            Some(RouteHours { calendar: found.names.calendar(hours), open: true })
        }
        (None, Some(closed)) => {
            Some(RouteHours { calendar: found.names.calendar(closed), open: false })
        }
        (None, None) => None,
    };
    let called = match (to, prefix, pattern, &default) {
        (Some(to), None, None, None) => Called::Exactly(to.0),
        (None, Some(prefix), None, None) => Called::Prefix(prefix.0),
        (None, None, Some(pattern), None) => Called::Pattern(pattern.0),
        (None, None, None, Some(_)) => Called::Any,
        (None, None, None, None) if trunk.is_some() => Called::Any,
        _ => {
            let message = "a route has exactly one of `to`, `prefix`, `pattern` and `default`";
            found.add(Diagnostic::new(&WRONG_FORM, entry.span, message));
            return None;
        }
    };
    let flow = target(found, entry.span, default, flow)?;
    Some(Route { called, trunk, hours, flow: found.names.flow(flow) })
}

/// The flow of a route; `default` names it itself.
fn target(
    found: &mut Found,
    route: Span,
    default: Option<Spanned<FlowId>>,
    flow: Option<Spanned<FlowId>>,
) -> Option<Spanned<FlowId>> {
    match (default, flow) {
        (Some(_), Some(flow)) => {
            let message = "`default` names the flow itself: `{ default: halo }`";
            found.add(Diagnostic::new(&WRONG_FORM, flow.span, message));
            None
        }
        (None, None) => {
            found.add(Diagnostic::new(&MISSING_KEY, route, "a route needs `flow:`"));
            None
        }
        (default, flow) => default.or(flow),
    }
}

fn known(found: &mut Found, trunk: Spanned<Arc<str>>, trunks: &[Arc<str>]) -> Arc<str> {
    if !trunks.contains(&trunk.value) {
        let message = format!("there is no trunk named `{}`", trunk.value);
        let near = nearest(&trunk.value, trunks.iter().map(AsRef::as_ref));
        found.add(Diagnostic::new(&NO_SUCH_TRUNK, trunk.span, message).did_you_mean(near));
    }
    trunk.value
}

/// The numbers of a route in one spelling: a leading `+` does not matter, and a prefix is a pattern.
fn numbers(called: &Called) -> Option<String> {
    let plain = |text: &str| text.strip_prefix('+').unwrap_or(text).to_owned();
    match called {
        Called::Exactly(number) => Some(plain(number)),
        Called::Prefix(prefix) => Some(format!("{}*", plain(prefix))),
        Called::Pattern(pattern) => Some(plain(pattern)),
        Called::Any => None,
    }
}

fn is_same(a: &Route, b: &Route) -> bool {
    numbers(&a.called) == numbers(&b.called) && a.trunk == b.trunk && a.hours == b.hours
}

/// A route without hours beside two others for the same numbers, one for the hours of a calendar and one for the rest.
fn unreachable(found: &mut Found, route: &Route, span: Span, all: &[(Route, Span)]) {
    if route.hours.is_some() {
        return;
    }
    let mut rivals = all.iter().filter(|(other, _)| {
        numbers(&other.called) == numbers(&route.called) && other.trunk == route.trunk
    });
    let pair = rivals.clone().find_map(|(open, _)| {
        let hours = open.hours.as_ref().filter(|hours| hours.open)?;
        let rest = RouteHours { open: false, ..hours.clone() };
        let closed = rivals.find(|(other, _)| other.hours.as_ref() == Some(&rest))?;
        Some((hours.calendar.clone(), closed.1))
    });
    if let Some((calendar, other)) = pair {
        let message = format!(
            "no call takes this route: {} is routed while `{calendar}` is open and while it is not",
            described(route)
        );
        let finding = Diagnostic::new(&UNREACHABLE_ROUTE, span, message);
        found.add(finding.also(other, "the rest of the time it goes here").help(
            "leave this route out, or leave out `closed` so that this one takes the closed hours",
        ));
    }
}

fn described(route: &Route) -> String {
    let number = match &route.called {
        Called::Exactly(number) => format!("the number `{number}`"),
        Called::Prefix(prefix) => format!("the prefix `{prefix}`"),
        Called::Pattern(pattern) => format!("the pattern `{pattern}`"),
        Called::Any => "`default`".to_owned(),
    };
    match &route.trunk {
        Some(trunk) => format!("{number} of trunk `{trunk}`"),
        None => number,
    }
}
