//! The routes: exactly one pattern each, and no two alike.

use super::Found;
use crate::call::FlowId;
use crate::config::file::RouteEntry;
use crate::config::rule::CONTRADICTION;
use crate::config::settings::{Called, Route};
use crate::flow::{Diagnostic, MISSING_KEY, Span, Spanned, WRONG_FORM};

pub(super) fn settle(found: &mut Found, entries: Vec<Spanned<RouteEntry>>) -> Vec<Route> {
    let mut routes: Vec<(Route, Span)> = Vec::new();
    for entry in entries {
        let span = entry.span;
        let Some(route) = route(found, entry) else { continue };
        if let Some((_, first)) = routes.iter().find(|(other, _)| other.called == route.called) {
            let what = match &route.called {
                Called::Exactly(number) => format!("the number `{number}`"),
                Called::Prefix(prefix) => format!("the prefix `{prefix}`"),
                Called::Any => "`default`".to_owned(),
            };
            let finding = Diagnostic::new(&CONTRADICTION, span, format!("{what} is routed twice"));
            found.add(finding.label("routed again here").also(*first, "first routed here"));
        } else {
            routes.push((route, span));
        }
    }
    routes.into_iter().map(|(route, _)| route).collect()
}

fn route(found: &mut Found, entry: Spanned<RouteEntry>) -> Option<Route> {
    let RouteEntry { to, prefix, default, flow } = entry.value;
    let called = match (to, prefix, default) {
        (Some(to), None, None) => Called::Exactly(to.0),
        (None, Some(prefix), None) => Called::Prefix(prefix.0),
        (None, None, Some(default)) => return rest(found, default, flow),
        _ => {
            let message = "a route has exactly one of `to`, `prefix` and `default`";
            found.add(Diagnostic::new(&WRONG_FORM, entry.span, message));
            return None;
        }
    };
    let Some(flow) = flow else {
        found.add(Diagnostic::new(&MISSING_KEY, entry.span, "a route needs `flow:`"));
        return None;
    };
    Some(Route { called, flow: found.names.flow(flow) })
}

/// `default` names the flow itself.
fn rest(
    found: &mut Found,
    default: Spanned<FlowId>,
    flow: Option<Spanned<FlowId>>,
) -> Option<Route> {
    if let Some(flow) = flow {
        let message = "`default` names the flow itself: `{ default: halo }`";
        found.add(Diagnostic::new(&WRONG_FORM, flow.span, message));
        return None;
    }
    Some(Route { called: Called::Any, flow: found.names.flow(default) })
}
