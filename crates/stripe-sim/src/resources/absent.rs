//! Objects of which the simulator has none: each id is one that does not exist.

use crate::base::error::ApiResult;
use crate::resources::context::Context;
use crate::resources::existence;

pub(crate) fn retrieve_customer(context: &mut Context<'_>) -> ApiResult {
    Err(existence::no_such("customer", &context.id))
}
