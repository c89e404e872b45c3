//! Issuing licenses.

use crate::cases::context::Context;
use crate::cases::request::SignedCall;
use crate::load::Caller;

pub(super) struct Issue {
    context: Context,
    call: SignedCall,
}

impl Issue {
    pub(super) fn new(context: Context) -> Self {
        let call = SignedCall::default();
        Self { context, call }
    }
}

impl Caller for Issue {
    fn write(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(number) = self.context.sequence.take() else {
            return false;
        };
        let body =
            format!(r#"{{"planCode":"pro","customer":{{"email":"new-{number}@example.com"}}}}"#);
        let header = format!("Idempotency-Key: order-{number}\r\n");
        let seller = self.context.seller(number);
        self.call.write(out, seller, "/v1/issue", &header, &body);
        true
    }

    fn accepts(&self, status: u16, _body: &[u8]) -> bool {
        matches!(status, 200 | 201)
    }
}
