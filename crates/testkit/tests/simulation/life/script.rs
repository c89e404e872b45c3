//! What happens at Stripe, in its true order, and the events that Stripe sends about it.

use std::fmt;

use mintage_domain::base::id::StripeEventId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::event::{DisputeFacts, EventData, StripeEvent};
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::model::stripe::subscription::{InvoiceFacts, StripeSubscription};
use mintage_domain::usecase::stripe::inbound::Inbound;

use crate::dice::Dice;
use crate::life::scene::{Scene, World, second};
use crate::life::{sale, subscription};

const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 24 * HOUR;

/// What is retrieved from Stripe from a step on.
pub(crate) enum Fact {
    Subscription(StripeSubscription),
    Invoice(InvoiceFacts),
    Dispute(DisputeFacts),
}

/// Something that happens at Stripe.
pub(crate) struct Step {
    /// Seconds after the start. Several steps may share a second.
    pub(crate) at: i64,
    pub(crate) shop: usize,
    becomes: Vec<Fact>,
    sends: Vec<EventData>,
    /// The indexes of the events among all events of the script.
    pub(crate) events: Vec<usize>,
}

/// The steps of one object, in their order.
pub(crate) struct Steps<'a> {
    pub(crate) dice: &'a Dice,
    shop: usize,
    at: i64,
    list: Vec<Step>,
}

/// All steps of a case, and all events.
pub(crate) struct Script {
    pub(crate) steps: Vec<Step>,
    pub(crate) events: Vec<Inbound>,
}

impl<'a> Steps<'a> {
    /// No steps, from one of the first seconds on.
    pub(crate) fn new(dice: &'a Dice, shop: usize) -> Self {
        Self {
            dice,
            shop,
            at: dice.pick(&[0, 0, 1, HOUR]),
            list: Vec::new(),
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.at
    }

    pub(crate) fn shop(&self) -> usize {
        self.shop
    }

    /// The time of the events that are sent now.
    pub(crate) fn created(&self) -> Timestamp {
        second(self.at)
    }

    /// Lets some time pass, or none at all.
    pub(crate) fn pass(&mut self) {
        self.at += self.dice.pick(&[0, 0, 0, 1, 60, 2 * HOUR, 3 * DAY]);
    }

    /// Lets time pass until an instant, if it has not come.
    pub(crate) fn pass_until(&mut self, at: i64) {
        self.at = self.at.max(at);
    }

    /// Something happens now. Stripe may send two events for one of them.
    pub(crate) fn happen(&mut self, becomes: Vec<Fact>, mut sends: Vec<EventData>) {
        if !sends.is_empty() && self.dice.one_in(12) {
            sends.push(self.dice.pick(&sends));
        }
        self.list.push(Step {
            at: self.at,
            shop: self.shop,
            becomes,
            sends,
            events: Vec::new(),
        });
    }
}

impl Script {
    /// Up to five orders and two subscriptions on up to three accounts.
    pub(crate) fn new(scene: &Scene, dice: &Dice) -> Self {
        let accounts = 1 + dice.below(scene.shops.len());
        let mut steps = Vec::new();
        // Most cases are small, so that there are many.
        let rarity = dice.pick(&[2, 4, 6]);
        for slot in 0..scene.shops[0].orders.len() {
            if dice.one_in(rarity) {
                let shop = dice.below(accounts);
                let mut of_order = Steps::new(dice, shop);
                sale::act(&mut of_order, &scene.shops[shop].orders[slot]);
                steps.extend(of_order.list);
            }
        }
        for slot in 0..scene.shops[0].subscriptions.len() {
            if dice.one_in(rarity) {
                let shop = dice.below(accounts);
                let mut of_subscription = Steps::new(dice, shop);
                let order = &scene.shops[shop].subscriptions[slot];
                subscription::act(&mut of_subscription, order, slot == 1);
                steps.extend(of_subscription.list);
            }
        }
        // Steps of one object that share a second keep their order.
        steps.sort_by_key(|step| step.at);
        let mut script = Self {
            steps: Vec::new(),
            events: Vec::new(),
        };
        for step in steps {
            script.add(scene, step);
        }
        script
    }

    fn add(&mut self, scene: &Scene, mut step: Step) {
        let account = &scene.shops[step.shop].account;
        for data in step.sends.drain(..) {
            let number = self.events.len();
            let id = StripeEventId::parse(&format!("evt_{number}")).unwrap();
            step.events.push(number);
            self.events.push(Inbound {
                endpoint: EventEndpoint::Connect(account.mode),
                payload: Vec::new(),
                event: StripeEvent {
                    id,
                    kind: "of.a.life".to_owned(),
                    account: Some(account.account.clone()),
                    livemode: account.mode.livemode(),
                    data,
                },
                parked: None,
            });
        }
        self.steps.push(step);
    }
}

impl Step {
    /// The step happens at Stripe.
    pub(crate) fn take_place(&self, world: &World<'_>) {
        let account = &world.scene.shops[self.shop].account;
        world.pass_until(self.at);
        for fact in &self.becomes {
            match fact {
                Fact::Subscription(it) => world.stripe.put_subscription(account, it.clone()),
                Fact::Invoice(it) => world.stripe.put_invoice(account, it.clone()),
                Fact::Dispute(it) => world.stripe.set_dispute(account, it.clone()),
            }
        }
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{:>9} s, shop {}:", step.at, step.shop)?;
            for event in &step.events {
                writeln!(f, "    {event}: {:?}", self.events[*event].event.data)?;
            }
        }
        Ok(())
    }
}
