//! How long a server takes to answer for the first time, and the memory of one that has nothing to do.

use std::path::Path;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use crate::error::BenchResult;
use crate::process::server::Server;
use crate::report::Figure;
use crate::rig::postgres::PostgresRig;
use crate::rig::settings::Settings;
use crate::rig::sqlite::SqliteRig;
use crate::stats::{Spread, number};

/// How many times each server is started.
const STARTS: usize = 7;

/// How long a server does nothing before its memory is measured.
const IDLE: Duration = Duration::from_secs(2);

/// Starts servers on the data of both rigs, and stops the servers that run.
pub(crate) fn measure(
    settings: &Rc<Settings>,
    postgres: Option<&mut PostgresRig>,
    sqlite: Option<&mut SqliteRig>,
) -> BenchResult<Vec<Figure>> {
    let mut figures = Vec::new();
    let mut add = |name, value, unit, must, ambitious| {
        figures.push(Figure {
            name,
            value,
            unit,
            must: Some(must),
            ambitious: Some(ambitious),
        });
    };
    if let Some(rig) = sqlite {
        rig.stop_server();
        let started = Started::of(settings, &rig.url())?;
        add("first answer, SQLite", started.millis, "ms", 60.0, 25.0);
        add("idle memory, SQLite", started.idle_mib, "MB", 25.0, 15.0);
    }
    if let Some(rig) = postgres {
        rig.stop_servers();
        let started = Started::of(settings, rig.url())?;
        add(
            "first answer, PostgreSQL",
            started.millis,
            "ms",
            120.0,
            50.0,
        );
        add(
            "idle memory, PostgreSQL",
            started.idle_mib,
            "MB",
            25.0,
            15.0,
        );
    }
    add(
        "size of the program",
        program_mib(&settings.program),
        "MB",
        15.0,
        10.0,
    );
    Ok(figures)
}

struct Started {
    millis: f64,
    idle_mib: f64,
}

impl Started {
    fn of(settings: &Settings, url: &str) -> BenchResult<Self> {
        let variables = settings.variables(url);
        let start = || Server::start(&settings.program, settings.directory(), &variables);
        // The first start reads the program from the disk.
        drop(start()?);
        let mut millis = Vec::new();
        for _ in 0..STARTS {
            millis.push(start()?.first_answer().as_secs_f64() * 1000.0);
        }
        let idle = start()?;
        thread::sleep(IDLE);
        Ok(Self {
            millis: Spread::of(&millis).map_or(0.0, |it| it.median),
            idle_mib: number(idle.resident_kib()) / 1024.0,
        })
    }
}

/// The size of a file, in MiB.
fn program_mib(program: &Path) -> f64 {
    let size = std::fs::metadata(program).map_or(0, |it| it.len());
    number(size) / 1_048_576.0
}
