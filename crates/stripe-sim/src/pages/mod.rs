//! The pages for people: the OAuth consent page, the page that creates restricted keys, the hosted checkout
//! page and the bank's authentication page.

pub(crate) mod checkout;
pub(crate) mod consent;
pub(crate) mod create_key;
mod html;
pub(crate) mod onboarding;
