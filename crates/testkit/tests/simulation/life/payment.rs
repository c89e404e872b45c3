//! What happens to a payment after it was made: refunds and disputes.

use mintage_domain::base::id::{DisputeId, InvoiceId, PaymentIntentId, RefundId};
use mintage_domain::model::stripe::event::{DisputeFacts, EventData, RefundFacts, RefundReport};

use crate::life::script::{Fact, Steps};

/// A payment at Stripe.
#[derive(Clone)]
pub(crate) struct Paid {
    pub(crate) intent: PaymentIntentId,
    pub(crate) charged: i64,
    /// The invoice that an event of an older version of Stripe's API names.
    pub(crate) invoice: Option<InvoiceId>,
}

/// The ways of a dispute, as the statuses that it has.
const DISPUTES: [&[&str]; 8] = [
    &["needs_response"],
    &["needs_response", "under_review", "won"],
    &["needs_response", "under_review", "lost"],
    &[
        "needs_response",
        "lost",
        "appeal_needs_response",
        "appeal_under_review",
        "won",
    ],
    &["needs_response", "lost", "appeal_under_review", "lost"],
    &[
        "warning_needs_response",
        "warning_under_review",
        "warning_closed",
    ],
    &["warning_needs_response", "needs_response", "won"],
    &["needs_response", "a_status_of_next_year"],
];

impl Paid {
    /// Some of what may happen to a payment, or nothing.
    pub(crate) fn act(&self, steps: &mut Steps<'_>) {
        match steps.dice.below(6) {
            0 | 1 => self.refund(steps),
            2 => self.dispute(steps, 0),
            3 => {
                self.refund(steps);
                self.dispute(steps, 0);
            }
            4 => {
                self.dispute(steps, 0);
                self.dispute(steps, 1);
                self.refund(steps);
            }
            _ => {}
        }
    }

    /// Refunds, of which some fail later.
    fn refund(&self, steps: &mut Steps<'_>) {
        let mut standing: Vec<(RefundId, i64)> = Vec::new();
        for number in 0..=steps.dice.below(4) {
            steps.pass();
            let refunded: i64 = standing.iter().map(|(_, amount)| amount).sum();
            let left = self.charged - refunded;
            if !standing.is_empty() && (left == 0 || steps.dice.one_in(3)) {
                let (id, amount) = standing.swap_remove(steps.dice.below(standing.len()));
                let failed = self.about(steps, refund_report(&id, amount, true));
                steps.happen(Vec::new(), vec![failed.clone(), failed]);
                continue;
            }
            let amount = steps.dice.pick(&[left, left, left / 2, 100.min(left)]);
            if amount == 0 {
                continue;
            }
            let id = RefundId::parse(&format!("re_{}_{number}", self.intent)).unwrap();
            let created = self.about(steps, refund_report(&id, amount, false));
            let total = RefundReport::Charge {
                charged: Some(self.charged),
                refunded: refunded + amount,
            };
            let total = self.about(steps, total);
            standing.push((id, amount));
            steps.happen(Vec::new(), vec![created, total]);
        }
    }

    fn about(&self, steps: &Steps<'_>, report: RefundReport) -> EventData {
        let is_charge = matches!(report, RefundReport::Charge { .. });
        EventData::Refund(RefundFacts {
            payment_intent: Some(self.intent.clone()),
            invoice: self.invoice.clone().filter(|_| is_charge),
            currency: Some("usd".to_owned()),
            at: Some(steps.created()),
            report,
        })
    }

    fn dispute(&self, steps: &mut Steps<'_>, number: u32) {
        let id = DisputeId::parse(&format!("du_{}_{number}", self.intent)).unwrap();
        for status in steps.dice.pick(&DISPUTES) {
            steps.pass();
            let facts = DisputeFacts {
                id: id.clone(),
                payment_intent: Some(self.intent.clone()),
                status: (*status).to_owned(),
                amount: Some(self.charged),
                reason: Some("fraudulent".to_owned()),
            };
            let becomes = vec![Fact::Dispute(facts.clone())];
            // `created` and `funds_withdrawn`, or `closed` and `funds_reinstated`, in one second.
            let sends = vec![EventData::Dispute(facts); 1 + steps.dice.below(2)];
            steps.happen(becomes, sends);
        }
    }
}

fn refund_report(id: &RefundId, amount: i64, failed: bool) -> RefundReport {
    RefundReport::Refund {
        id: id.clone(),
        amount,
        failed,
    }
}
