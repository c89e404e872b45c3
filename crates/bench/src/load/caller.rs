//! What a connection sends, and which answers are right.

use std::cell::Cell;
use std::rc::Rc;

/// The requests of one connection.
pub(crate) trait Caller {
    /// Appends the next request. Returns `false` if there is nothing left to send.
    fn write(&mut self, out: &mut Vec<u8>) -> bool;

    /// Whether the answer to a request is the right one.
    fn accepts(&self, status: u16, body: &[u8]) -> bool;
}

/// Numbers that all connections of a run take in turn, so that no two requests are equal.
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    next: Rc<Cell<u64>>,
    end: u64,
}

impl Sequence {
    /// The numbers from `start` on, below `end`.
    pub(crate) fn new(start: u64, end: u64) -> Self {
        let next = Rc::new(Cell::new(start));
        Self { next, end }
    }

    /// The next number, if there is one.
    pub(crate) fn take(&self) -> Option<u64> {
        let number = self.next.get();
        self.next.set(number + 1);
        (number < self.end).then_some(number)
    }
}
