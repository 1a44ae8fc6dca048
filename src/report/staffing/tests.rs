//! Known values, and the same values in another way.

use super::{Load, erlang_b, erlang_c, log_gamma, scheduled};
use crate::time::Duration;

fn load(patience: Option<u64>) -> Load {
    Load {
        calls: 360.0,
        per: Duration::from_mins(60),
        handle_time: Duration::from_secs(240),
        patience: patience.map(Duration::from_secs),
        target: Duration::from_secs(20),
    }
}

#[test]
fn the_known_examples_come_out() {
    let patient = load(None);
    assert!((patient.erlangs() - 24.0).abs() < 1e-12);
    for (agents, level) in [(28, "76"), (29, "84")] {
        let outlook = patient.outlook(agents).expect("it holds");
        assert_eq!(format!("{:.0}", 100.0 * outlook.level), level, "{agents}");
    }
    assert_eq!(patient.outlook(24), None, "the line grows without end");
    assert_eq!(patient.agents(0.8), Some(29));
    let impatient = load(Some(120)).outlook(24).expect("it always holds");
    assert_eq!(format!("{:.1}", 100.0 * impatient.abandoned), "9.5");
    // Textbook values: 10 erlang on 10 lines lose 21.5 %, on 15 lines 3.65 %; 10 on 12 agents wait in 44.9 % of cases.
    assert_eq!(format!("{:.4}", erlang_b(10.0, 10)), "0.2146");
    assert_eq!(format!("{:.4}", erlang_b(10.0, 15)), "0.0365");
    assert_eq!(format!("{:.3}", erlang_c(10.0, 12)), "0.449");
}

#[test]
fn endless_patience_is_erlang_c() {
    for agents in [25, 27, 30, 40] {
        let patient = load(None).outlook(agents).expect("it holds");
        let almost = load(Some(5_000_000)).outlook(agents).expect("it holds");
        assert!((patient.level - almost.level).abs() < 2e-3, "{agents}: {patient:?} {almost:?}");
        assert!((patient.wait - almost.wait).abs() < 0.05 * patient.wait + 0.1, "{agents}");
        assert!(almost.abandoned < 1e-3, "{agents}");
    }
}

/// The line as a chain of small steps of time, which knows no formula.
#[test]
fn a_small_line_stepped_through_time_agrees() {
    let (agents, rate, mu, theta) = (3_u32, 0.02, 1.0 / 120.0, 1.0 / 60.0);
    let load = Load {
        calls: rate * 3_600.0,
        per: Duration::from_mins(60),
        handle_time: Duration::from_secs(120),
        patience: Some(Duration::from_secs(60)),
        target: Duration::from_secs(20),
    };
    let outlook = load.outlook(agents).expect("it holds");
    // The steady state, by letting the chain run.
    let mut p = [0.0_f64; 40];
    p[0] = 1.0;
    let n = |k: usize| f64::from(u32::try_from(k).expect("small"));
    let death = |k: usize| n(k.min(3)) * mu + n(k.saturating_sub(3)) * theta;
    for _ in 0..400_000 {
        let mut next = p;
        for k in 0..39 {
            let (up, down) = (p[k] * rate * 0.1, p[k + 1] * death(k + 1) * 0.1);
            next[k] += down - up;
            next[k + 1] += up - down;
        }
        p = next;
    }
    let line: f64 = (3..40).map(|k| n(k - 3) * p[k]).sum();
    assert!((outlook.wait - line / rate).abs() < 1e-4, "{outlook:?} {}", line / rate);
    assert!((outlook.abandoned - line * theta / rate).abs() < 1e-6);
    // A newcomer who finds k others: their place in line, stepped until 20 s are over.
    let mut level = 0.0;
    for k in 0..39_usize {
        if k < 3 {
            level += p[k];
            continue;
        }
        let mut place = [0.0_f64; 40];
        place[k - 3] = 1.0;
        let (step, mut served) = (0.001, 0.0);
        for _ in 0..20_000 {
            let mut next = place;
            for (j, here) in place.iter().enumerate().take(k - 2) {
                let forward = here * (3.0 * mu + n(j) * theta) * step;
                next[j] -= forward + here * theta * step;
                if j == 0 { served += forward } else { next[j - 1] += forward }
            }
            place = next;
        }
        level += p[k] * served;
    }
    assert!((outlook.level - level).abs() < 1e-4, "{} {level}", outlook.level);
}

#[test]
fn more_agents_are_never_worse_and_the_fewest_are_found() {
    for patience in [None, Some(30), Some(120)] {
        let load = load(patience);
        let mut before = 0.0;
        for agents in 1..60 {
            let Some(outlook) = load.outlook(agents) else { continue };
            assert!(outlook.level >= before - 1e-9, "{patience:?} {agents}");
            before = outlook.level;
        }
        for share in [0.5, 0.8, 0.95] {
            let agents = load.agents(share).expect("enough");
            assert!(load.outlook(agents).is_some_and(|outlook| outlook.level >= share));
            assert!(load.outlook(agents - 1).is_none_or(|outlook| outlook.level < share));
        }
    }
}

#[test]
fn large_loads_stay_finite() {
    let load = Load { calls: 60_000.0, ..load(Some(180)) };
    let outlook = load.outlook(3_900).expect("4,000 erlang on 3,900 agents");
    assert!((0.02..0.04).contains(&outlook.abandoned), "{outlook:?}");
    assert!((0.0..=1.0).contains(&outlook.level) && outlook.occupancy <= 1.0, "{outlook:?}");
    assert!(load.agents(0.8).is_some());
    assert_eq!(Load { calls: 0.0, ..load }.outlook(1).map(|outlook| outlook.level), Some(1.0));
}

#[test]
fn the_roster_is_longer_than_the_room_is_full() {
    for (agents, shrinkage, roster) in [
        (29, 0.3, Some(42)),
        (7, 0.3, Some(10)),
        (10, 0.0, Some(10)),
        (1, 1.0, None),
        (1, -0.1, None),
    ] {
        assert_eq!(scheduled(agents, shrinkage), roster, "{agents} {shrinkage}");
    }
}

#[test]
fn the_gamma_function_is_that_of_factorials() {
    let mut log = 0.0;
    for n in 1..200_u32 {
        assert!((log_gamma(f64::from(n)) - log).abs() < 1e-9 * (1.0 + log), "{n}");
        log += f64::from(n).ln();
    }
}
