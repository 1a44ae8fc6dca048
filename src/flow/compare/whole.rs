//! What holds for a flow as a whole: where it starts, its languages, how it is picked up, limits, where errors lead.

use std::collections::BTreeSet;

use super::change::{Changes, Group, Touch};
use super::pair::{Pair, Target};
use crate::call::{Class, Language};
use crate::flow::node::{Goto, Limits, NodeIndex};

impl Pair<'_> {
    /// Compares everything that stands outside the nodes.
    pub(super) fn whole(&self, found: &mut Changes) {
        let (old, new) = (self.old.flow, self.new.flow);
        if old.id != new.id {
            let what = format!("the flow is now named `{}`, before `{}`", new.id, old.id);
            found.add(self.of_flow(Group::Unnoticed, what));
        }
        let (was, now) = (Target::Node(old.start), Target::Node(new.start));
        if !self.same_target(was, now) {
            let (was, now) = (was.said(old), now.said(new));
            found
                .add(self.of_flow(Group::Beginning, format!("calls began at {was}, now at {now}")));
        }
        if old.languages != new.languages {
            self.spoken_languages(found);
        }
        let (was, now) = (old.answer, new.answer);
        if was.after != now.after {
            let what =
                format!("a call rang {} before it was answered, now {}", was.after, now.after);
            found.add(self.of_flow(Group::Beginning, what));
        }
        if was.early != now.early {
            let whose = |early| if early { "our own ringing" } else { "the network's ringing" };
            let what = format!("callers heard {}, now {}", whose(was.early), whose(now.early));
            found.add(self.of_flow(Group::Beginning, what));
        }
        self.limits(old.limits, new.limits, found);
        let rare = |index: Option<NodeIndex>| index.map(Goto::Node);
        for (group, name, was, now) in [
            (Group::Patience, "running out of errors, time or visits", old.escape, new.escape),
            (Group::Ways, "a fault of our own", rare(old.on_fault), rare(new.on_fault)),
            (Group::Unnoticed, "the end of a call", rare(old.on_hangup), rare(new.on_hangup)),
        ] {
            self.rare_way(group, name, (was, now), found);
        }
        let [was, now] = self.zones.map(|zone| zone.unwrap_or("UTC"));
        if was != now {
            let what = format!("`now` was told in {was}, now in {now}");
            found.add(self.of_flow(Group::Values, what));
        }
        self.variables(found);
    }

    fn spoken_languages(&self, found: &mut Changes) {
        let (old, new) = (&self.old.flow.languages, &self.new.flow.languages);
        for gone in old.iter().filter(|language| !new.contains(language)) {
            let what = format!("the language `{gone}` is gone");
            found.add(self.of_flow(Group::Beginning, what));
        }
        for fresh in new.iter().filter(|language| !old.contains(language)) {
            found.add(self.of_flow(Group::Beginning, format!("the language `{fresh}` is new")));
        }
        let (was, now): (Option<&Language>, Option<&Language>) = (old.first(), new.first());
        if let (Some(was), Some(now)) = (was, now)
            && was != now
        {
            let what = format!("calls began in `{was}`, now in `{now}`");
            found.add(self.of_flow(Group::Beginning, what));
        }
    }

    fn limits(&self, was: Limits, now: Limits, found: &mut Changes) {
        let all = |limits: Limits| {
            [
                ("the longest time in the flow", limits.call.to_string()),
                ("the time in menus before a person is offered", limits.menus.to_string()),
                ("the limit of misses in one call", limits.errors.to_string()),
                ("the limit of visits of one step without news", limits.visits.to_string()),
            ]
        };
        for ((name, was), (_, now)) in all(was).into_iter().zip(all(now)) {
            if was != now {
                let what = format!("{name} was {was}, now {now}");
                found.add(self.of_flow(Group::Patience, what));
            }
        }
    }

    /// A way that no node has: where errors, faults and the end of the call lead.
    fn rare_way(
        &self,
        group: Group,
        name: &str,
        (was, now): (Option<Goto>, Option<Goto>),
        found: &mut Changes,
    ) {
        // No node is named that `repeat` could mean.
        let nowhere = NodeIndex(u32::MAX);
        let target = |goto: Option<Goto>| {
            goto.map_or(Target::End("nothing of its own"), |goto| Target::of(goto, nowhere))
        };
        let (was, now) = (target(was), target(now));
        if !self.same_target(was, now) {
            let what = format!("{name} {}", self.led(was, now));
            let mut change = self.of_flow(group, what);
            // Whether a call ran into it cannot be told from where it went.
            change.touches = match was {
                Target::Node(index) => {
                    BTreeSet::from([Touch::Node(self.old.flow.node(index).id.clone())])
                }
                Target::Back | Target::Failed | Target::End(_) => BTreeSet::new(),
            };
            found.add(change);
        }
    }

    /// Variables that both versions have: their values at the start of a call, and their classes.
    fn variables(&self, found: &mut Changes) {
        for (name, was) in &self.old.flow.variables {
            let Some(now) = self.new.flow.variables.get(name) else { continue };
            if was.start != now.start {
                let what = format!("`{name}` began as `{}`, now as `{}`", was.start, now.start);
                found.add(self.of_flow(Group::Values, what));
            }
            if was.class != now.class {
                let class = |class| match class {
                    Class::Public => "public",
                    Class::Personal => "personal",
                    Class::Secret => "secret",
                };
                let what = format!("`{name}` was {}, now {}", class(was.class), class(now.class));
                found.add(self.of_flow(Group::Unnoticed, what));
            }
        }
    }
}
