//! The conditions of the corpus: what must be taken, what must be refused, what is only told.

use sambung::media::Law;

use crate::recipe::{Demand, Deviation, Recipe};

/// Every condition.
pub(crate) fn conditions() -> Vec<Recipe> {
    [taken(), rough(), mixed(), refused(), told(), strange(), refused_too(), own()].concat()
}

/// One thing at its limit, everything else ordinary.
fn taken() -> Vec<Recipe> {
    let plain = Recipe::plain;
    let short = (40.0, 40.0);
    vec![
        plain("ordinary keys"),
        Recipe { on_ms: short, off_ms: short, ..plain("40 ms on, 40 ms off") },
        Recipe { on_ms: (300.0, 2_000.0), ..plain("long keys") },
        Recipe { deviation: Deviation::Exactly(0.015), ..plain("±1.5 % on both tones") },
        Recipe { deviation: Deviation::Exactly(0.015), on_ms: short, ..plain("±1.5 %, 40 ms") },
        Recipe { twist_db: (-8.0, -8.0), ..plain("twist −8 dB") },
        Recipe { twist_db: (4.0, 4.0), ..plain("twist +4 dB") },
        Recipe { twist_db: (-8.0, -8.0), on_ms: short, ..plain("twist −8 dB, 40 ms") },
        Recipe { twist_db: (4.0, 4.0), on_ms: short, ..plain("twist +4 dB, 40 ms") },
        Recipe { level_dbm0: (0.0, 0.0), ..plain("0 dBm0 a tone, clipped") },
        Recipe { level_dbm0: (-25.0, -25.0), ..plain("−25 dBm0 a tone") },
        Recipe {
            gap_ms: Some((1.0, 10.0)), on_ms: (80.0, 160.0), ..plain("interrupted ≤ 10 ms")
        },
        Recipe {
            gap_ms: Some((1.0, 10.0)),
            anew: true,
            on_ms: (80.0, 160.0),
            ..plain("interrupted, begun anew")
        },
        Recipe { ramp_ms: (3.0, 6.0), on_ms: (46.0, 120.0), ..plain("soft edges") },
        Recipe { step_db: -6.0, on_ms: (80.0, 160.0), ..plain("a step of −6 dB") },
        Recipe { step_db: -12.0, on_ms: (100.0, 160.0), ..plain("a step of −12 dB") },
        Recipe { step_db: 8.0, on_ms: (80.0, 160.0), ..plain("a step of +8 dB") },
    ]
}

/// Bad lines.
fn rough() -> Vec<Recipe> {
    let plain = Recipe::plain;
    let short = (40.0, 40.0);
    vec![
        Recipe { noise_db: Some(15.0), ..plain("noise 15 dB") },
        Recipe { noise_db: Some(15.0), on_ms: short, off_ms: short, ..plain("noise 15 dB, 40 ms") },
        Recipe { dial_db: Some(6.0), ..plain("dial tone 6 dB under") },
        Recipe { dial_db: Some(6.0), on_ms: short, ..plain("dial tone 6 dB under, 40 ms") },
        Recipe { echo_db: Some((10.0, 20.0)), ..plain("prompt 10–20 dB under") },
        Recipe { echo_db: Some((6.0, 6.0)), least: 90.0, ..plain("prompt 6 dB under") },
        Recipe { law: Some(Law::Mu), ..plain("µ-law") },
        Recipe { law: Some(Law::A), ..plain("A-law") },
        Recipe { law: Some(Law::A), level_dbm0: (-25.0, -25.0), ..plain("A-law, −25 dBm0") },
        Recipe { direct: 0.05, hum_dbm0: Some(-30.0), ..plain("offset and hum") },
        Recipe { hum_dbm0: Some(-15.0), level_dbm0: (-15.0, -5.0), ..plain("loud hum") },
        Recipe { loss: 0.01, ..plain("1 % lost") },
        Recipe { loss: 0.05, on_ms: (60.0, 120.0), ..plain("5 % lost, 60 ms") },
    ]
}

/// Several things at their limits at once.
fn mixed() -> Vec<Recipe> {
    let all = Recipe {
        deviation: Deviation::Within(0.015),
        twist_db: (-8.0, 4.0),
        law: Some(Law::Mu),
        ..Recipe::plain("anything allowed, µ-law")
    };
    let noisy =
        Recipe { noise_db: Some(15.0), name: "anything allowed, noise 15 dB", ..all.clone() };
    let dial = Recipe { dial_db: Some(10.0), name: "anything allowed, dial tone", ..all.clone() };
    let echo = Recipe {
        echo_db: Some((12.0, 12.0)),
        on_ms: (60.0, 120.0),
        least: 97.0,
        name: "anything allowed, prompt 12 dB",
        ..all.clone()
    };
    vec![all, noisy, dial, echo]
}

/// What is no key.
fn refused() -> Vec<Recipe> {
    let plain = |name| Recipe { demand: Demand::Refused, ..Recipe::plain(name) };
    let beyond = Deviation::Beyond(0.035, 0.045);
    let noise_db = Some(15.0);
    vec![
        Recipe { deviation: beyond, ..plain("beyond ±3.5 %") },
        Recipe { deviation: beyond, noise_db, ..plain("beyond ±3.5 %, noise 15 dB") },
        Recipe { deviation: Deviation::Exactly(0.035), ..plain("both by 3.5 %") },
        Recipe { deviation: Deviation::Beyond(0.045, 0.06), ..plain("beyond ±4.5 %") },
        Recipe { on_ms: (23.0, 23.0), ..plain("23 ms") },
        Recipe { on_ms: (23.0, 23.0), noise_db, ..plain("23 ms, noise 15 dB") },
        Recipe { on_ms: (5.0, 22.0), off_ms: (40.0, 60.0), ..plain("under 23 ms") },
        Recipe { level_dbm0: (-55.0, -55.0), ..plain("−55 dBm0") },
        Recipe { level_dbm0: (-55.0, -55.0), law: Some(Law::A), ..plain("−55 dBm0, A-law") },
        Recipe { single: true, ..plain("one tone alone") },
        Recipe { single: true, noise_db, ..plain("one tone alone, noise 15 dB") },
    ]
}

/// What telephones and lines do that no standard tells of.
fn strange() -> Vec<Recipe> {
    let plain = |name| Recipe {
        deviation: Deviation::Within(0.015),
        twist_db: (-8.0, 4.0),
        ..Recipe::plain(name)
    };
    let even = (-3.0, 3.0);
    vec![
        Recipe { on_ms: (40.0, 43.0), off_ms: (40.0, 43.0), ..plain("twelve keys a second") },
        Recipe { jump: 0.3, on_ms: (60.0, 120.0), least: 99.0, ..plain("a jump of the phases") },
        Recipe { ramp_ms: (5.0, 10.0), on_ms: (60.0, 120.0), ..plain("slow edges") },
        Recipe { tremble: 0.3, ..plain("a trembling level") },
        Recipe { flutter: 0.005, ..plain("trembling frequencies") },
        Recipe { octave: 0.1, ..plain("octaves 20 dB under") },
        Recipe {
            clip: 0.35,
            least: 97.0,
            level_dbm0: (-6.0, 0.0),
            twist_db: even,
            ..plain("cut off at a third")
        },
        Recipe { direct: -0.18, level_dbm0: (-20.0, -6.0), ..plain("a large offset") },
        Recipe { comfort_dbm0: Some(-45.0), ..plain("comfort noise") },
        Recipe { clicks: 0.000_2, least: 97.0, ..plain("clicks") },
        Recipe { bits: 8, ..plain("8 bits") },
        Recipe { level_dbm0: (3.0, 3.0), ..plain("+3 dBm0 a tone, clipped") },
        Recipe { level_dbm0: (-30.0, -30.0), law: Some(Law::Mu), ..plain("−30 dBm0, µ-law") },
        Recipe { dial_db: Some(6.0), noise_db: Some(20.0), ..plain("dial tone and noise") },
        Recipe {
            loss: 0.03, on_ms: (50.0, 120.0), law: Some(Law::Mu), ..plain("3 % lost, µ-law")
        },
    ]
}

/// More that is no key.
fn refused_too() -> Vec<Recipe> {
    let plain = |name| Recipe { demand: Demand::Refused, ..Recipe::plain(name) };
    let (on_ms, beyond) = ((23.0, 23.0), Deviation::Beyond(0.035, 0.045));
    vec![
        Recipe { on_ms, dial_db: Some(6.0), ..plain("23 ms, dial tone") },
        Recipe { on_ms, octave: 0.1, direct: 0.03, ..plain("23 ms, octaves and offset") },
        Recipe { on_ms, comfort_dbm0: Some(-40.0), ..plain("23 ms, comfort noise") },
        Recipe { deviation: beyond, dial_db: Some(6.0), ..plain("beyond ±3.5 %, dial tone") },
    ]
}

/// Beneath our own prompt, which comes back from the line.
fn own() -> Vec<Recipe> {
    let plain = |name| Recipe { own: true, ..Recipe::plain(name) };
    let echo_db = Some((6.0, 6.0));
    vec![
        Recipe { echo_db, ..plain("own prompt 6 dB under") },
        Recipe { echo_db, on_ms: (40.0, 40.0), least: 99.0, ..plain("own prompt, 40 ms") },
        Recipe {
            echo_db,
            law: Some(Law::A),
            noise_db: Some(20.0),
            ..plain("own prompt, A-law, noise")
        },
        Recipe { echo_db: Some((0.0, 0.0)), least: 97.0, ..plain("own prompt as loud") },
    ]
}

/// What nobody asks for.
fn told() -> Vec<Recipe> {
    let plain = |name| Recipe { demand: Demand::Told, ..Recipe::plain(name) };
    vec![
        Recipe { level_dbm0: (-36.0, -36.0), ..plain("−36 dBm0 a tone") },
        Recipe { deviation: Deviation::Exactly(0.02), ..plain("±2 %") },
        Recipe { deviation: Deviation::Exactly(0.03), ..plain("±3 %") },
        Recipe { on_ms: (30.0, 30.0), ..plain("30 ms") },
        Recipe { gap_ms: Some((10.0, 10.0)), on_ms: (50.0, 80.0), ..plain("10 ms out of 50–80") },
        Recipe { off_ms: (20.0, 20.0), ..plain("pauses of 20 ms") },
        Recipe { off_ms: (0.0, 0.0), on_ms: (60.0, 120.0), ..plain("no pauses") },
        Recipe { noise_db: Some(6.0), ..plain("noise 6 dB") },
        Recipe { echo_db: Some((0.0, 0.0)), ..plain("prompt as loud") },
    ]
}
