//! Which flow a called number leads to.

use std::sync::Arc;

use crate::call::FlowId;

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Which numbers it is for.
    pub pattern: Pattern,
    /// The flow that answers them.
    pub flow: FlowId,
}

/// Which numbers a rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// This number or SIP user.
    Exact(Arc<str>),
    /// Numbers that begin so; the longest prefix wins.
    Prefix(Arc<str>),
    /// All others.
    Default,
}

/// All rules of a node. An exact rule wins over a prefix, a longer prefix over a shorter, any of them over the
/// default; of two alike the first wins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes(Vec<Route>);

impl Routes {
    /// Takes the rules in the order of the configuration.
    #[must_use]
    pub const fn new(routes: Vec<Route>) -> Self {
        Self(routes)
    }

    /// The flow for a called number. A leading `+` does not matter.
    #[must_use]
    pub fn flow(&self, called: &str) -> Option<&FlowId> {
        let called = plain(called);
        let weigh = |route: &Route| match &route.pattern {
            Pattern::Exact(number) if plain(number) == called => Some(usize::MAX),
            Pattern::Prefix(prefix) if called.starts_with(plain(prefix)) => Some(prefix.len() + 1),
            Pattern::Default => Some(0),
            Pattern::Exact(_) | Pattern::Prefix(_) => None,
        };
        let mut best: Option<(usize, &FlowId)> = None;
        for route in &self.0 {
            if let Some(weight) = weigh(route)
                && best.is_none_or(|(heaviest, _)| weight > heaviest)
            {
                best = Some((weight, &route.flow));
            }
        }
        best.map(|(_, flow)| flow)
    }
}

fn plain(number: &str) -> &str {
    number.strip_prefix('+').unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_beats_prefix_beats_default() {
        let route = |pattern, flow: &str| Route { pattern, flow: FlowId::from(flow) };
        let routes = Routes::new(vec![
            route(Pattern::Default, "rest"),
            route(Pattern::Prefix("62".into()), "country"),
            route(Pattern::Prefix("6221".into()), "city"),
            route(Pattern::Exact("100".into()), "shop"),
        ]);
        for (called, flow) in [
            ("100", "shop"),
            ("1000", "rest"),
            ("+62811", "country"),
            ("622155", "city"),
            ("", "rest"),
        ] {
            assert_eq!(routes.flow(called).map(FlowId::as_str), Some(flow), "{called}");
        }
        assert_eq!(Routes::default().flow("100"), None, "no rule, no flow");
    }
}
