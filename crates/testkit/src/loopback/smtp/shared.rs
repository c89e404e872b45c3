//! The state that the server and its sessions share.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use crate::loopback::smtp::manner::Manner;
use crate::loopback::smtp::received::Received;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) stopped: AtomicBool,
    pub(super) login: Option<(String, String)>,
    pub(super) state: Mutex<(Manner, Vec<Received>)>,
}

impl Shared {
    pub(super) fn manner(&self) -> Manner {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    pub(super) fn take(&self, received: Received) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1.push(received);
    }
}
