//! The cheapest call: what a server and a load generator cost without any work.

use crate::load::Caller;

pub(super) struct Hello;

impl Caller for Hello {
    fn write(&mut self, out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(b"GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n");
        true
    }

    fn accepts(&self, status: u16, _body: &[u8]) -> bool {
        status == 200
    }
}
