//! The log of a server.

use std::io::{BufWriter, IsTerminal};

use tracing::Level;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Libraries that log the bytes on the wire at the levels debug and trace, with API keys, OAuth codes and
/// license keys in them.
const WIRE_LOGS: [&str; 2] = ["actix_http", "ureq"];

/// How many lines may wait for the thread that writes them. Beyond that, requests wait for the log.
const MAX_WAITING_LINES: usize = 16_384;

/// Writes logs to stderr until the guard is dropped: lines for people on a terminal, JSON otherwise.
/// `RUST_LOG` chooses the level; the bytes on the wire are never logged.
///
/// A thread writes the lines that wait in one call, so that a request does not wait for its line.
pub(super) fn start_logging() -> WorkerGuard {
    let level = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let no_wire = filter_fn(|metadata| {
        let is_from = |library| metadata.target().starts_with(library);
        *metadata.level() <= Level::INFO || !WIRE_LOGS.into_iter().any(is_from)
    });
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(false)
        .buffered_lines_limit(MAX_WAITING_LINES)
        .thread_name("mintage-log")
        .finish(BufWriter::new(std::io::stderr()));
    let filtered = tracing_subscriber::registry().with(level).with(no_wire);
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    if std::io::stderr().is_terminal() {
        filtered.with(lines).init();
    } else {
        let json = lines.json().flatten_event(true).with_span_list(false);
        filtered.with(json).init();
    }
    guard
}
