//! What Linux tells of a process in `/proc`.

use std::fs;

/// Microseconds in a tick. Linux shows times in hundredths of a second to every program.
const TICK_MICROS: u64 = 10_000;

/// The times of a process, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Times {
    parent: u32,
    /// What its own threads used.
    pub(crate) own: u64,
    /// What its children used that have ended.
    pub(crate) ended_children: u64,
}

/// The times of this process and of all others, or `None` if the process has ended.
pub(crate) fn times(pid: u32) -> Option<Times> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The times of the running children of a process.
pub(crate) fn children(parent: u32) -> Vec<Times> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(times)
        .filter(|times| times.parent == parent)
        .collect()
}

/// The memory of a process that is in RAM, in KiB.
pub(crate) fn resident_kib(pid: u32) -> Option<u64> {
    status_kib(pid, "VmRSS:")
}

/// The most memory of a process that was in RAM at any time, in KiB.
pub(crate) fn peak_kib(pid: u32) -> Option<u64> {
    status_kib(pid, "VmHWM:")
}

fn status_kib(pid: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Reads a line of `/proc/<pid>/stat`. The name of the program stands in parentheses and may hold any
/// character.
fn parse_stat(stat: &str) -> Option<Times> {
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place)?.parse::<u64>().ok();
    Some(Times {
        parent: fields.get(1)?.parse().ok()?,
        own: (ticks(11)? + ticks(12)?) * TICK_MICROS,
        ended_children: (ticks(13)? + ticks(14)?) * TICK_MICROS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_spaces_and_parentheses() {
        let stat = "7 (a) b (c)) S 5 7 7 0 -1 0 0 0 0 0 11 22 33 44 20 0 1 0 9";
        let expected = Times {
            parent: 5,
            own: 330_000,
            ended_children: 770_000,
        };
        assert_eq!(parse_stat(stat), Some(expected));
        assert_eq!(parse_stat("7 (a) S 5"), None);
        assert_eq!(parse_stat(""), None);
    }
}
