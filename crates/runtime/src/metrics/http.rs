//! Requests, by route. Each route keeps its counters, so that a request costs a look-up and a few atomic
//! additions.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram};

use super::registry::Registry;
use super::table::{IN_FLIGHT, REQUEST_DURATION, REQUESTS};

/// The methods that have counters of their own. Any text can be a method, and labels must be bounded.
const METHODS: [&str; 8] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "other",
];

/// The classes of a status.
const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The requests of a server.
pub struct HttpMetrics {
    registry: Arc<Registry>,
    in_flight: Gauge,
    routes: RwLock<HashMap<String, Arc<Route>>>,
}

#[derive(Default)]
struct Route {
    methods: [OnceLock<Handles>; METHODS.len()],
}

struct Handles {
    statuses: [Counter; STATUSES.len()],
    duration: Histogram,
}

/// A request that is not answered yet.
pub struct InFlight<'a>(&'a Gauge);

impl HttpMetrics {
    pub(super) fn new(registry: Arc<Registry>) -> Self {
        let in_flight = registry.gauge(IN_FLIGHT, &[]);
        in_flight.set(0.0);
        Self {
            registry,
            in_flight,
            routes: RwLock::default(),
        }
    }

    /// Counts a request until the answer is dropped.
    pub fn begin(&self) -> InFlight<'_> {
        self.in_flight.increment(1.0);
        InFlight(&self.in_flight)
    }

    /// Counts an answer. `route` must be the pattern of a route, so that the routes are few.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        if !self.registry.is_on() {
            return;
        }
        let known = METHODS.iter().position(|known| *known == method);
        let number = known.unwrap_or(METHODS.len() - 1);
        let of_route = self.route(route);
        let (Some(method), Some(handles)) = (METHODS.get(number), of_route.methods.get(number))
        else {
            return;
        };
        let handles = handles.get_or_init(|| self.handles(method, route));
        let class = usize::from(status / 100).clamp(1, STATUSES.len()) - 1;
        if let Some(counter) = handles.statuses.get(class) {
            counter.increment(1);
        }
        handles.duration.record(took.as_secs_f64());
    }

    fn route(&self, route: &str) -> Arc<Route> {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = routes.get(route) {
            return Arc::clone(known);
        }
        drop(routes);
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(routes.entry(route.to_owned()).or_default())
    }

    fn handles(&self, method: &str, route: &str) -> Handles {
        let counter = |status| {
            let labels = [("method", method), ("route", route), ("status", status)];
            self.registry.counter(REQUESTS, &labels)
        };
        let labels = [("method", method), ("route", route)];
        Handles {
            statuses: STATUSES.map(counter),
            duration: self.registry.histogram(REQUEST_DURATION, &labels),
        }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}
