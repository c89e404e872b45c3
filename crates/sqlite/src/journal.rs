//! The marks of used nonces in files beside the database, so that a server that starts again knows them.
//!
//! Marks are appended without waiting for the disk: they outlive the process, however it ends, and a
//! power cut may lose those of the last seconds. A file has the marks that expire within one window of
//! time, and is deleted as a whole when the window is over.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::files::{beside, private};

/// A mark and when it expires, in microseconds.
pub(crate) type Mark = (u128, i64);

/// The length of a window in microseconds: about as long as a nonce is kept.
const WINDOW: i64 = 10 * 60 * 1_000_000;

/// The bytes of a mark in a file.
const RECORD: usize = 24;

/// The files of a database.
#[derive(Debug)]
pub(crate) struct Journal {
    /// The path of every file, but for the number of its window.
    prefix: PathBuf,
    files: BTreeMap<i64, File>,
}

impl Journal {
    /// Opens the files of a database, and reads the marks in them.
    pub(crate) fn open(database: &Path) -> io::Result<(Self, Vec<Mark>)> {
        let mut journal = Self {
            prefix: beside(database, ".nonces."),
            files: BTreeMap::new(),
        };
        let mut marks = Vec::new();
        for window in journal.windows()? {
            // The process may have ended within a record, which then was not acknowledged.
            let bytes = fs::read(journal.path(window))?;
            marks.extend(bytes.chunks_exact(RECORD).filter_map(read));
            let whole = bytes.len() - bytes.len() % RECORD;
            journal.file(window)?.set_len(whole as u64)?;
        }
        Ok((journal, marks))
    }

    /// Adds a mark.
    pub(crate) fn append(&mut self, (mark, expires_at): Mark) -> io::Result<()> {
        let record = [mark.to_le_bytes().as_slice(), &expires_at.to_le_bytes()].concat();
        let file = self.file(expires_at.div_euclid(WINDOW))?;
        let written = file.write_all(&record);
        if written.is_err() {
            // A part of a record would shift all that follow.
            let length = file.metadata()?.len();
            file.set_len(length - length % RECORD as u64)?;
        }
        written
    }

    /// Deletes the files whose windows were over before this time.
    pub(crate) fn prune(&mut self, until: i64) -> io::Result<()> {
        let current = until.div_euclid(WINDOW);
        while let Some(oldest) = self.files.first_entry()
            && *oldest.key() < current
        {
            // A file that cannot be deleted is deleted by the next step.
            fs::remove_file(beside(&self.prefix, &oldest.key().to_string()))?;
            oldest.remove();
        }
        Ok(())
    }

    /// The windows of which there are files.
    fn windows(&self) -> io::Result<Vec<i64>> {
        let directory = self.prefix.parent().filter(|it| !it.as_os_str().is_empty());
        let name = self.prefix.file_name().unwrap_or_default();
        let name = name.to_string_lossy();
        let mut windows = Vec::new();
        for entry in fs::read_dir(directory.unwrap_or(Path::new(".")))? {
            let file = entry?.file_name();
            let file = file.to_string_lossy();
            windows.extend(
                file.strip_prefix(&*name)
                    .and_then(|it| it.parse::<i64>().ok()),
            );
        }
        Ok(windows)
    }

    fn path(&self, window: i64) -> PathBuf {
        beside(&self.prefix, &window.to_string())
    }

    fn file(&mut self, window: i64) -> io::Result<&mut File> {
        if !self.files.contains_key(&window) {
            let file = private().append(true).open(self.path(window))?;
            self.files.insert(window, file);
        }
        let file = self.files.get_mut(&window);
        file.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn read(record: &[u8]) -> Option<Mark> {
    let (mark, expires_at) = record.split_first_chunk()?;
    let expires_at = expires_at.try_into().ok()?;
    Some((u128::from_le_bytes(*mark), i64::from_le_bytes(expires_at)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    fn opened(database: &Path) -> (Journal, Vec<Mark>) {
        let (journal, mut marks) = Journal::open(database).unwrap();
        marks.sort_unstable();
        (journal, marks)
    }

    #[test]
    fn marks_are_read_back_until_their_window_is_over() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("a.db");
        let (mut journal, marks) = opened(&database);
        assert_eq!(marks, []);
        let all = [(1, WINDOW - 1), (2, WINDOW), (3, 2 * WINDOW)];
        for mark in all {
            journal.append(mark).unwrap();
        }
        drop(journal);
        // Half a record, as a process leaves it that ends while writing.
        let torn = directory.path().join("a.db.nonces.1");
        let mut file = File::options().append(true).open(torn).unwrap();
        file.write_all(&[7; 5]).unwrap();
        // The files of another database.
        fs::write(directory.path().join("b.db.nonces.1"), [7; RECORD]).unwrap();
        let (mut journal, marks) = opened(&database);
        assert_eq!(marks, all);
        journal.append((4, WINDOW + 1)).unwrap();
        journal.prune(2 * WINDOW - 1).unwrap();
        drop(journal);
        let (_, marks) = opened(&database);
        assert_eq!(marks, [(2, WINDOW), (3, 2 * WINDOW), (4, WINDOW + 1)]);
    }
}
