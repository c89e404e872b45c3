//! Values without business meaning: ids, money, time, text, addresses, secrets, pages.

pub(crate) mod base32;
pub mod change;
pub mod email;
pub(crate) mod hmac;
pub mod id;
#[cfg(feature = "serde")]
pub(crate) mod kept_email;
pub mod metadata;
pub mod metadata_filter;
pub mod mode;
pub mod money;
pub mod page;
pub mod seal;
pub mod secret;
pub mod slug;
pub mod stripe_value;
pub mod text;
pub(crate) mod text_enum;
pub(crate) mod text_newtype;
pub mod time;
pub mod url;
