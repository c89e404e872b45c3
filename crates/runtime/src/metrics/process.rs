//! What the operating system knows of this process. Elsewhere than on Linux nothing is known.

use super::registry::Registry;
use super::table::{CPU, FILES, MEMORY, THREADS};

/// The unit of processor time in `/proc`, which is the same on all machines: see `man 5 proc`.
const TICKS_PER_SECOND: u64 = 100;

pub(super) fn sample(registry: &Registry) {
    if let Some(ticks) = std::fs::read_to_string("/proc/self/stat")
        .ok()
        .and_then(|text| cpu_ticks(&text))
    {
        registry
            .counter(CPU, &[])
            .absolute(ticks / TICKS_PER_SECOND);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(kib) = number_after(&status, "VmRSS:") {
        registry
            .gauge(MEMORY, &[])
            .set(float(kib.saturating_mul(1024)));
    }
    if let Some(threads) = number_after(&status, "Threads:") {
        registry.gauge(THREADS, &[]).set(float(threads));
    }
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        // One of them is the directory that is being read.
        let files = files.count().saturating_sub(1);
        registry
            .gauge(FILES, &[])
            .set(float(u64::try_from(files).unwrap_or(u64::MAX)));
    }
}

/// The time in user and kernel mode: the 14th and 15th field. The second is the name of the program in
/// parentheses, which may hold spaces.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    user.checked_add(system)
}

fn number_after(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A number as gauges take it; large ones are rounded.
#[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
pub(super) fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_time_is_read_behind_a_name_with_spaces_and_parentheses() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 900 0 0 0 31 11 0 0 20 0 9 0 5 1 2 3";
        assert_eq!(cpu_ticks(stat), Some(42));
        assert_eq!(cpu_ticks("7 (a) S 1"), None);
        let status = "Name:\ta\nVmRSS:\t   2048 kB\nThreads:\t3\n";
        assert_eq!(number_after(status, "VmRSS:"), Some(2048));
        assert_eq!(number_after(status, "VmSwap:"), None);
    }
}
