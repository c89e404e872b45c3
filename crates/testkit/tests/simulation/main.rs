//! Bad days, replayed from a seed.
//!
//! A few sellers open checkouts; Stripe's news of them is shuffled, repeated, delayed, dropped and
//! heard at once, while the store refuses, fails before or *after* it has committed, and the server
//! dies between deciding and committing. Then the weather clears: Stripe sends everything once more,
//! the sweeper runs, and every paid order has exactly one license, and no other has one.
//!
//! A failed run prints its seed; `run(seed)` replays it.

#![expect(
    clippy::unwrap_used,
    reason = "a simulation that cannot set its scene has failed"
)]

mod chaos;
mod dice;
mod faulty_store;
mod truth;
mod world;

use std::sync::atomic::Ordering;

use chaos::Weather;
use dice::Dice;
use world::World;

/// One bad day and its end; returns what happened in it.
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

/// Runs each seed, naming the one that fails, and returns what happened in all.
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

/// A simulation in which nothing goes wrong would prove nothing.
fn assert_everything_happened(weather: &Weather) {
    for (what, times) in weather.tallies() {
        let times = times.load(Ordering::Relaxed);
        assert!(times > 0, "in no run {what}: {weather:?}");
    }
}

#[test]
fn every_paid_order_has_one_license_however_its_news_is_interleaved() {
    assert_everything_happened(&run_all(0..600, chaos::interleaved));
}

#[test]
fn every_paid_order_has_one_license_though_threads_hear_its_news_at_once() {
    assert_everything_happened(&run_all(1_000..1_060, chaos::in_threads));
}

#[test]
fn a_seed_replays_the_same_day() {
    let day = |seed| format!("{:?}", run(seed, chaos::interleaved));
    for seed in 0..5 {
        assert_eq!(day(seed), day(seed), "seed {seed}");
    }
}
