/// The two modes of a Stripe account. Objects of one mode are invisible in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Keys begin with `sk_test_`; no money moves at the real Stripe.
    Test,
    /// Keys begin with `sk_live_`.
    Live,
}

impl Mode {
    pub(crate) const ALL: [Self; 2] = [Self::Test, Self::Live];

    /// The value of the `livemode` field of objects and events.
    pub fn livemode(self) -> bool {
        self == Self::Live
    }

    /// `test` or `live`, as in the prefixes of keys and session ids.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    /// The mode of a `livemode` flag.
    pub fn from_livemode(livemode: bool) -> Self {
        if livemode { Self::Live } else { Self::Test }
    }

    pub(crate) fn other(self) -> Self {
        Self::from_livemode(!self.livemode())
    }
}
