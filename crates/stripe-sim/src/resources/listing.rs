//! The two calls that every type of object has: retrieve and list.

use serde_json::json;

use crate::base::error::{ApiResult, StripeError};
use crate::engine::objects::Stored;
use crate::model::object::StripeObject;
use crate::params::values::Params;
use crate::resources::context::Context;

const DEFAULT_LIMIT: i64 = 10;
const MAX_LIMIT: usize = 100;

/// Retrieves one object.
pub(crate) fn retrieve<T: Stored>(context: &mut Context<'_>) -> ApiResult {
    let object = context.world.store.get::<T>(&context.scope, &context.id)?;
    Ok(object.to_json())
}

/// Lists objects, newest first.
pub(crate) fn list<T: Stored>(context: &mut Context<'_>) -> ApiResult {
    let (store, scope, params) = (&context.world.store, &context.scope, &context.params);
    let limit = limit(params)?;
    if let Some(before) = params.text("ending_before") {
        return list_newer::<T>(context, before, limit);
    }
    let mut newest = store.list::<T>(scope).rev();
    if let Some(after) = params.text("starting_after") {
        store.get::<T>(scope, after)?;
        newest.find(|object| object.id() == after);
    }
    let mut selected = newest
        .filter(|object| created_in_range(object.created(), params) && object.matches(params));
    let data: Vec<_> = selected
        .by_ref()
        .take(limit)
        .map(StripeObject::to_json)
        .collect();
    let has_more = selected.next().is_some();
    Ok(json!({ "object": "list", "url": T::URL, "has_more": has_more, "data": data }))
}

/// Lists the objects that are directly newer than `before`, newest first.
fn list_newer<T: Stored>(context: &Context<'_>, before: &str, limit: usize) -> ApiResult {
    let (store, scope, params) = (&context.world.store, &context.scope, &context.params);
    store.get::<T>(scope, before)?;
    let mut newer = store.list::<T>(scope);
    newer.find(|object| object.id() == before);
    let mut selected =
        newer.filter(|object| created_in_range(object.created(), params) && object.matches(params));
    let mut data: Vec<_> = selected
        .by_ref()
        .take(limit)
        .map(StripeObject::to_json)
        .collect();
    data.reverse();
    let has_more = selected.next().is_some();
    Ok(json!({ "object": "list", "url": T::URL, "has_more": has_more, "data": data }))
}

/// The number of objects that a page of a list has at most.
pub(crate) fn limit(params: &Params) -> Result<usize, StripeError> {
    let limit = params.integer("limit").unwrap_or(DEFAULT_LIMIT);
    let limit = usize::try_from(limit).ok();
    limit.filter(|limit| *limit <= MAX_LIMIT).ok_or_else(|| {
        let message = format!("This value must be less than or equal to {MAX_LIMIT}");
        StripeError::invalid(message)
            .code("parameter_invalid_integer")
            .param("limit")
    })
}

fn created_in_range(created: i64, params: &Params) -> bool {
    let Some(bounds) = params.hash("created") else {
        return true;
    };
    let holds = |name, compare: fn(&i64, &i64) -> bool| {
        let bound = bounds.integer(name);
        bound.is_none_or(|bound| compare(&created, &bound))
    };
    holds("gt", i64::gt) && holds("gte", i64::ge) && holds("lt", i64::lt) && holds("lte", i64::le)
}
