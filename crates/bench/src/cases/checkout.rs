//! Opening checkouts at the simulated Stripe.

use std::io::Write;

use crate::cases::context::Context;
use crate::load::Caller;

pub(super) struct Checkout {
    context: Context,
}

impl Checkout {
    pub(super) fn new(context: Context) -> Self {
        Self { context }
    }
}

impl Caller for Checkout {
    fn write(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(number) = self.context.sequence.take() else {
            return false;
        };
        let seller = self.context.seller(number);
        let body = format!(
            r#"{{"product_id":"pixel","key_type_id":"pro","success_url":"https://shop.example.com/thanks","cancel_url":"https://shop.example.com/cart","customer_email":"buyer-{number}@example.com"}}"#
        );
        let (slug, key, length) = (&seller.slug, &seller.checkout_key, body.len());
        // Writing to memory cannot fail.
        let _ = write!(
            out,
            "POST /api/{slug}/checkout HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        true
    }

    fn accepts(&self, status: u16, _body: &[u8]) -> bool {
        status == 200
    }
}
