//! The lines of a session and of a payment link, in the order of the cart.

use serde_json::{Value, json};

use crate::base::error::{ApiResult, StripeError};
use crate::model::line_item::LineItem;
use crate::model::object::StripeObject;
use crate::model::payment_link::PaymentLink;
use crate::model::price::Price;
use crate::model::session::Session;
use crate::model::session_options::Amounts;
use crate::params::spec::Kind::{Positive, Text};
use crate::params::spec::{Param, optional};
use crate::resources::context::Context;
use crate::resources::existence::no_such;
use crate::resources::listing;

pub(crate) const LIST: &[Param] = &[
    optional("ending_before", Text),
    optional("limit", Positive),
    optional("starting_after", Text),
];

/// `GET /v1/checkout/sessions/{id}/line_items`.
pub(crate) fn of_session(context: &mut Context<'_>) -> ApiResult {
    let store = &context.world.store;
    let session = store.get::<Session>(&context.scope, &context.id)?;
    let lines = &session.line_items;
    let subtotals = lines.iter().map(|line| line.subtotal);
    let amounts = session.amounts.split(subtotals);
    page(context, Session::URL, lines, &amounts)
}

/// `GET /v1/payment_links/{id}/line_items`.
pub(crate) fn of_payment_link(context: &mut Context<'_>) -> ApiResult {
    let store = &context.world.store;
    let link = store.get::<PaymentLink>(&context.scope, &context.id)?;
    let lines = &link.line_items;
    let amounts: Vec<_> = lines.iter().map(|it| Amounts::of(it.subtotal)).collect();
    page(context, PaymentLink::URL, lines, &amounts)
}

/// The page of the lines that the parameters select. `parents` is the path of the list of their owner.
fn page(
    context: &Context<'_>,
    parents: &str,
    lines: &[LineItem],
    amounts: &[Amounts],
) -> ApiResult {
    let limit = listing::limit(&context.params)?;
    let before = position(context, lines, "ending_before")?;
    let after = position(context, lines, "starting_after")?;
    let first = after.map_or(0, |after| after.saturating_add(1));
    let (first, end, has_more) = if let Some(end) = before {
        (end.saturating_sub(limit), end, end > limit)
    } else {
        let end = lines.len().min(first.saturating_add(limit));
        (first, end, end < lines.len())
    };
    let selected = lines.iter().zip(amounts).take(end).skip(first);
    let to_json = |(line, amounts): (&LineItem, &Amounts)| {
        let price = context
            .world
            .store
            .get::<Price>(&context.scope, &line.price);
        line.to_json(amounts, price.ok())
    };
    let data: Vec<Value> = selected.map(to_json).collect();
    let url = format!("{parents}/{}/line_items", context.id);
    Ok(json!({ "object": "list", "url": url, "has_more": has_more, "data": data }))
}

/// The place of the line that a parameter names.
fn position(
    context: &Context<'_>,
    lines: &[LineItem],
    param: &'static str,
) -> Result<Option<usize>, StripeError> {
    let Some(id) = context.params.text(param) else {
        return Ok(None);
    };
    let found = lines.iter().position(|line| line.id == id);
    let found = found.ok_or_else(|| no_such("line item", id).param(param));
    found.map(Some)
}
