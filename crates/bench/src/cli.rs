//! The command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use clap::Parser;

use crate::data::rows::Size;
use crate::error::{BenchError, BenchResult};
use crate::machine::Machine;
use crate::modes::plan::Extent;
use crate::modes::progress::say;
use crate::modes::standard::Standard;
use crate::modes::{distance, growth, neighbours, nodes, standard};
use crate::report::{Report, Results, draw, replace_between_markers, to_json, to_text};
use crate::rig::postgres::{PostgresRig, PostgresServer};
use crate::rig::settings::{Settings, Times};

/// The page of which `--page` rewrites a section.
const PAGE: &str = "docs/PERFORMANCE.md";

/// The picture on that page.
const PICTURE: &str = "docs/performance.svg";

/// Measures a release build of Mintage beside PostgreSQL and SQLite, and prints ratios.
#[derive(Debug, Clone, Parser)]
#[command(name = "bench", version)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Arguments {
    /// Measure fewer cases for a shorter time.
    #[arg(long)]
    quick: bool,
    /// Measure only cases whose names contain this text; may be repeated.
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// Measure databases with these numbers of licenses instead.
    #[arg(
        long,
        value_name = "COUNTS",
        value_delimiter = ',',
        num_args = 0..=1,
        default_missing_value = "10000,100000,1000000",
        conflicts_with_all = ["nodes", "distance", "only"]
    )]
    growth: Option<Vec<u64>>,
    /// Measure one, two and four servers on one PostgreSQL instead.
    #[arg(long, conflicts_with_all = ["distance", "only"])]
    nodes: bool,
    /// Measure a server whose database answers after a round trip of so many milliseconds instead.
    #[arg(long, value_name = "MS", conflicts_with = "only")]
    distance: Option<f64>,
    /// Measure a server beside a Stripe that does not answer and 300 clients that send nothing instead.
    #[arg(long, conflicts_with_all = ["growth", "nodes", "distance", "only"])]
    neighbours: bool,
    /// How often each case is measured. Cases alternate.
    #[arg(long, value_name = "N", default_value_t = 3)]
    repeats: usize,
    /// How long each case is measured, in seconds.
    #[arg(long, value_name = "S")]
    seconds: Option<f64>,
    /// How many licenses there are at the start.
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    licenses: u64,
    /// The program to measure; the default is `mintage` beside this program.
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
    /// Write all figures to this file as JSON; the default is `bench.json` beside this program.
    #[arg(long, value_name = "PATH")]
    json: Option<PathBuf>,
    /// Rewrite the section of this measurement in docs/PERFORMANCE.md, and the picture.
    #[arg(long)]
    page: bool,
}

impl Arguments {
    /// Measures, prints the tables, and writes the files.
    pub(crate) fn run(&self) -> BenchResult<String> {
        let times = self.times()?;
        let size = Size {
            tenants: 1_000,
            licenses: self.licenses.max(1_000),
        };
        say("starting PostgreSQL and the simulated Stripe");
        let cluster = PostgresServer::start()?;
        let machine = Machine::before_a_run(cluster.cluster.version());
        let settings = Settings::new(self.program()?, size, times)?;
        let mut report = self.measure(&settings, &cluster)?;
        report.machine = machine;
        report.setup = format!(
            "{} repeats, each case for {:.1} s after {:.1} s; {} tenants{}.",
            self.repeats,
            times.window.as_secs_f64(),
            times.warm_up.as_secs_f64(),
            size.tenants,
            if self.growth.is_some() {
                String::new()
            } else {
                format!(
                    ", {} licenses, {} customers",
                    size.licenses,
                    size.customers()
                )
            }
        );
        let text = to_text(&report);
        let json = match &self.json {
            Some(path) => path.clone(),
            None => beside_this_program("bench.json")?,
        };
        write(&json, &format!("{:#}\n", to_json(&report)))?;
        say(&format!("all figures are in {}", json.display()));
        if self.page {
            self.write_page(&text, &report)?;
        }
        Ok(text)
    }

    fn measure(
        &self,
        settings: &Rc<Settings>,
        cluster: &Rc<PostgresServer>,
    ) -> BenchResult<Report> {
        if let Some(counts) = &self.growth {
            return growth::run(settings, cluster, counts, self.repeats);
        }
        if let Some(millis) = self.distance {
            let round_trip = seconds(millis / 1000.0)?;
            return distance::run(settings, cluster, round_trip, self.repeats);
        }
        if self.neighbours {
            return neighbours::run(settings, cluster, self.repeats);
        }
        if self.nodes {
            let size = settings.size;
            let mut rig = PostgresRig::new(settings.clone(), cluster.clone(), size, false)?;
            let mut results = Results::default();
            for repeat in 1..=self.repeats {
                nodes::measure(&mut rig, &[1, 2, 4], repeat, &mut results)?;
            }
            let targets = crate::modes::targets::targets();
            let ratios = targets
                .iter()
                .filter_map(|target| target.evaluate(&results));
            return Ok(Report {
                ratios: ratios.collect(),
                results,
                ..Report::default()
            });
        }
        let wanted = Standard {
            extent: if self.quick {
                Extent::Quick
            } else {
                Extent::Full
            },
            only: self.only.clone(),
            repeats: self.repeats,
        };
        standard::run(settings, cluster, &wanted)
    }

    fn times(&self) -> BenchResult<Times> {
        let window = self.seconds.unwrap_or(if self.quick { 1.0 } else { 2.0 });
        Ok(Times {
            warm_up: Duration::from_millis(300),
            window: seconds(window)?,
        })
    }

    /// The name of the section of this measurement.
    fn section(&self) -> &'static str {
        match self {
            Self {
                growth: Some(_), ..
            } => "growth",
            Self { nodes: true, .. } => "nodes",
            Self {
                distance: Some(_), ..
            } => "distance",
            Self {
                neighbours: true, ..
            } => "neighbours",
            _ => "standard",
        }
    }

    fn program(&self) -> BenchResult<PathBuf> {
        let program = match &self.program {
            Some(program) => program.clone(),
            None => beside_this_program("mintage")?,
        };
        program.canonicalize().map_err(BenchError::cannot(&format!(
            "find {}, which `cargo build --release -p mintage` makes",
            program.display()
        )))
    }

    fn write_page(&self, text: &str, report: &Report) -> BenchResult<()> {
        let page = fs::read_to_string(PAGE).map_err(BenchError::cannot(&format!("read {PAGE}")))?;
        let page = replace_between_markers(&page, self.section(), text)?;
        write(Path::new(PAGE), &page)?;
        if self.section() == "standard" {
            write(Path::new(PICTURE), &draw(report))?;
        }
        Ok(())
    }
}

fn beside_this_program(name: &str) -> BenchResult<PathBuf> {
    std::env::current_exe()
        .map(|program| program.with_file_name(name))
        .map_err(BenchError::cannot("find this program"))
}

fn seconds(seconds: f64) -> BenchResult<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(BenchError::cannot("use this time"))
}

fn write(path: &Path, text: &str) -> BenchResult<()> {
    fs::write(path, text).map_err(BenchError::cannot(&format!("write {}", path.display())))
}
