//! The pages for people: the OAuth consent page, the hosted checkout page and the bank's
//! authentication page.

pub(crate) mod checkout;
pub(crate) mod consent;
mod html;
pub(crate) mod onboarding;
