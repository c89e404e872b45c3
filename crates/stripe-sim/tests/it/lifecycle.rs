use std::net::TcpListener;

use awc::http::Method;
use mintage_stripe_sim::{Config, Secret, Sim};

use crate::test_sim::TestSim;

#[test]
fn a_simulator_starts_without_a_runtime_and_releases_its_port() {
    let running = Sim::start(Config::default()).expect("a loopback port is free");
    let address = running.api_url().trim_start_matches("http://").to_owned();
    assert!(TcpListener::bind(&address).is_err(), "the port is in use");
    running.stop();
    TcpListener::bind(&address).expect("the port is free");
}

#[test]
fn a_port_in_use_is_an_error() {
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
async fn the_same_seed_generates_the_same_ids() {
    let mut ids = Vec::new();
    for seed in [1, 1, 2] {
        let sim = TestSim::start(Config {
            seed: Some(seed),
            ..Config::default()
        });
        ids.push(sim.post("", "/v1/products", "name=a").await.id());
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[actix_web::test]
async fn the_control_plane_needs_its_token() {
    let sim = TestSim::start(Config::default());
    let other = format!("Bearer {}", Config::default().control_token.expose());
    for (method, path) in [
        (Method::GET, "/_sim/requests"),
        (Method::POST, "/_sim/faults"),
        (Method::DELETE, "/_sim/faults"),
        (Method::POST, "/_sim/clock"),
    ] {
        for headers in [&[][..], &[("Authorization", other.as_str())]] {
            let refused = sim.call(method.clone(), path, "", headers).await;
            assert_eq!(refused.status, 401, "{method} {path}");
        }
    }
    assert!(sim.list("requests").await.is_empty());
}

#[test]
fn a_configuration_prints_no_secret() {
    let mut config = Config::default();
    config.test.secret_key = Secret::new("sk_test_hidden");
    assert!(!format!("{config:?}").contains("hidden"));
}
