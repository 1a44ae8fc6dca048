//! Days of a call centre: whatever callers and agents do, every call ends once and nothing is left over.

use sambung::assemble;
use sambung::engine::{self, Pattern, Route, Routes};
use sambung::flow::{Facts, Format, Sources, compile};
use sambung::simulation::centre::{Day, Settings, Totals};

/// The shop with a route to it.
fn shop() -> engine::Settings {
    let yaml = include_bytes!("../flows/toko.yaml");
    let compiled = compile(&Sources::one("toko.yaml", yaml), &Facts::default());
    let report = compiled.diagnostics.render_all(Format::Human { color: false });
    assert!(!compiled.diagnostics.has_errors(), "{report}");
    let mut settings = assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars)
        .expect("the shop's hours make sense");
    let flow = compiled.flow().expect("the shop's flow").id.clone();
    settings.adapters = vec!["paper".into()];
    settings.routes = Routes::new(vec![Route { pattern: Pattern::Default, flow }]);
    settings
}

/// Lives through a day; `Err` shows where it broke.
fn day(seed: u64, settings: &Settings) -> Result<Totals, String> {
    Day::new(seed, settings, shop()).run().map_err(|failure| failure.to_string())
}

#[test]
fn a_day_ends_with_one_record_for_each_call() {
    let settings = Settings { calls: 60, agents: 4, ..Settings::default() };
    let mut sum = Totals::default();
    for seed in 1..=20 {
        let totals = day(seed, &settings).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(totals.offered, totals.refused + totals.records, "seed {seed}");
        sum.offered += totals.offered;
        sum.answered += totals.answered;
        sum.abandoned += totals.abandoned;
        sum.self_served += totals.self_served;
        sum.tickets += totals.tickets;
    }
    assert!(sum.offered >= 20 * 60, "everybody calls at least once");
    for (what, count) in [
        ("answered", sum.answered),
        ("abandoned", sum.abandoned),
        ("self-served", sum.self_served),
        ("tickets", sum.tickets),
    ] {
        assert!(count > 20, "only {count} {what} in twenty days");
    }
}

#[test]
fn the_same_seed_gives_the_same_day_and_another_seed_another() {
    let settings = Settings { calls: 20, agents: 2, ..Settings::default() };
    let [first, again, other] = [1, 1, 2].map(|seed| day(seed, &settings));
    assert_eq!(first, again);
    assert!(first.is_ok() && other.is_ok(), "{first:?} {other:?}");
    assert_ne!(first, other);
}
