//! W0209: menus behind menus behind menus.

use std::collections::VecDeque;

use super::Rule;
use super::subject::Subject;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::{Menu, Place, Verb, WayKind};

/// W0209: too many menus inside each other.
pub(crate) static DEEP_MENU: Rule = Rule::warning("W0209", "a menu stands deep inside other menus")
    .why("Callers get lost beyond the third level: they no longer know where they are or how they came there.")
    .cure("Put what is wanted most further up, or ask a question that leads there at once.")
    .example("a: { menu: m, choices: { 1: b } }\nb: { menu: m, choices: { 1: c } }\nc: { menu: m, choices: { 1: d } }\nd: { menu: m, choices: { 1: e } }");

/// The most levels in which callers still know their way.
const LEVELS: u32 = 3;

/// Finds menus that callers reach only through more than [`LEVELS`] others. A choice of language is no level, and
/// after anything else than a menu the counting begins again: by then the caller has got something.
pub(crate) fn depths(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let map = &subject.open;
    let mut depth = vec![u32::MAX; map.len()];
    let mut before = vec![usize::MAX; map.len()];
    // Vertices with the number of menus entered before; nearer ones stand in front.
    let mut open = VecDeque::from([(subject.flow.start.0 as usize, 0, usize::MAX)]);
    for (index, node, _) in subject.nodes() {
        if matches!(node.verb, Verb::Menu(_)) {
            continue;
        }
        let got = map.roads(index).iter();
        let got = got.filter(|road| matches!(road.kind, WayKind::Answer | WayKind::Talked));
        open.extend(got.map(|road| (road.to, 0, usize::MAX)));
    }
    while let Some((at, entered, from)) = open.pop_front() {
        let level = match subject.verb(at) {
            Some(Verb::Menu(menu)) if !chooses_language(menu) => entered + 1,
            Some(_) => entered,
            None => continue,
        };
        if level >= depth[at] {
            continue;
        }
        depth[at] = level;
        before[at] = from;
        let menu = matches!(subject.verb(at), Some(Verb::Menu(_)));
        let last = if menu { at } else { from };
        for road in map.roads(at) {
            let follows = match road.kind {
                WayKind::Passing => true,
                WayKind::Answer => menu,
                WayKind::Command
                | WayKind::Failed
                | WayKind::Trouble
                | WayKind::Nobody
                | WayKind::Talked => false,
            };
            if !follows {
                continue;
            }
            let costs =
                matches!(subject.verb(road.to), Some(Verb::Menu(m)) if !chooses_language(m));
            if costs {
                open.push_back((road.to, level, last));
            } else {
                open.push_front((road.to, level, last));
            }
        }
    }
    for (index, node, site) in subject.nodes() {
        let level = depth[index];
        if !matches!(node.verb, Verb::Menu(_)) || level == u32::MAX || level <= LEVELS {
            continue;
        }
        let mut path = vec![index];
        while let Some(earlier) = path.last().map(|last| before[*last]).filter(|v| *v != usize::MAX)
        {
            path.push(earlier);
        }
        path.reverse();
        let message = format!(
            "menu `{}` is on level {level}; callers get lost beyond {LEVELS}: {}",
            site.name,
            subject.path(&path)
        );
        let finding = Diagnostic::new(&DEEP_MENU, site.span, message);
        findings.push(finding.help("move it up, or join two of the menus above it"));
    }
}

/// Whether every choice of a menu sets the language.
fn chooses_language(menu: &Menu) -> bool {
    let mut choices = menu.choices.iter();
    choices.all(|choice| choice.set.iter().any(|set| set.place == Place::CallLanguage))
}
