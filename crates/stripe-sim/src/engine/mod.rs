//! The state of the simulator and the parts that do not depend on the type of an object: clock,
//! accounts and keys, events and their delivery, idempotency keys, faults, recorded requests.

pub(crate) mod accounts;
pub(crate) mod authentication;
pub(crate) mod authorization_codes;
pub(crate) mod balance;
pub(crate) mod clock;
pub(crate) mod collection;
pub(crate) mod delivery;
pub(crate) mod events;
pub(crate) mod faults;
pub(crate) mod idempotency;
pub(crate) mod journal;
pub(crate) mod objects;
pub(crate) mod outbox;
pub(crate) mod permissions;
pub(crate) mod restricted_keys;
pub(crate) mod store;
pub(crate) mod world;
