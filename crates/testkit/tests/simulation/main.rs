//! Simulated failures, replayed from a seed.
//!
//! A few sellers open checkouts. Stripe's events of these are shuffled, repeated, delayed, dropped
//! and received at the same time, while the store refuses, fails before or *after* a commit, and
//! the process dies between deciding and committing. Then the failures end: Stripe sends every
//! event once more, the sweeper runs, and every paid order has exactly one license, and no other
//! order has one.
//!
//! A failed run prints its seed; `run(seed)` replays it.
//!
//! The module `life` compares the whole life of sales with the orderly run.

#![expect(
    clippy::unwrap_used,
    reason = "a simulation that cannot set its scene has failed"
)]

mod chaos;
mod dice;
mod faulty_store;
mod life;
mod truth;
mod world;

use std::sync::atomic::Ordering;

use chaos::Weather;
use dice::Dice;
use world::World;

/// Runs one seed; returns the counts of what happened.
fn run(seed: u64, storm: impl FnOnce(&World, &Weather, &Dice)) -> Weather {
    let dice = Dice::new(seed);
    let weather = Weather::default();
    let world = World::new(seed, &dice, &weather);
    storm(&world, &weather, &dice);
    chaos::clear_up(&world, &dice);
    truth::check(&world);
    chaos::send_everything_again(&world, &weather, &dice);
    truth::check(&world);
    weather
}

/// Runs each seed, names the one that fails, and returns all counts.
fn run_all(seeds: std::ops::Range<u64>, storm: fn(&World, &Weather, &Dice)) -> Weather {
    let all = Weather::default();
    for seed in seeds {
        let Ok(day) = std::panic::catch_unwind(|| run(seed, storm)) else {
            panic!("seed {seed} failed; the reason stands above");
        };
        all.add(&day);
    }
    all
}

/// A simulation without failures would prove nothing.
fn assert_everything_happened(weather: &Weather) {
    for (what, times) in weather.tallies() {
        let times = times.load(Ordering::Relaxed);
        assert!(times > 0, "in no run {what}: {weather:?}");
    }
}

#[test]
fn every_paid_order_has_one_license_however_its_events_are_interleaved() {
    assert_everything_happened(&run_all(0..600, chaos::interleaved));
}

#[test]
fn every_paid_order_has_one_license_though_threads_receive_its_events_at_once() {
    assert_everything_happened(&run_all(1_000..1_060, chaos::in_threads));
}

#[test]
fn a_seed_replays_the_same_day() {
    let day = |seed| format!("{:?}", run(seed, chaos::interleaved));
    for seed in 0..5 {
        assert_eq!(day(seed), day(seed), "seed {seed}");
    }
}

/// `INTERLEAVINGS` sets the number of cases.
#[test]
fn any_interleaving_of_the_events_of_sales_ends_as_the_orderly_run() {
    life::run_all();
}
