//! The order in which servers are tried (RFC 2782): by priority, within it by weighted chance.

use super::names::Srv;

/// The most servers that are looked at.
const MAX_SERVERS: usize = 32;

/// Orders servers; `draw` gives a number by chance less than the one it is asked for.
pub(super) fn order(mut servers: Vec<Srv>, draw: &dyn Fn(u64) -> u64) -> Vec<Srv> {
    servers.truncate(MAX_SERVERS);
    // Those without weight first: they have a small chance to be the first.
    servers.sort_by_key(|server| (server.priority, server.weight));
    let mut order = Vec::with_capacity(servers.len());
    while let Some(first) = servers.first() {
        let priority = first.priority;
        let alike = servers.iter().take_while(|server| server.priority == priority);
        let weights: Vec<u64> = alike.map(|server| server.weight.into()).collect();
        let chosen = draw(weights.iter().sum::<u64>() + 1);
        let mut sum = 0;
        let place = weights.iter().position(|weight| {
            sum += weight;
            sum >= chosen
        });
        order.push(servers.remove(place.unwrap_or(0)));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(priority: u16, weight: u16, target: &str) -> Srv {
        Srv { priority, weight, port: 5060, target: target.to_owned() }
    }

    #[test]
    fn priority_decides_and_weight_among_those_alike() {
        let servers = || {
            vec![
                server(20, 0, "last"),
                server(10, 10, "light"),
                server(10, 0, "none"),
                server(10, 90, "heavy"),
            ]
        };
        for (chance, expected) in [
            (0, ["none", "light", "heavy", "last"]),
            (5, ["light", "heavy", "none", "last"]),
            (50, ["heavy", "light", "none", "last"]),
        ] {
            let drawn = order(servers(), &|below| chance.min(below - 1));
            let names: Vec<_> = drawn.iter().map(|server| server.target.as_str()).collect();
            assert_eq!(names, expected, "{chance}");
        }
        assert_eq!(order(Vec::new(), &|_| 0), []);
    }

    #[test]
    fn weights_are_kept_over_many_calls() {
        let heavy = (0..100).filter(|chance| {
            let servers = vec![server(1, 25, "a"), server(1, 75, "b")];
            order(servers, &|below| chance * below / 100).first().is_some_and(|s| s.target == "b")
        });
        assert!((70..=80).contains(&heavy.count()));
    }
}
