//! Checkouts, orders and customers.

mod checkout;
mod customers;
mod mint;
mod orders;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        checkout::create,
        orders::list,
        orders::get,
        mint::mint,
        customers::list,
        customers::get,
        customers::erase,
    ]
}
