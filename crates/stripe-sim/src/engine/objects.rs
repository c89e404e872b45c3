use crate::engine::collection::Collection;
use crate::model::application_fee::ApplicationFee;
use crate::model::balance_transaction::BalanceTransaction;
use crate::model::charge::Charge;
use crate::model::dispute::Dispute;
use crate::model::event::Event;
use crate::model::invoice::Invoice;
use crate::model::object::StripeObject;
use crate::model::payment_intent::PaymentIntent;
use crate::model::payment_link::PaymentLink;
use crate::model::payout::Payout;
use crate::model::price::Price;
use crate::model::product::Product;
use crate::model::promotions::{Coupon, PromotionCode};
use crate::model::refund::Refund;
use crate::model::session::Session;
use crate::model::subscription::Subscription;
use crate::model::webhook_endpoint::RegisteredEndpoint;

/// A type of object that has a collection in [`Objects`].
pub(crate) trait Stored: StripeObject {
    fn collection(objects: &Objects) -> &Collection<Self>;

    fn collection_mut(objects: &mut Objects) -> &mut Collection<Self>;
}

macro_rules! objects {
    ($($name:ident: $Type:ty,)*) => {
        /// The objects of one scope, one collection per type.
        #[derive(Default)]
        pub(crate) struct Objects {
            $($name: Collection<$Type>,)*
        }

        $(impl Stored for $Type {
            fn collection(objects: &Objects) -> &Collection<Self> {
                &objects.$name
            }

            fn collection_mut(objects: &mut Objects) -> &mut Collection<Self> {
                &mut objects.$name
            }
        })*
    };
}

objects! {
    application_fees: ApplicationFee,
    balance_transactions: BalanceTransaction,
    charges: Charge,
    coupons: Coupon,
    disputes: Dispute,
    events: Event,
    invoices: Invoice,
    payment_intents: PaymentIntent,
    payment_links: PaymentLink,
    payouts: Payout,
    prices: Price,
    products: Product,
    promotion_codes: PromotionCode,
    refunds: Refund,
    sessions: Session,
    webhook_endpoints: RegisteredEndpoint,
    subscriptions: Subscription,
}
