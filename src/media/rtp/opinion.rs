//! What a call sounds like to a human, estimated: the E-model of ITU-T G.107 (2015), simplified.
//!
//! R = 93.2 − Id − Ie,eff with the delay impairment of its narrow-band approximation,
//! Id = 0.024·d + 0.11·(d − 177.3)·H(d − 177.3), and Ie,eff = Ie + (95 − Ie)·Ppl / (Ppl + Bpl) of §7.5 for loss that is
//! random. Ie and Bpl of G.711 are those of ITU-T G.113 appendix I, with loss concealment; the appendix has none for
//! G.722 and Opus on this scale, and theirs are estimates of our own. MOS follows annex B.

use crate::media::codec::Codec;
use crate::time::Duration;

/// The mean opinion score, 1.0–4.5, of a stream that loses `loss` (0–1) of its packets and is `delay` old when heard.
#[must_use]
pub fn opinion(codec: Codec, loss: f64, delay: Duration) -> f64 {
    // Impairment of the codec itself, and how well it bears loss.
    let (impairment, robustness) = match codec {
        Codec::Pcmu | Codec::Pcma => (0.0, 25.1),
        Codec::G722 => (0.0, 19.0),
        Codec::Opus => (0.0, 22.0),
    };
    let percent = (loss * 100.0).clamp(0.0, 100.0);
    let effective = impairment + (95.0 - impairment) * percent / (percent + robustness);
    #[expect(clippy::cast_precision_loss, reason = "some seconds at most")]
    let d = (delay.as_micros().min(10_000_000) as f64) / 1_000.0;
    let late = 0.024 * d + 0.11 * (d - 177.3).max(0.0);
    let r = (93.2 - late - effective).clamp(0.0, 100.0);
    (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).clamp(1.0, 4.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_recommendation() {
        // (loss, delay in ms, MOS)
        for (loss, delay, expected) in [
            (0.0, 0, 4.41),
            (0.0, 100, 4.35),
            (0.01, 50, 4.28),
            (0.05, 50, 3.87),
            (0.0, 400, 3.00),
            (0.20, 150, 2.44),
            (1.0, 50, 1.15),
        ] {
            let mos = opinion(Codec::Pcmu, loss, Duration::from_millis(delay));
            assert!((mos - expected).abs() < 0.06, "{loss} {delay}: {mos:.2}");
        }
    }

    #[test]
    fn loss_and_delay_never_make_it_better() {
        for codec in [Codec::Pcma, Codec::G722, Codec::Opus] {
            let mut before = 5.0;
            for step in 0..50_u32 {
                let mos =
                    opinion(codec, f64::from(step) / 100.0, Duration::from_millis(step.into()));
                assert!(mos <= before && (1.0..=4.5).contains(&mos));
                before = mos;
            }
        }
    }
}
