//! Connecting a tenant's Stripe account with a restricted key: proving the key, the webhook endpoint on the
//! account, the health of the key, and disconnecting.

mod connect;
mod coupon;
mod disconnect;
mod endpoint;
mod error;
mod health;
mod shared;
mod work;

pub use connect::{ConnectKey, connect};
pub use coupon::{sweep_coupons, warnings_of};
pub use disconnect::{disconnect, leave};
pub use endpoint::ensure_endpoint;
pub use error::RestrictedKeyError;
pub use health::recheck;
pub(super) use shared::is_taken;
pub use shared::{Address, seller_key, webhook_secret};
pub use work::{DueReport, work_on_due};
