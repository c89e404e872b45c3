//! `mintage prune`.

use clap::Args;
use mintage_domain::model::retention::Prunable;
use mintage_domain::ports::{Store, StoreError};
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::retention::{Age, Retention, due, prune};
use serde::Serialize;

use super::global_args::{GlobalArgs, with_store};
use super::output::{CommandResult, Format, Printer};
use crate::config::Settings;

/// The number of steps after which the command looks at the time again.
const STEPS: usize = 200;

#[derive(Args)]
pub(super) struct PruneArgs {
    /// Only count what is due; delete nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// A kind, how long it is kept, and how many rows are due or were deleted.
struct Line {
    kind: Prunable,
    age: Age,
    rows: u64,
}

/// The line as it is printed.
#[derive(Serialize)]
struct LineView {
    kind: &'static str,
    keep: String,
    rows: u64,
}

struct PruneFormat;

impl Format<3> for PruneFormat {
    type Item = Line;

    const HEADING: [&'static str; 3] = ["kind", "keep", "rows"];

    fn view(&self, line: &Line) -> impl Serialize {
        LineView {
            kind: line.kind.as_str(),
            keep: line.age.to_string(),
            rows: line.rows,
        }
    }

    fn row(&self, line: &Line) -> [String; 3] {
        [
            line.kind.to_string(),
            line.age.to_string(),
            line.rows.to_string(),
        ]
    }
}

pub(super) fn run(global: &GlobalArgs, args: &PruneArgs) -> CommandResult {
    let retention = Settings::read(&global.layers()?)?.retention;
    with_store(global, |store, env| {
        let rows = if args.dry_run {
            due(store, &retention, env.now())?
        } else {
            prune_all(store, &retention, env)?
        };
        let lines: Vec<Line> = rows
            .into_iter()
            .map(|(kind, rows)| Line {
                kind,
                age: retention.age(kind),
                rows,
            })
            .collect();
        Ok(Printer::new(PruneFormat, args.json).print(&lines)?)
    })
}

/// Prunes until nothing is due.
fn prune_all(
    store: &dyn Store,
    retention: &Retention,
    env: &Env<'_>,
) -> Result<Vec<(Prunable, u64)>, StoreError> {
    let mut all = prune(store, retention, env.now(), STEPS)?;
    loop {
        let more = prune(store, retention, env.now(), STEPS)?;
        if more.iter().all(|(_, rows)| *rows == 0) {
            return Ok(all);
        }
        for ((_, sum), (_, rows)) in all.iter_mut().zip(more) {
            *sum = sum.saturating_add(rows);
        }
    }
}
