use std::collections::BTreeSet;

use super::*;

fn value(text: &str, series: &str) -> Option<f64> {
    let rest = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    rest.parse().ok()
}

#[test]
fn what_happens_is_counted_under_bounded_labels() {
    let metrics = Metrics::on();
    let took = Duration::from_millis(3);
    let (route, status) = ("/v1/licenses/{id}", 404);
    metrics.http.answered("GET", route, status, took);
    metrics.http.answered("GET", route, status, took);
    metrics.http.answered("BREW", "unmatched", 999, took);
    metrics.refused(Limited::Token);
    metrics.attempted_delivery(Some(DeliveryStatus::Leased));
    metrics.attempted_mail(None);
    let open = metrics.http.begin();
    let refused: Result<(), _> = Err(StripeError::AccountGone);
    metrics.called_stripe(Mode::Live, "price", &refused, Some(took));
    let open_circuit: Result<(), _> = Err(StripeError::Busy { retry_after: None });
    metrics.called_stripe(Mode::Live, "price", &open_circuit, None);
    let now = Timestamp::from_unix_seconds(1_800_000_000).expect("a time");
    metrics.worker_ran(Worker::Sweep, true, now);
    metrics.worker_ran(Worker::Sweep, false, now);
    let text = metrics.registry.render();
    for (series, expected) in [
        (
            "mintage_http_requests_total{method=\"GET\",route=\"/v1/licenses/{id}\",status=\"4xx\"}",
            2.0,
        ),
        (
            "mintage_http_requests_total{method=\"other\",route=\"unmatched\",status=\"5xx\"}",
            1.0,
        ),
        (
            "mintage_http_request_duration_seconds_bucket{method=\"GET\",route=\"/v1/licenses/{id}\",le=\"0.005\"}",
            2.0,
        ),
        ("mintage_http_requests_in_flight", 1.0),
        ("mintage_rate_limit_refusals_total{limit=\"token\"}", 1.0),
        ("mintage_rate_limit_refusals_total{limit=\"issue\"}", 0.0),
        ("mintage_delivery_attempts_total{result=\"retried\"}", 1.0),
        ("mintage_mail_attempts_total{result=\"error\"}", 1.0),
        (
            "mintage_stripe_calls_total{mode=\"live\",call=\"price\",result=\"refused\"}",
            1.0,
        ),
        (
            "mintage_stripe_calls_total{mode=\"live\",call=\"price\",result=\"circuit_open\"}",
            1.0,
        ),
        (
            "mintage_stripe_call_duration_seconds_count{mode=\"live\"}",
            1.0,
        ),
        (
            "mintage_worker_last_run_timestamp_seconds{worker=\"sweep\"}",
            1_800_000_000.0,
        ),
        ("mintage_worker_failures_total{worker=\"sweep\"}", 1.0),
    ] {
        let found = value(&text, series);
        assert!(
            found.is_some_and(|found| (found - expected).abs() < f64::EPSILON),
            "{series}: {found:?} in {text}"
        );
    }
    drop(open);
    let text = metrics.registry.render();
    assert_eq!(value(&text, "mintage_http_requests_in_flight"), Some(0.0));
}

#[test]
fn metrics_that_are_off_hold_nothing() {
    let metrics = Metrics::off();
    metrics.http.answered("GET", "/", 200, Duration::ZERO);
    metrics.refused(Limited::Token);
    assert_eq!(metrics.registry.render(), "");
}

/// What `promtool check metrics` complains about.
#[test]
fn the_names_follow_the_rules_of_prometheus() {
    let mut names = BTreeSet::new();
    for metric in METRICS {
        let name = metric.name;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        assert!(name.bytes().all(plain), "{name}");
        let is_counter = metric.kind == Kind::Counter;
        assert_eq!(name.ends_with("_total"), is_counter, "{name}");
        if metric.kind == Kind::Histogram {
            assert!(name.ends_with("_seconds"), "{name}");
        }
        for wrong in [
            "_count",
            "_sum",
            "_bucket",
            "milliseconds",
            "_ms",
            "_minutes",
            "kilobytes",
        ] {
            assert!(!name.ends_with(wrong), "{name}");
        }
        for kind in ["counter", "gauge", "histogram", "summary"] {
            assert!(!name.contains(kind), "{name}");
        }
        assert!(
            !metric.help.is_empty() && !metric.help.ends_with('.'),
            "{name}"
        );
        for label in metric.labels {
            assert!(
                !["le", "quantile", "tenant", "job", "instance"].contains(label),
                "{name}"
            );
        }
        assert!(names.insert(name), "{name} is there twice");
    }
}
