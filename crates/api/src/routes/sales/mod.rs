//! Checkouts, orders and customers.

mod checkout;
mod customers;
mod orders;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        checkout::create,
        orders::list,
        orders::get,
        customers::list,
        customers::get,
        customers::erase,
    ]
}
