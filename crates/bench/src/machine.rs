//! The machine, the date and the commit of a run.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use crate::clock::date;

/// Where and when a run took place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Machine {
    pub(crate) date: String,
    pub(crate) commit: String,
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) memory_mib: u64,
    /// How many processes wanted to run, on the average of the minute before the run.
    pub(crate) load_before: String,
    /// The name and version of the database server.
    pub(crate) database: String,
}

impl Machine {
    /// This machine, before a run with this database server.
    pub(crate) fn before_a_run(database: &str) -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let kib = field(&memory, "MemTotal").and_then(|it| it.split(' ').next()?.parse().ok());
        Self {
            date: date(),
            commit: commit().unwrap_or_else(|| "unknown".to_owned()),
            cpu: field(&cpu, "model name")
                .unwrap_or("unknown CPU")
                .to_owned(),
            cores: available_parallelism().map_or(1, usize::from),
            memory_mib: kib.unwrap_or(0) / 1024,
            load_before: load.split(' ').next().unwrap_or_default().to_owned(),
            database: database.to_owned(),
        }
    }

    /// The machine in a sentence.
    pub(crate) fn sentence(&self) -> String {
        format!(
            "Measured on {} at commit {}: {} cores of {}, {} MiB of memory, {}. Server, database and load \
             generator share the cores. The load average of the machine before the run was {}.",
            self.date,
            self.commit,
            self.cores,
            self.cpu,
            self.memory_mib,
            self.database,
            self.load_before
        )
    }

    /// The head of a picture.
    pub(crate) fn title(&self) -> String {
        format!(
            "Mintage {} on {} cores, {}: ratios and their targets",
            self.commit, self.cores, self.date
        )
    }
}

/// The value of the first line `name : value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim())
    })
}

/// The short name of the commit that is checked out.
fn commit() -> Option<String> {
    let output = Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .output()
        .ok()?;
    let name = String::from_utf8(output.stdout).ok()?;
    let name = name.trim();
    (output.status.success() && !name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_field_is_the_first_line_of_its_name() {
        let text = "processor\t: 0\nmodel name\t: A: B\nmodel name\t: C\n";
        assert_eq!(field(text, "model name"), Some("A: B"));
        assert_eq!(field(text, "model"), None);
    }
}
