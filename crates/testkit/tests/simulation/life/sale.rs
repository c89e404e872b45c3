//! What happens to an order that is paid once.

use std::collections::BTreeMap;

use mintage_domain::base::id::PaymentIntentId;
use mintage_domain::model::stripe::event::PaymentStatus::{self, NoPaymentRequired, Paid, Unpaid};
use mintage_domain::model::stripe::event::{EventData, SessionFacts};

use crate::life::payment;
use crate::life::scene::OpenOrder;
use crate::life::script::Steps;

/// The buyer pays, or does not, and then refunds and disputes follow.
pub(crate) fn act(steps: &mut Steps<'_>, order: &OpenOrder) {
    let total = if order.discounted {
        order.price - 900
    } else {
        order.price
    };
    let completed = |steps: &Steps<'_>, status| completed(steps, order, status, total);
    match steps.dice.below(8) {
        0 => {
            let expired = EventData::SessionExpired(order.session.clone());
            steps.happen(Vec::new(), vec![expired]);
            return;
        }
        1 => {
            steps.happen(Vec::new(), vec![completed(steps, Unpaid)]);
            steps.pass();
            let failed = EventData::SessionPaymentFailed(order.session.clone());
            steps.happen(Vec::new(), vec![failed]);
            return;
        }
        2 if order.discounted => {
            let free = self::completed(steps, order, NoPaymentRequired, 0);
            steps.happen(Vec::new(), vec![free]);
            return;
        }
        3 | 4 => {
            steps.happen(Vec::new(), vec![completed(steps, Unpaid)]);
            steps.pass();
            steps.happen(Vec::new(), vec![completed(steps, Paid)]);
        }
        _ => steps.happen(Vec::new(), vec![completed(steps, Paid)]),
    }
    let paid = payment::Paid {
        intent: intent(order),
        charged: total,
        invoice: None,
    };
    paid.act(steps);
}

fn intent(order: &OpenOrder) -> PaymentIntentId {
    PaymentIntentId::parse(&format!("pi_{}", order.session)).unwrap()
}

fn completed(
    steps: &Steps<'_>,
    order: &OpenOrder,
    payment: PaymentStatus,
    total: i64,
) -> EventData {
    EventData::SessionCompleted(SessionFacts {
        session: order.session.clone(),
        payment,
        amount_subtotal: Some(order.price),
        amount_total: Some(total),
        currency: Some("usd".to_owned()),
        email: Some(order.buyer.as_str().to_owned()),
        name: None,
        payment_intent: (payment != NoPaymentRequired).then(|| intent(order)),
        subscription: None,
        invoice: None,
        at: Some(steps.created()),
        discount: None,
        own: Box::default(),
        snapshot: BTreeMap::new(),
    })
}
