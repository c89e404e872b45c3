//! The named points of a crash test.

/// Generates the points, their list and their names from one table.
macro_rules! points {
    ($($(#[$doc:meta])* $point:ident = $name:literal,)+) => {
        /// A place between two effects, where a crash test may kill the server.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Point {
            $($(#[$doc])* $point,)+
        }

        #[cfg(feature = "crash-points")]
        impl Point {
            /// All points.
            pub const ALL: &[Self] = &[$(Self::$point,)+];

            /// The name in `MINTAGE_CRASH_AT`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name,)+
                }
            }
        }
    };
}

points! {
    /// The state of an OAuth round is used up; the code is not exchanged yet.
    ConnectStateBurnt = "connect.state-burnt",
    /// Stripe has granted access; the grant is not committed.
    ConnectExchanged = "connect.exchanged",
    /// The account is connected, and the seller has not seen the page.
    ConnectLinked = "connect.linked",
    /// A product is created at Stripe; its id is not committed.
    PricesProductMade = "prices.product-made",
    /// A price is created at Stripe; its id is not committed.
    PricesPriceMade = "prices.price-made",
    /// An order is committed; Stripe has no session for it.
    CheckoutIntended = "checkout.intended",
    /// Stripe has opened a session; its id is not committed.
    CheckoutOpened = "checkout.opened",
    /// The outcome of an event is decided and not committed.
    FulfilDecided = "fulfil.decided",
    /// The outcome of an event is committed; Stripe has no answer.
    FulfilCommitted = "fulfil.committed",
    /// Deliveries are claimed, none is sent.
    DeliverClaimed = "deliver.claimed",
    /// A delivery is sent and answered; the result is not committed.
    DeliverSent = "deliver.sent",
    /// The result of a delivery is committed.
    DeliverConcluded = "deliver.concluded",
    /// Mails are claimed, none is sent.
    MailClaimed = "mail.claimed",
    /// The mail server has accepted a mail; the result is not committed.
    MailSent = "mail.sent",
    /// The result of a mail is committed.
    MailConcluded = "mail.concluded",
    /// The tenant has left an account; the access at Stripe is not revoked yet.
    RetireDecided = "retire.decided",
    /// The access at Stripe is revoked; the revocation is not committed yet.
    RetireDeauthorized = "retire.deauthorized",
    /// The coupon of a probe is created at Stripe and not deleted.
    KeyCouponMade = "key.coupon-made",
    /// The coupon of a probe is deleted at Stripe; its row is not removed yet.
    KeyCouponDeleted = "key.coupon-deleted",
    /// A restricted key is connected; its webhook endpoint is not created yet.
    KeyLinked = "key.linked",
    /// The webhook endpoint of a key is created at Stripe; its id and secret are not committed.
    KeyEndpointMade = "key.endpoint-made",
    /// A key is disconnected; its webhook endpoint is not removed at Stripe yet.
    KeyLeft = "key.left",
    /// The webhook endpoint of a former key is removed at Stripe; the removal is not committed yet.
    KeyEndpointRemoved = "key.endpoint-removed",
}
