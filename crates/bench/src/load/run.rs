//! Runs callers on many connections for a time, and counts their answers.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::task::{JoinSet, LocalSet};

use crate::error::{BenchError, BenchResult};
use crate::load::caller::Caller;
use crate::load::connection::Connection;
use crate::process::cpu::{CpuTime, Watched};
use crate::stats::{Latencies, number};

/// A load on one or more servers.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    /// The servers, among which the connections are divided in turn.
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) connections: usize,
    /// Answers are counted after this time, and
    pub(crate) warm_up: Duration,
    /// after so many answers, which fill the caches of a server.
    pub(crate) warm_up_calls: u64,
    /// For how long answers are counted.
    pub(crate) window: Duration,
    /// The processes whose CPU time is measured.
    pub(crate) watched: Watched,
}

/// What one run of a case gave.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Measured {
    /// Answers, or transactions, a second.
    pub(crate) rate: f64,
    /// Half of the answers took no longer, in milliseconds.
    pub(crate) p50_ms: f64,
    /// 99 of 100 answers took no longer, in milliseconds.
    pub(crate) p99_ms: f64,
    /// CPU time for each answer, in microseconds.
    pub(crate) server_us: f64,
    pub(crate) database_us: f64,
    pub(crate) load_us: f64,
    /// All right answers, those before and after the window too.
    pub(crate) accepted: u64,
}

impl Measured {
    /// The figures of a number of answers.
    pub(crate) fn of(
        mut latencies: Latencies,
        seconds: f64,
        cpu: CpuTime,
        answers: u64,
        accepted: u64,
    ) -> Self {
        let each = |micros: u64| number(micros) / number(answers.max(1));
        Self {
            rate: number(answers) / seconds,
            p50_ms: latencies.millis_at(500),
            p99_ms: latencies.millis_at(990),
            server_us: each(cpu.server),
            database_us: each(cpu.database),
            load_us: each(cpu.load),
            accepted,
        }
    }
}

#[derive(Default)]
struct Counted {
    latencies: Latencies,
    accepted: u64,
}

/// The longest warm-up, however few answers there were.
const LONGEST_WARM_UP: Duration = Duration::from_secs(30);

/// The pause between two looks at the number of answers.
const LOOK: Duration = Duration::from_millis(5);

/// What the connections of a run share.
#[derive(Clone, Default)]
struct Shared {
    counted: Rc<RefCell<Counted>>,
    /// `None` during the warm-up.
    window: Rc<Cell<Option<Window>>>,
}

/// When answers are counted.
#[derive(Debug, Clone, Copy)]
struct Window {
    opens: Instant,
    closes: Instant,
}

/// Runs a load to its end. The run fails at the first answer that a caller does not accept.
pub(crate) fn run(
    load: &Load,
    new_caller: &mut dyn FnMut() -> Box<dyn Caller>,
) -> BenchResult<Measured> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(BenchError::cannot("start the load generator"))?;
    LocalSet::new().block_on(&runtime, run_all(load, new_caller))
}

async fn run_all(
    load: &Load,
    new_caller: &mut dyn FnMut() -> Box<dyn Caller>,
) -> BenchResult<Measured> {
    let mut connections = Vec::new();
    for address in load.addresses.iter().cycle().take(load.connections) {
        connections.push(Connection::open(*address).await?);
    }
    let shared = Shared::default();
    let mut tasks = JoinSet::new();
    for connection in connections {
        tasks.spawn_local(converse(connection, new_caller(), shared.clone()));
    }
    let sampler = tokio::task::spawn_local(sample(load.clone(), shared.clone()));
    while let Some(ended) = tasks.join_next().await {
        ended.map_err(BenchError::cannot("run a connection"))??;
    }
    let (cpu, elapsed) = sampler
        .await
        .map_err(BenchError::cannot("measure the CPU time"))?;
    let Counted {
        latencies,
        accepted,
    } = shared.counted.take();
    if latencies.len() == 0 {
        return Err(BenchError::new("there was no answer in the whole window"));
    }
    let answers = latencies.len() as u64;
    let seconds = elapsed.as_secs_f64();
    Ok(Measured::of(latencies, seconds, cpu, answers, accepted))
}

/// Opens the window after the warm-up, and measures the CPU time and the length of the window.
async fn sample(load: Load, shared: Shared) -> (CpuTime, Duration) {
    tokio::time::sleep(load.warm_up).await;
    let latest = Instant::now() + LONGEST_WARM_UP;
    while shared.counted.borrow().accepted < load.warm_up_calls && Instant::now() < latest {
        tokio::time::sleep(LOOK).await;
    }
    let before = load.watched.sample();
    let opens = Instant::now();
    let closes = opens + load.window;
    shared.window.set(Some(Window { opens, closes }));
    tokio::time::sleep_until(closes.into()).await;
    (load.watched.sample().since(before), opens.elapsed())
}

async fn converse(
    mut connection: Connection,
    mut caller: Box<dyn Caller>,
    shared: Shared,
) -> BenchResult<()> {
    while connection.prepare(&mut *caller) {
        let sent = Instant::now();
        if shared.window.get().is_some_and(|it| sent >= it.closes) {
            return Ok(());
        }
        connection.exchange(&*caller).await?;
        let received = Instant::now();
        let mut counted = shared.counted.borrow_mut();
        counted.accepted += 1;
        let window = shared.window.get();
        if window.is_some_and(|it| received >= it.opens && received < it.closes) {
            let micros = received.duration_since(sent).as_micros();
            counted
                .latencies
                .add(u32::try_from(micros).unwrap_or(u32::MAX));
        }
    }
    Err(BenchError::new(
        "all prepared requests were sent before the window ended: prepare more",
    ))
}
