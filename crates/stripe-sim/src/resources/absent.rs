//! Objects of which the simulator has none: each id is one that does not exist.

use crate::base::error::{ApiResult, StripeError};
use crate::params::spec::{Kind, Param, optional};
use crate::resources::context::Context;
use crate::resources::existence;

pub(crate) const UPDATE: &[Param] = &[
    optional("active", Kind::Bool),
    optional("metadata", Kind::Metadata),
];

pub(crate) fn retrieve(context: &mut Context<'_>) -> ApiResult {
    Err(missing(context))
}

pub(crate) fn update(context: &mut Context<'_>) -> ApiResult {
    Err(missing(context))
}

fn missing(context: &Context<'_>) -> StripeError {
    let kind = context.id.split('_').next().unwrap_or_default();
    let noun = match kind {
        "cus" => "customer",
        "promo" => "promotion code",
        "txn" => "balance transaction",
        _ => "object",
    };
    existence::no_such(noun, &context.id)
}
