//! The metrics, read as strictly as Prometheus and `promtool check metrics` do.

use std::collections::{BTreeMap, BTreeSet};

use mintage_runtime::metrics::METRICS;

use crate::harness::{Request, Seller, Stage};

/// A family of the exposition: its kind, its help, and its samples by name and labels.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    help: String,
    samples: BTreeMap<(String, BTreeMap<String, String>), f64>,
}

/// Reads the text format, and refuses what Prometheus refuses.
fn parse(text: &str) -> BTreeMap<String, Family> {
    assert!(text.ends_with('\n'), "the last line must end");
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("HELP has a text");
            let family = families.entry(name.to_owned()).or_default();
            assert!(family.help.is_empty(), "{name} has HELP twice");
            help.clone_into(&mut family.help);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("TYPE has a kind");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            let family = families.entry(name.to_owned()).or_default();
            assert!(
                family.kind.is_empty() && family.samples.is_empty(),
                "{line}"
            );
            kind.clone_into(&mut family.kind);
            name.clone_into(&mut current);
        } else {
            assert!(!line.starts_with('#'), "{line}");
            let (name, labels, value) = sample(line);
            let family = families.get_mut(&current).expect("TYPE comes first");
            let ends: &[&str] = match family.kind.as_str() {
                "histogram" => &["_bucket", "_sum", "_count"],
                _ => &[""],
            };
            let is_own = ends.iter().any(|end| name == format!("{current}{end}"));
            assert!(is_own, "{name} stands below {current}");
            let before = family.samples.insert((name, labels), value);
            assert_eq!(before, None, "twice: {line}");
        }
    }
    families
}

fn sample(line: &str) -> (String, BTreeMap<String, String>, f64) {
    let (series, value) = line.rsplit_once(' ').expect("a value");
    let value = match value {
        "+Inf" => f64::INFINITY,
        value => value.parse().expect("a number"),
    };
    let Some((name, rest)) = series.split_once('{') else {
        return (series.to_owned(), BTreeMap::new(), value);
    };
    let mut labels = BTreeMap::new();
    let mut rest = rest.strip_suffix('}').expect("a closing brace");
    while !rest.is_empty() {
        let (label, after) = rest.split_once("=\"").expect("a quoted value");
        let (text, after) = after.split_once('"').expect("an end of the value");
        assert!(!text.contains('\\'), "no value needs an escape: {line}");
        assert_eq!(
            labels.insert(label.to_owned(), text.to_owned()),
            None,
            "{line}"
        );
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    (name.to_owned(), labels, value)
}

/// What `promtool check metrics` complains about, and that histograms are consistent.
fn check(name: &str, family: &Family) {
    let Family {
        kind,
        help,
        samples,
    } = family;
    assert!(
        !help.is_empty() && !kind.is_empty() && !samples.is_empty(),
        "{name}"
    );
    assert_eq!(name.ends_with("_total"), kind == "counter", "{name}");
    for ((_, labels), value) in samples {
        let named = |label: &String| {
            label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        assert!(labels.keys().all(named), "{name}: {labels:?}");
        assert!(*value >= 0.0, "{name}");
        assert!(kind == "histogram" || !labels.contains_key("le"), "{name}");
    }
    if kind == "histogram" {
        check_histogram(name, samples);
    }
}

fn check_histogram(name: &str, samples: &BTreeMap<(String, BTreeMap<String, String>), f64>) {
    let mut buckets: BTreeMap<BTreeMap<String, String>, Vec<(f64, f64)>> = BTreeMap::new();
    for ((sample, labels), value) in samples {
        if sample.ends_with("_bucket") {
            let mut labels = labels.clone();
            let le = labels.remove("le").expect("le");
            let le = if le == "+Inf" {
                f64::INFINITY
            } else {
                le.parse().expect("a bound")
            };
            buckets.entry(labels).or_default().push((le, *value));
        }
    }
    assert!(!buckets.is_empty(), "{name}");
    for (labels, mut of_labels) in buckets {
        of_labels.sort_by(|a, b| a.0.total_cmp(&b.0));
        let grows = of_labels.windows(2).all(|pair| pair[0].1 <= pair[1].1);
        assert!(grows, "{name}: {of_labels:?}");
        let (last, count) = of_labels[of_labels.len() - 1];
        assert!(last.is_infinite(), "{name}");
        let total = samples[&(format!("{name}_count"), labels.clone())];
        assert!((total - count).abs() < f64::EPSILON, "{name}");
        assert!(
            samples.contains_key(&(format!("{name}_sum"), labels)),
            "{name}"
        );
    }
}

const ON: (&str, &str) = ("MINTAGE_METRICS_LISTEN", "127.0.0.1:0");

#[test]
fn the_exposition_holds_every_metric_and_no_fault() {
    let stage = Stage::with(&[ON]);
    let mut seller = Seller::new(&stage, "secret-shop");
    seller.connect("sandbox");
    seller.manage(Request::get("/v1/products")).expect(200);
    stage
        .api
        .send(&Request::get("/v1/nothing-of-this-name"))
        .expect(404);
    stage
        .api
        .send(&Request::get("/v1/licenses/lic_x"))
        .expect(401);
    let answer = stage.metrics().call(&Request::get("/metrics"));
    assert_eq!(answer.status, 200);
    let content_type = answer.header("content-type");
    assert_eq!(
        content_type,
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    let text = answer.text();
    let families = parse(text);
    for (name, family) in &families {
        check(name, family);
    }
    // Deliveries and mails have had no first attempt, and the workers may not have run yet.
    let late = [
        "mintage_delivery_age_seconds",
        "mintage_mail_age_seconds",
        "mintage_worker_last_run_timestamp_seconds",
    ];
    for metric in METRICS {
        let Some(family) = families.get(metric.name) else {
            assert!(late.contains(&metric.name), "{} is missing", metric.name);
            continue;
        };
        assert_eq!(family.kind, metric.kind.as_str(), "{}", metric.name);
        assert_eq!(family.help, metric.help, "{}", metric.name);
        for (_, labels) in family.samples.keys() {
            let mut names: BTreeSet<&str> = labels.keys().map(String::as_str).collect();
            names.remove("le");
            let declared = metric.labels.iter().copied().collect();
            assert_eq!(names, declared, "{}", metric.name);
        }
    }
    let known: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
    let unknown: Vec<&String> = families
        .keys()
        .filter(|name| !known.contains(name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?} are in no table");
    let requests = &families["mintage_http_requests_total"].samples;
    let count = |method: &str, route: &str, status: &str| {
        let labels = [("method", method), ("route", route), ("status", status)];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let series = (
            "mintage_http_requests_total".to_owned(),
            BTreeMap::from(labels),
        );
        requests.get(&series).copied()
    };
    assert_eq!(count("GET", "/v1/products", "2xx"), Some(1.0));
    assert_eq!(count("GET", "unmatched", "4xx"), Some(1.0));
    assert_eq!(count("GET", "/v1/licenses/{id}", "4xx"), Some(1.0));
    for private in [
        "secret-shop",
        "lic_x",
        "nothing-of-this-name",
        "acct_",
        "127.0.0.1",
    ] {
        assert!(!text.contains(private), "{private} is in the metrics");
    }
}

#[test]
fn metrics_are_on_their_own_listener_only_and_off_by_default() {
    let stage = Stage::with(&[ON]);
    stage.api.send(&Request::get("/metrics")).expect(404);
    let metrics = stage.metrics();
    assert_eq!(metrics.call(&Request::get("/v1/products")).status, 404);
    assert_eq!(metrics.call(&Request::post("/metrics")).status, 405);
}
