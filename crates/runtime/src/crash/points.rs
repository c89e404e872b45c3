//! The named points of a crash test.

/// Makes the points, their list and their names of one table, so that none of them lacks any.
macro_rules! points {
    ($($(#[$doc:meta])* $point:ident = $name:literal,)+) => {
        /// A place between two effects, where a server may die.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Point {
            $($(#[$doc])* $point,)+
        }

        #[cfg(feature = "crash-points")]
        impl Point {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$point,)+];

            /// What `MINTAGE_CRASH_AT` calls it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name,)+
                }
            }
        }
    };
}

points! {
    /// The state of an OAuth round is used up, the code is not exchanged.
    ConnectStateBurnt = "connect.state-burnt",
    /// Stripe has granted access, and it is not written down.
    ConnectExchanged = "connect.exchanged",
    /// The account is connected, and the seller has not seen the page.
    ConnectLinked = "connect.linked",
    /// A product is made at Stripe, and not written down.
    PricesProductMade = "prices.product-made",
    /// A price is made at Stripe, and not written down.
    PricesPriceMade = "prices.price-made",
    /// An order is written down, Stripe knows nothing of it.
    CheckoutIntended = "checkout.intended",
    /// Stripe has opened a session, and it is not written down.
    CheckoutOpened = "checkout.opened",
    /// What an event comes to is decided, not committed.
    FulfilDecided = "fulfil.decided",
    /// It is committed, and Stripe has no answer.
    FulfilCommitted = "fulfil.committed",
    /// Deliveries are claimed, none is sent.
    DeliverClaimed = "deliver.claimed",
    /// A delivery is sent and answered, which is not written down.
    DeliverSent = "deliver.sent",
    /// It is written down.
    DeliverConcluded = "deliver.concluded",
    /// Mails are claimed, none is sent.
    MailClaimed = "mail.claimed",
    /// A mail is taken over by the mail server, which is not written down.
    MailSent = "mail.sent",
    /// It is written down.
    MailConcluded = "mail.concluded",
    /// An account was left, and Stripe has not been told.
    RetireDecided = "retire.decided",
    /// Stripe has been told, which is not written down.
    RetireDeauthorized = "retire.deauthorized",
}
