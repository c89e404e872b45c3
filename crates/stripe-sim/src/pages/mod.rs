//! The pages for people: the OAuth consent page, the page that creates restricted keys, the hosted checkout
//! page, the bank's authentication page and the addresses of payment links.

pub(crate) mod checkout;
pub(crate) mod consent;
pub(crate) mod create_key;
mod html;
pub(crate) mod onboarding;
pub(crate) mod payment_link;
