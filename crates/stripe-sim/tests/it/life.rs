use std::net::TcpListener;

use mintage_stripe_sim::{Config, Secret, Sim};

use crate::bench::Bench;

#[test]
fn a_simulator_starts_without_a_runtime_and_gives_its_port_back_when_stopped() {
    let running = Sim::start(Config::default()).expect("a loopback port is free");
    let address = running.api_url().trim_start_matches("http://").to_owned();
    assert!(TcpListener::bind(&address).is_err(), "it listens");
    running.stop();
    TcpListener::bind(&address).expect("it has stopped");
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let running = Sim::start(Config::default()).expect("a loopback port is free");
    let listen = running
        .api_url()
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let second = Sim::start(Config {
        listen,
        ..Config::default()
    });
    assert!(second.is_err());
}

#[actix_web::test]
async fn the_same_seed_makes_the_same_ids() {
    let mut ids = Vec::new();
    for seed in [1, 1, 2] {
        let bench = Bench::start(Config {
            seed: Some(seed),
            ..Config::default()
        });
        ids.push(bench.post("", "/v1/products", "name=a").await.id());
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[test]
fn a_configuration_prints_no_secret() {
    let mut config = Config::default();
    config.test.secret_key = Secret::new("sk_test_hidden");
    assert!(!format!("{config:?}").contains("hidden"));
}
