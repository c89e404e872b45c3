//! The thank-you page: what a buyer sees after the payment.

mod failure;
mod request;
pub(crate) mod resend;
pub(crate) mod show;
mod views;
