/// The version of Stripe's API that the simulator's objects and events follow.
pub const API_VERSION: &str = "2026-09-30.endive";
