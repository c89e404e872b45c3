//! Floors and rooms: which module may use which.

use std::collections::BTreeSet;

use crate::graph::{Arrows, Module, arrows, circles};
use crate::source::{crate_names, sources};

/// The modules of each floor, from the lowest floor to the highest.
type Floors = &'static [&'static [&'static str]];

/// The rooms of a floor, each with the rooms that it may use.
type Rooms = &'static [(&'static str, &'static [&'static str])];

/// The floors of each crate that has any, from the lowest to the highest. A module uses its own
/// floor and those below; the crate's root may use all.
const FLOORS: [(&str, Floors); 8] = [
    (
        "domain",
        &[
            &["base"],
            &["model"],
            &["commit"],
            &["serde_impls"],
            &["ports"],
            &["usecase"],
        ],
    ),
    (
        "runtime",
        &[
            &["answer", "crash", "mail_body", "metrics", "state", "system"],
            &["app"],
            &["blocking"],
            &[
                "api_keys",
                "background",
                "catalog",
                "outbound",
                "rate_limit",
                "settle",
            ],
            &["problem"],
        ],
    ),
    (
        "api",
        &[
            &[
                "body",
                "connection",
                "csv",
                "endpoint",
                "error",
                "json",
                "limits",
            ],
            &["auth", "layers", "mount", "schema"],
            &["openapi", "request", "views"],
            &["routes"],
        ],
    ),
    (
        "web",
        &[
            &["accept", "page"],
            &[
                "assets", "buy", "connect", "docs", "errors", "home", "thanks",
            ],
            &["endpoint"],
        ],
    ),
    (
        "app",
        &[&["config", "description"], &["server", "wire"], &["cli"]],
    ),
    (
        "demo",
        &[
            &["interrupt", "receiver", "step_error"],
            &["report", "wait"],
            &["client"],
            &["server"],
            &["stack", "steps"],
            &["dev", "scenario"],
            &["demo"],
        ],
    ),
    (
        "bench",
        &[
            &["clock", "error", "stats"],
            &["http", "machine", "process"],
            &["load"],
            &["data"],
            &["cases"],
            &["report", "yardstick"],
            &["rig"],
            &["modes"],
            &["cli"],
        ],
    ),
    (
        "stripe-sim",
        &[
            &["base"],
            &["params"],
            &["model"],
            &["engine"],
            &["resources"],
            &["wire"],
            &["platform"],
            &["control", "pages"],
            &["server"],
        ],
    ),
];

/// The rooms that a room of the domain may use on its own floor, besides itself.
const ROOMS: [(&str, Rooms); 2] = [
    (
        "model",
        &[
            ("sellers", &[]),
            ("stripe", &["sales"]),
            ("access", &[]),
            ("licenses", &["stripe"]),
            ("catalog", &["licenses"]),
            ("sales", &["catalog", "licenses", "stripe"]),
            ("outbox", &["licenses", "sales"]),
        ],
    ),
    (
        "usecase",
        &[
            ("sellers", &["catalog", "sales", "stripe"]),
            ("access", &[]),
            ("catalog", &[]),
            ("outbox", &[]),
            ("licenses", &["catalog", "outbox"]),
            ("sales", &["catalog", "licenses", "stripe"]),
            ("stripe", &["catalog", "licenses", "outbox"]),
        ],
    ),
];

fn arrows_of(krate: &str) -> Arrows {
    let found = arrows(&sources(krate));
    assert!(!found.is_empty(), "crates/{krate} has no modules");
    found
}

fn shown(module: &Module) -> String {
    module.join("::")
}

#[test]
fn no_module_is_part_of_a_circle() {
    let mut wrong = Vec::new();
    for krate in crate_names() {
        for circle in circles(&arrows_of(&krate)) {
            let circle: Vec<String> = circle.iter().map(shown).collect();
            wrong.push(format!("{krate}: {}", circle.join(", ")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_floor_uses_one_above_it() {
    let mut wrong = Vec::new();
    for (krate, floors) in FLOORS {
        let height = |module: &Module| {
            let first = module.first()?;
            let floor = floors.iter().position(|floor| floor.contains(&&**first));
            Some(floor.unwrap_or_else(|| panic!("{krate}: {first} is on no floor")))
        };
        for (module, targets) in arrows_of(krate) {
            for target in targets {
                if let (Some(from), Some(to)) = (height(&module), height(&target))
                    && to > from
                {
                    wrong.push(format!("{krate}: {} -> {}", shown(&module), shown(&target)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "upward: {wrong:#?}");
}

#[test]
fn a_room_uses_only_the_rooms_that_the_table_allows() {
    let found = arrows_of("domain");
    let mut wrong = BTreeSet::new();
    for (floor, rooms) in ROOMS {
        for (module, targets) in &found {
            for target in targets {
                let ([on, from, ..], [at, to, ..]) = (&module[..], &target[..]) else {
                    continue;
                };
                let is_room = |name: &String| rooms.iter().any(|(room, _)| room == name);
                if on != floor || at != floor || from == to || !is_room(from) || !is_room(to) {
                    continue;
                }
                let allowed = rooms.iter().find(|(room, _)| room == from);
                if !allowed.is_some_and(|(_, allowed)| allowed.contains(&&**to)) {
                    wrong.insert(format!("{floor}: {from} -> {to}, by {}", shown(module)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "not in the table: {wrong:#?}");
}
