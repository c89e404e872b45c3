//! The promotion codes that orders were sold by.

use std::collections::HashMap;

use crate::base::id::OrderId;
use crate::base::stripe_value::StripeObjectId;
use crate::model::sales::ledger::books::BooksId;
use crate::model::sales::ledger::entry::SoldBy;
use crate::model::sales::order::Order;
use crate::model::stripe::account::AccountRef;
use crate::ports::{Ledgers, StoreError};

/// Reads the promotion codes of orders from the entries for their discounts. Orders that were not sold by a
/// code are left out.
pub fn sold_by(
    store: &(impl Ledgers + ?Sized),
    orders: &[Order],
) -> Result<HashMap<OrderId, SoldBy>, StoreError> {
    let mut sessions: HashMap<BooksId, HashMap<StripeObjectId, OrderId>> = HashMap::new();
    for order in orders.iter().filter(|order| order.fulfilled_at.is_some()) {
        let session = order.session.as_ref().filter(|_| order.basket.may_discount);
        if let Some(Ok(id)) = session.map(|id| StripeObjectId::parse(id.as_str())) {
            let of_account = sessions.entry(books_id(order)).or_default();
            of_account.insert(id, order.id.clone());
        }
    }
    let mut found = HashMap::new();
    for (books, mut orders) in sessions {
        let ids: Vec<_> = orders.keys().cloned().collect();
        for entry in store.ledger_entries(&books, &ids)? {
            if let (Some(order), Some(code)) = (orders.remove(&entry.id.id), entry.code) {
                found.insert(order, code);
            }
        }
    }
    Ok(found)
}

fn books_id(order: &Order) -> BooksId {
    BooksId {
        tenant: order.tenant.clone(),
        account: AccountRef {
            mode: order.mode,
            account: order.account.clone(),
        },
    }
}
