//! Activating licenses, each time on a new device.

use crate::cases::context::Context;
use crate::cases::request::SignedCall;
use crate::data::rows::license_key;
use crate::load::Caller;

pub(super) struct Activate {
    context: Context,
    call: SignedCall,
}

impl Activate {
    pub(super) fn new(context: Context) -> Self {
        let call = SignedCall::default();
        Self { context, call }
    }
}

impl Caller for Activate {
    fn write(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(number) = self.context.sequence.take() else {
            return false;
        };
        let key = license_key(self.context.license(number));
        let body = format!(r#"{{"key":"{key}","fingerprint":"device-{number}"}}"#);
        let seller = self.context.seller(number);
        self.call.write(out, seller, "/v1/activate", "", &body);
        true
    }

    fn accepts(&self, status: u16, _body: &[u8]) -> bool {
        matches!(status, 200 | 201)
    }
}
