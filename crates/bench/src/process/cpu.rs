//! How much CPU time the servers, the database and the load generator have used.

use crate::process::proc_files;

/// The processes whose CPU time is measured.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watched {
    /// The servers of Mintage.
    pub(crate) servers: Vec<u32>,
    /// The first process of PostgreSQL, if it takes part.
    pub(crate) database: Option<u32>,
}

/// CPU time in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct CpuTime {
    pub(crate) server: u64,
    pub(crate) database: u64,
    /// This process, and `pgbench` after it has ended.
    pub(crate) load: u64,
}

impl Watched {
    /// All that was used until now.
    pub(crate) fn sample(&self) -> CpuTime {
        let own = |pid: &u32| proc_files::times(*pid).unwrap_or_default().own;
        let load = proc_files::times(std::process::id()).unwrap_or_default();
        CpuTime {
            server: self.servers.iter().map(own).sum(),
            database: self.database.map(whole_database).unwrap_or_default(),
            load: load.own + load.ended_children,
        }
    }
}

/// PostgreSQL has a process for each connection. One that ends is counted by its parent from then on.
fn whole_database(first: u32) -> u64 {
    let parent = proc_files::times(first).unwrap_or_default();
    let running = proc_files::children(first);
    let running: u64 = running.iter().map(|it| it.own).sum();
    parent.own + parent.ended_children + running
}

impl CpuTime {
    /// What was used since an earlier sample.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            server: self.server.saturating_sub(earlier.server),
            database: self.database.saturating_sub(earlier.database),
            load: self.load.saturating_sub(earlier.load),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_taken_process_by_process() {
        let time = |server, database, load| CpuTime {
            server,
            database,
            load,
        };
        let used = time(30, 5, 9).since(time(10, 5, 10));
        assert_eq!(used, time(20, 0, 0));
    }
}
