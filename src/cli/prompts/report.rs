//! What `sambung prompts build` tells: one line per sound that needs a person's eye, and a sum.

use std::io::{self, Write};

use super::plan::{Plan, State};
use crate::call::SoundId;

/// Tells what was made and what needs attention.
pub(super) fn built(
    plan: &Plan,
    made: &[SoundId],
    removed: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    lines("rendered", made, out)?;
    attention(plan, out)?;
    lines(if removed { "removed" } else { "unused" }, &plan.unused, out)?;
    let count = |state| plan.sounds_in(&[state]).count();
    let recorded = count(State::Recorded) + count(State::Outdated);
    writeln!(
        out,
        "{} rendered, {} up to date, {recorded} recorded by a person",
        made.len(),
        count(State::Fresh)
    )
}

/// Tells what would be made, and what needs attention. Nothing was changed.
pub(super) fn checked(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    lines("missing", plan.sounds_in(&[State::Missing]), out)?;
    lines("stale", plan.sounds_in(&[State::Stale]), out)?;
    attention(plan, out)?;
    lines("unused", &plan.unused, out)?;
    let count = |state| plan.sounds_in(&[state]).count();
    let (missing, stale) = (count(State::Missing), count(State::Stale));
    writeln!(out, "{missing} missing, {stale} stale, {} in all", plan.states.len())
}

/// Names recordings whose words have changed: they are never overwritten, so a person must decide.
fn attention(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    for sound in plan.sounds_in(&[State::Outdated]) {
        writeln!(
            out,
            "outdated {sound}: recorded when its words were others; record it anew, or delete it to have it rendered"
        )?;
    }
    Ok(())
}

fn lines<'a>(
    word: &str,
    sounds: impl IntoIterator<Item = &'a SoundId>,
    out: &mut impl Write,
) -> io::Result<()> {
    sounds.into_iter().try_for_each(|sound| writeln!(out, "{word} {sound}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn plan() -> Plan {
        let states = [
            ("id/halo/bye.wav", State::Outdated),
            ("id/halo/hello.wav", State::Missing),
            ("id/halo/menu.wav", State::Stale),
            ("id/halo/no.wav", State::Fresh),
            ("id/halo/yes.wav", State::Recorded),
        ];
        let states: BTreeMap<SoundId, State> =
            states.into_iter().map(|(sound, state)| (SoundId::from(sound), state)).collect();
        Plan { states, unused: vec![SoundId::from("id/halo/old.wav")] }
    }

    fn told(tell: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        tell(&mut out).expect("memory takes it");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_build_tells_what_it_made() {
        let plan = plan();
        let made = [SoundId::from("id/halo/hello.wav"), SoundId::from("id/halo/menu.wav")];
        insta::assert_snapshot!(told(|out| built(&plan, &made, false, out)), @r"
        rendered id/halo/hello.wav
        rendered id/halo/menu.wav
        outdated id/halo/bye.wav: recorded when its words were others; record it anew, or delete it to have it rendered
        unused id/halo/old.wav
        2 rendered, 1 up to date, 2 recorded by a person
        ");
    }

    #[test]
    fn a_check_tells_what_is_due() {
        insta::assert_snapshot!(told(|out| checked(&plan(), out)), @r"
        missing id/halo/hello.wav
        stale id/halo/menu.wav
        outdated id/halo/bye.wav: recorded when its words were others; record it anew, or delete it to have it rendered
        unused id/halo/old.wav
        1 missing, 1 stale, 5 in all
        ");
    }
}
