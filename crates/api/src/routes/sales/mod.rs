//! Checkouts, orders and customers.

mod checkout;
mod customers;
mod mint;
mod orders;
mod promotion_codes;
mod report;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        checkout::create,
        promotion_codes::create,
        promotion_codes::list,
        promotion_codes::get,
        promotion_codes::update,
        report::get,
        report::csv,
        orders::list,
        orders::get,
        mint::mint,
        customers::list,
        customers::get,
        customers::erase,
    ]
}
