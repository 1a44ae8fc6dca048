//! How a queue chooses agents, and its rings: from what is written to what they let in.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::flow::check;
use crate::flow::definition::{RingDefinition, RingStrategy};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::schema::{LevelsRaw, RingRaw, RingStepRaw, StrategyRaw};
use crate::flow::source::{Span, Spanned};

/// The highest level.
const LEVELS: u8 = 99;

/// How many agents `ring_all` rings for one caller at the same time, where the queue does not say.
const PARALLEL: u32 = 10;
/// The most agents that may be rung for one caller at the same time.
const MOST_PARALLEL: u32 = 50;

/// How agents are chosen.
pub(super) fn strategy(raw: &RingRaw, findings: &mut Vec<Diagnostic>) -> RingStrategy {
    if let Some(most) = &raw.max_parallel {
        if raw.strategy != Some(StrategyRaw::RingAll) {
            let wanted = "left out where `strategy` is not `ring_all`";
            findings.push(check::wrong_value("max_parallel", most.span, wanted));
        } else if !(1..=MOST_PARALLEL).contains(&most.value) {
            let range = format!("1 to {MOST_PARALLEL}");
            findings.push(check::out_of_range("max_parallel", most.span, &range));
        }
    }
    match raw.strategy {
        None | Some(StrategyRaw::LongestIdle) => RingStrategy::LongestIdle,
        Some(StrategyRaw::RoundRobin) => RingStrategy::RoundRobin,
        Some(StrategyRaw::FewestCalls) => RingStrategy::FewestCalls,
        Some(StrategyRaw::LeastTalk) => RingStrategy::LeastTalk,
        Some(StrategyRaw::Linear) => RingStrategy::Linear,
        Some(StrategyRaw::Random) => RingStrategy::Random,
        Some(StrategyRaw::Weighted) => RingStrategy::Weighted,
        Some(StrategyRaw::RingAll) => {
            let most = raw.max_parallel.as_ref().map_or(PARALLEL, |most| most.value);
            RingStrategy::RingAll { most: most.clamp(1, MOST_PARALLEL) }
        }
    }
}

/// The rings of a queue. Those that make no sense are left out and reported.
pub(super) fn rings(
    raw: &[Spanned<RingStepRaw>],
    findings: &mut Vec<Diagnostic>,
) -> Vec<RingDefinition> {
    let mut rings: Vec<RingDefinition> = Vec::new();
    let mut last: Option<Span> = None;
    let mut reached: BTreeSet<u8> = BTreeSet::new();
    let mut dropped: BTreeSet<Arc<str>> = BTreeSet::new();
    for ring in raw {
        let after = ring.value.after.0;
        if let (Some(before), Some(place)) = (rings.last(), last)
            && after <= before.after
        {
            findings.push(check::not_ascending(ring.span, place));
        }
        last = Some(ring.span);
        let levels = ring.value.levels.as_ref().map(|raw| levels(raw, findings));
        let levels = levels.unwrap_or_default();
        let drop_skills: BTreeSet<Arc<str>> =
            ring.value.drop_skills.iter().flatten().map(|skill| skill.as_str().into()).collect();
        let first = if after.is_zero() { BTreeSet::new() } else { BTreeSet::from([1]) };
        let known = |level: &u8| reached.contains(level) || first.contains(level);
        if levels.iter().all(known) && drop_skills.is_subset(&dropped) {
            findings.push(check::widens_nothing(ring.span));
        }
        reached.extend(&levels);
        dropped.extend(drop_skills.iter().cloned());
        rings.push(RingDefinition { after, levels, drop_skills });
    }
    rings
}

fn levels(raw: &Spanned<LevelsRaw>, findings: &mut Vec<Diagnostic>) -> BTreeSet<u8> {
    let texts: Vec<&str> = match &raw.value {
        LevelsRaw::Text(text) => vec![text],
        LevelsRaw::List(texts) => texts.iter().map(String::as_str).collect(),
    };
    let mut levels = BTreeSet::new();
    for text in texts {
        match range(text) {
            Some((first, last)) => levels.extend(first..=last),
            None => findings.push(check::no_levels(raw.span, text)),
        }
    }
    levels
}

/// `2` or `1..3`, both ends included.
fn range(text: &str) -> Option<(u8, u8)> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (1 <= first && first <= last && last <= LEVELS).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_numbers_and_ranges() {
        for (text, expected) in [
            ("1", Some((1, 1))),
            ("1..3", Some((1, 3))),
            (" 2 .. 99 ", Some((2, 99))),
            ("0", None),
            ("3..1", None),
            ("100", None),
            ("1...3", None),
            ("one", None),
            ("", None),
        ] {
            assert_eq!(range(text), expected, "{text}");
        }
    }
}
