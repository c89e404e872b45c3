//! Validating license keys.

use crate::cases::context::Context;
use crate::cases::request::{SignedCall, contains};
use crate::data::rows::license_key;
use crate::load::Caller;

pub(super) struct Validate {
    context: Context,
    call: SignedCall,
}

impl Validate {
    pub(super) fn new(context: Context) -> Self {
        let call = SignedCall::default();
        Self { context, call }
    }
}

impl Caller for Validate {
    fn write(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(number) = self.context.sequence.take() else {
            return false;
        };
        let key = license_key(self.context.license(number));
        let body = format!(r#"{{"key":"{key}"}}"#);
        let seller = self.context.seller(number);
        self.call.write(out, seller, "/v1/validate", "", &body);
        true
    }

    fn accepts(&self, status: u16, body: &[u8]) -> bool {
        status == 200 && contains(body, br#""valid":true"#)
    }
}
