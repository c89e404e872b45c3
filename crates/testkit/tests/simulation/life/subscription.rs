//! What happens to a subscription, from its sale to its end.

use std::collections::BTreeMap;

use mintage_domain::base::id::{InvoiceId, PaymentIntentId, SubscriptionId};
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::model::stripe::event::{EventData, PaymentStatus, SessionFacts};
use mintage_domain::model::stripe::subscription::SubscriptionStatus::{
    self, Active, Canceled, PastDue, Trialing, Unpaid,
};
use mintage_domain::model::stripe::subscription::{InvoiceFacts, SoldPrice, StripeSubscription};

use crate::life::payment::Paid;
use crate::life::scene::{OpenOrder, TEAM, second};
use crate::life::script::{DAY, Fact, Steps};

const PERIOD: i64 = 30 * DAY;
const PRICE: i64 = 2_900;

/// A subscription as Stripe has it.
struct Live {
    start: i64,
    is_trial: bool,
    now: StripeSubscription,
    session: String,
}

/// The buyer subscribes; periods are paid or not, and in between the buyer and the seller do this and that.
pub(crate) fn act(steps: &mut Steps<'_>, order: &OpenOrder, is_trial: bool) {
    let mut live = Live::begin(steps, order, is_trial);
    for number in 1..=steps.dice.pick(&[0, 1, 1, 2, 2, 3, 4]) {
        live.change(steps, number);
        if live.now.status == Canceled {
            return;
        }
        let ends = live.now.cancels;
        let number = i64::try_from(number).unwrap();
        steps.pass_until(live.start + number * PERIOD);
        if ends {
            return live.end(steps);
        }
        live.renew(steps, number);
        if matches!(live.now.status, Canceled | Unpaid) {
            return;
        }
    }
}

impl Live {
    /// The session is completed, which begins the subscription.
    fn begin(steps: &mut Steps<'_>, order: &OpenOrder, is_trial: bool) -> Self {
        let session = order.session.to_string();
        let start = steps.now();
        let mut live = Self {
            start,
            is_trial,
            now: StripeSubscription {
                id: SubscriptionId::parse(&format!("sub_{session}")).unwrap(),
                status: if is_trial { Trialing } else { Active },
                period_start: None,
                period_end: None,
                cancels: false,
                is_paused: false,
                latest_invoice: None,
                sold: None,
                is_ours: Some(true),
            },
            session,
        };
        live.in_period(0);
        let invoice = live.invoice(0, true);
        let payment = if is_trial {
            PaymentStatus::NoPaymentRequired
        } else {
            PaymentStatus::Paid
        };
        let completed = EventData::SessionCompleted(SessionFacts {
            session: order.session.clone(),
            payment,
            amount_subtotal: Some(if is_trial { 0 } else { PRICE }),
            amount_total: Some(if is_trial { 0 } else { PRICE }),
            currency: Some("usd".to_owned()),
            email: Some(order.buyer.as_str().to_owned()),
            name: None,
            payment_intent: None,
            subscription: Some(live.now.id.clone()),
            invoice: Some(invoice.id.clone()),
            at: Some(steps.created()),
            discount: None,
            own: Box::default(),
            snapshot: BTreeMap::new(),
        });
        let becomes = vec![live.fact(), Fact::Invoice(invoice.clone())];
        let sends = vec![completed, EventData::Invoice(invoice), live.event()];
        steps.happen(becomes, sends);
        if !is_trial && steps.dice.one_in(3) {
            live.paid(steps, 0).act(steps);
        }
        live
    }

    fn fact(&self) -> Fact {
        Fact::Subscription(self.now.clone())
    }

    fn event(&self) -> EventData {
        EventData::Subscription(self.now.clone())
    }

    fn in_period(&mut self, number: i64) {
        self.now.period_start = Some(second(self.start + number * PERIOD).unix_seconds());
        self.now.period_end = Some(second(self.start + (number + 1) * PERIOD).unix_seconds());
        self.now.latest_invoice = Some(self.invoice_id(&number.to_string()));
    }

    fn invoice_id(&self, number: &str) -> InvoiceId {
        InvoiceId::parse(&format!("in_{}_{number}", self.session)).unwrap()
    }

    fn invoice(&self, number: i64, is_paid: bool) -> InvoiceFacts {
        let is_free = self.is_trial && number == 0;
        InvoiceFacts {
            id: self.invoice_id(&number.to_string()),
            subscription: Some(self.now.id.clone()),
            created: Some(second(self.start + number * PERIOD).unix_seconds()),
            period_end: Some(second(self.start + (number + 1) * PERIOD).unix_seconds()),
            is_paid,
            has_failed: false,
            is_void: false,
            amount_paid: Some(if is_paid && !is_free { PRICE } else { 0 }),
            currency: Some("usd".to_owned()),
            payment_intent: (is_paid && !is_free).then(|| self.intent(number)),
            is_ours: Some(true),
        }
    }

    fn intent(&self, number: i64) -> PaymentIntentId {
        PaymentIntentId::parse(&format!("pi_{}_{number}", self.session)).unwrap()
    }

    fn paid(&self, steps: &Steps<'_>, number: i64) -> Paid {
        let is_old_version = steps.dice.one_in(4);
        Paid {
            intent: self.intent(number),
            charged: PRICE,
            invoice: is_old_version.then(|| self.invoice_id(&number.to_string())),
        }
    }

    /// The subscription changes at Stripe, and an event says so.
    fn become_so(&self, steps: &mut Steps<'_>) {
        steps.happen(vec![self.fact()], vec![self.event()]);
    }

    /// Something happens within a period, or nothing.
    fn change(&mut self, steps: &mut Steps<'_>, number: usize) {
        steps.pass();
        match steps.dice.below(9) {
            0 => {
                self.now.is_paused = true;
                self.become_so(steps);
                steps.pass();
                self.now.is_paused = false;
                self.become_so(steps);
            }
            1 => {
                self.now.cancels = true;
                self.become_so(steps);
            }
            2 => {
                self.now.cancels = true;
                self.become_so(steps);
                steps.pass();
                self.now.cancels = false;
                self.become_so(steps);
            }
            3 => self.upgrade(steps, number),
            4 => self.end(steps),
            _ => {}
        }
    }

    /// Another price, and an invoice of nothing but a proration.
    fn upgrade(&mut self, steps: &mut Steps<'_>, number: usize) {
        let shop = steps.shop();
        self.now.sold = Some(SoldPrice {
            tenant: TenantId::parse(&format!("shop-{shop}")).unwrap(),
            product: ProductId::parse("pixel").unwrap(),
            key_type: KeyTypeId::parse(TEAM).unwrap(),
        });
        let proration = InvoiceFacts {
            id: self.invoice_id(&format!("proration_{number}")),
            period_end: None,
            payment_intent: None,
            created: Some(second(steps.now()).unix_seconds()),
            ..self.invoice(0, true)
        };
        let becomes = vec![self.fact(), Fact::Invoice(proration.clone())];
        steps.happen(becomes, vec![self.event(), EventData::Invoice(proration)]);
    }

    /// The subscription ends at once.
    fn end(&mut self, steps: &mut Steps<'_>) {
        self.now.status = Canceled;
        self.become_so(steps);
    }

    /// A period begins, and is paid at once, after a failure, or never.
    fn renew(&mut self, steps: &mut Steps<'_>, number: i64) {
        self.in_period(number);
        self.now.status = Active;
        let draft = self.invoice(number, false);
        let becomes = vec![self.fact(), Fact::Invoice(draft)];
        steps.happen(becomes, vec![self.event()]);
        steps.pass();
        if steps.dice.one_in(3) {
            self.fail(steps, number);
            steps.pass();
            match steps.dice.below(5) {
                0 => return self.end_unpaid(steps, Canceled),
                1 => return self.end_unpaid(steps, Unpaid),
                2 => return self.void(steps, number),
                _ => {}
            }
        }
        let invoice = self.invoice(number, true);
        let mut becomes = vec![Fact::Invoice(invoice.clone())];
        let mut sends = vec![EventData::Invoice(invoice)];
        if self.now.status == PastDue {
            self.now.status = Active;
            becomes.push(self.fact());
            sends.push(self.event());
        }
        steps.happen(becomes, sends);
        if steps.dice.one_in(3) {
            self.paid(steps, number).act(steps);
        }
    }

    /// One or two attempts to charge fail.
    fn fail(&mut self, steps: &mut Steps<'_>, number: i64) {
        for _ in 0..=steps.dice.below(2) {
            self.now.status = PastDue;
            let failed = EventData::Invoice(InvoiceFacts {
                has_failed: true,
                ..self.invoice(number, false)
            });
            steps.happen(vec![self.fact()], vec![failed, self.event()]);
            steps.pass();
        }
    }

    /// The seller voids the invoice.
    fn void(&mut self, steps: &mut Steps<'_>, number: i64) {
        self.now.status = Active;
        let void = InvoiceFacts {
            is_void: true,
            ..self.invoice(number, false)
        };
        let becomes = vec![self.fact(), Fact::Invoice(void.clone())];
        steps.happen(becomes, vec![EventData::Invoice(void), self.event()]);
    }

    fn end_unpaid(&mut self, steps: &mut Steps<'_>, status: SubscriptionStatus) {
        self.now.status = status;
        self.become_so(steps);
    }
}
