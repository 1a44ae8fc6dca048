//! Audio of adapters whose samples pass through the node.

use crate::telephony::kit::stage::{Played, Stage};
use crate::telephony::kit::verdict::Trouble;
use crate::telephony::remote::PCM;
use crate::time::Duration;

/// How long it is listened: the far side speaks for a second.
const LISTENS: Duration = Duration::from_millis(1_800);
/// The fewest frames of a second on a busy machine.
const FRAMES: usize = 40;
/// How many frames may come before their time.
const AHEAD: u64 = 15;
/// The bytes before the samples of a frame.
const HEAD: usize = 8;

/// A call of an adapter that sends samples: its leg, its number in frames, and the samples of a frame.
async fn talking(stage: &mut Stage) -> Played<(String, u32, usize)> {
    stage.meet().await?;
    stage.needs(stage.ability.media == PCM, PCM)?;
    let leg = stage.talk().await?;
    let number = stage.audio.get(&leg).copied().unwrap_or_default();
    let samples = if stage.ability.rate == Some(16_000) { 320 } else { 160 };
    Ok((leg, number, samples))
}

pub(super) async fn audio(stage: &mut Stage) -> Played {
    let (leg, number, samples) = talking(stage).await?;
    stage.frames.clear();
    stage.far(&leg, "speak", None).await?;
    stage.pause(LISTENS).await?;
    let mut next = None;
    for (_, frame) in &stage.frames {
        if frame.len() != HEAD + samples * 2 {
            let what = format!("a frame has {} bytes, not {}", frame.len(), HEAD + samples * 2);
            return Err(Trouble::broken(what));
        }
        let word = |at: usize| {
            let bytes = frame.get(at..).and_then(<[u8]>::first_chunk::<4>);
            bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes))
        };
        if word(0) != number {
            return Err(Trouble::broken(format!("a frame is of leg {}, not {number}", word(0))));
        }
        if next.is_some_and(|next| word(4) < next) {
            return Err(Trouble::broken("the timestamps of frames run back"));
        }
        next = Some(word(4) + u32::try_from(samples).unwrap_or(0));
    }
    let came = stage.frames.len();
    if came < FRAMES || is_flood(&stage.frames) {
        return Err(Trouble::broken(format!(
            "{came} frames came in {LISTENS} of a second of speech"
        )));
    }
    stage.hang_up(&leg).await
}

/// Whether more came than time passed: frames of silence may come too, in their time.
fn is_flood(frames: &[(crate::time::Instant, Vec<u8>)]) -> bool {
    let (Some((first, _)), Some((last, _))) = (frames.first(), frames.last()) else { return false };
    let time = last.since(*first).as_millis() / 20;
    u64::try_from(frames.len()).unwrap_or(u64::MAX) > time + AHEAD
}

pub(super) async fn noise(stage: &mut Stage) -> Played {
    let (leg, number, samples) = talking(stage).await?;
    let frame = |number: u32, bytes: usize| [&number.to_le_bytes()[..], &vec![0; bytes]].concat();
    let right = 4 + samples * 2;
    for bytes in [0, 1, 4, 5, right - 1, right + 1, 40_000] {
        stage.sound(frame(number, bytes));
    }
    stage.sound(Vec::new());
    for _ in 0..50 {
        stage.sound(frame(number, right));
        stage.sound(frame(number + 1, right));
        stage.pause(Duration::from_millis(20)).await?;
    }
    stage.hang_up(&leg).await?;
    // What comes for a leg that is over is dropped too.
    stage.sound(frame(number, right));
    stage.beat();
    stage.pause(Duration::from_millis(300)).await
}
