//! A store that writes each commit as one line of JSON, and reads all lines when it is opened.
//!
//! It holds what a shop without Stripe, API keys and webhook endpoints reads. The other parts of a commit,
//! such as mails and the audit trail, are in the file for whoever wants them.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::ports::{Commit, CommitDone, CommitError, StoreError};

use crate::state::State;

pub(crate) struct JournalStore {
    inner: Mutex<Journal>,
}

struct Journal {
    file: File,
    state: State,
    /// Why the last write failed. The file and the memory may differ then, so that the store must be opened
    /// again.
    broken: Option<String>,
}

impl JournalStore {
    /// Opens the store, and creates its file if there is none.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        // A line without an end was never acknowledged: the process died while it wrote the line.
        let complete = text.rfind('\n').map_or(0, |end| end + 1);
        let (lines, _) = text.split_at(complete);
        file.set_len(complete as u64)?;
        let mut state = State::default();
        for line in lines.lines() {
            let changes: Changes = serde_json::from_str(line)?;
            state.apply(changes).map_err(io::Error::other)?;
        }
        let journal = Journal {
            file,
            state,
            broken: None,
        };
        Ok(Self {
            inner: Mutex::new(journal),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Journal> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads from what was committed.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.lock().state)
    }

    /// Changes what is not worth a line in the file.
    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock().state);
    }
}

/// One commit at a time. A commit is acknowledged once its line is on the disk.
impl Commit for JournalStore {
    fn submit(&self, changes: Changes, done: CommitDone) {
        let outcome = self.lock().commit(changes);
        done(outcome);
    }
}

impl Journal {
    fn commit(&mut self, changes: Changes) -> Result<Receipt, CommitError> {
        if let Some(reason) = &self.broken {
            return Err(StoreError::Unavailable(reason.clone()).into());
        }
        let mut line =
            serde_json::to_vec(&changes).map_err(|error| StoreError::Failed(error.to_string()))?;
        line.push(b'\n');
        let receipt = self.state.apply(changes)?;
        let written = self.file.write_all(&line);
        if let Err(error) = written.and_then(|()| self.file.sync_data()) {
            self.broken = Some(error.to_string());
            return Err(StoreError::Unavailable(error.to_string()).into());
        }
        Ok(receipt)
    }
}
