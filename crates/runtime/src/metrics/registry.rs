//! The registry that holds the values, and writes them in Prometheus' text format.

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use super::table::{DELIVERY_AGE, Kind, MAIL_AGE, METRICS};

/// The upper bounds of the buckets of most histograms, in seconds.
const BUCKETS: [f64; 16] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    60.0,
];

/// Those of histograms of what may wait for hours.
const AGE_BUCKETS: [f64; 10] = [
    0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0, 28_800.0,
];

const METADATA: Metadata<'static> = Metadata::new("mintage", Level::INFO, None);

/// The values of all metrics of a server. A registry that is off holds none, and its counters count nothing.
pub(super) struct Registry(Option<On>);

struct On {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Registry {
    pub(super) fn on() -> Self {
        let of = |name: &str| Matcher::Full(name.to_owned());
        let builder = PrometheusBuilder::new()
            .set_buckets(&BUCKETS)
            .and_then(|it| it.set_buckets_for_metric(of(DELIVERY_AGE), &AGE_BUCKETS))
            .and_then(|it| it.set_buckets_for_metric(of(MAIL_AGE), &AGE_BUCKETS));
        let recorder = builder.unwrap_or_default().build_recorder();
        for metric in METRICS {
            let (name, help) = (metric.name.into(), metric.help.into());
            match metric.kind {
                Kind::Counter => recorder.describe_counter(name, None, help),
                Kind::Gauge => recorder.describe_gauge(name, None, help),
                Kind::Histogram => recorder.describe_histogram(name, None, help),
            }
        }
        let handle = recorder.handle();
        Self(Some(On { recorder, handle }))
    }

    pub(super) fn off() -> Self {
        Self(None)
    }

    pub(super) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn counter(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Counter {
        match &self.0 {
            Some(on) => on.recorder.register_counter(&key(name, labels), &METADATA),
            None => Counter::noop(),
        }
    }

    pub(super) fn gauge(&self, name: &'static str, labels: &[(&'static str, &str)]) -> Gauge {
        match &self.0 {
            Some(on) => on.recorder.register_gauge(&key(name, labels), &METADATA),
            None => Gauge::noop(),
        }
    }

    pub(super) fn histogram(
        &self,
        name: &'static str,
        labels: &[(&'static str, &str)],
    ) -> Histogram {
        match &self.0 {
            Some(on) => on
                .recorder
                .register_histogram(&key(name, labels), &METADATA),
            None => Histogram::noop(),
        }
    }

    /// Sorts the samples of histograms into their buckets, so that they do not pile up between renderings.
    pub(super) fn tidy(&self) {
        if let Some(on) = &self.0 {
            on.handle.run_upkeep();
        }
    }

    /// All values as text.
    pub(super) fn render(&self) -> String {
        self.0
            .as_ref()
            .map_or_else(String::new, |on| on.handle.render())
    }
}

fn key(name: &'static str, labels: &[(&'static str, &str)]) -> Key {
    let labels = labels.iter();
    let labels: Vec<Label> = labels
        .map(|(name, value)| Label::new(*name, (*value).to_owned()))
        .collect();
    Key::from_parts(name, labels)
}
