//! Hours of a call centre in virtual time, from seeds: callers who lose patience, agents who come late, decline, do not
//! answer or vanish, words that arrive twice or never. After every step the queue's invariants hold and the history,
//! kept from outside, is without fault.
//!
//! A failure names its seed; `SEED=17 cargo test --test simulation` runs that one alone.

use std::env;
use std::thread;

use history::History;
use world::World;

#[path = "simulation/chance.rs"]
mod chance;
#[path = "simulation/faults.rs"]
mod faults;
#[path = "simulation/history.rs"]
mod history;
#[path = "simulation/people.rs"]
mod people;
#[path = "simulation/world.rs"]
mod world;

/// How many days are lived through.
const SEEDS: u64 = 200;

/// How many of the last lines a failure shows.
const SHOWN: usize = 40;

fn seeds() -> Vec<u64> {
    match env::var("SEED") {
        Ok(seed) => vec![seed.parse().expect("SEED is a number")],
        Err(_) => (0..SEEDS).collect(),
    }
}

/// Names the seed of a day whose end is a panic.
struct NamesSeed(u64);

impl Drop for NamesSeed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("this was seed {}", self.0);
        }
    }
}

/// Lives through one day; `Err` names the seed, the moment and the fault.
fn day(seed: u64) -> Result<World, String> {
    let _named = NamesSeed(seed);
    let mut world = World::new(seed);
    match world.run() {
        Ok(()) => Ok(world),
        Err(fault) => {
            let lines: Vec<_> = world.log.lines().collect();
            let tail = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
            Err(format!("seed {seed}, at {}: {fault}\n{tail}", world.now))
        }
    }
}

#[test]
fn no_day_loses_doubles_or_overtakes_a_caller() {
    let mut sum = [0; 5];
    let seeds = seeds();
    for &seed in &seeds {
        let world = day(seed).unwrap_or_else(|fault| panic!("{fault}"));
        let History { entered, connected, left, expired, unstaffed, .. } = world.history;
        for (sum, of_day) in sum.iter_mut().zip([entered, connected, left, expired, unstaffed]) {
            *sum += of_day;
        }
    }
    let [entered, connected, left, expired, unstaffed] = sum;
    println!(
        "{entered} entered: {connected} connected, {left} left, {expired} expired, {unstaffed} unstaffed"
    );
    assert_eq!(entered, connected + left + expired + unstaffed);
    let every_way = sum.iter().all(|&count| count > 0);
    assert!(every_way || seeds.len() == 1, "each way out of a queue is taken in some day");
}

#[test]
fn the_same_seed_gives_the_same_day() {
    for seed in [0, 1, 2] {
        let [first, second] = [day(seed), day(seed)].map(|world| world.map(|world| world.log));
        assert!(first == second, "seed {seed}");
    }
}
