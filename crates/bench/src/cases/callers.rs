//! Which calls a case makes.

use crate::cases::case::{Case, Work};
use crate::cases::context::Context;
use crate::cases::{activate, checkout, hello, issue, validate, webhook};
use crate::load::Caller;

/// The calls of a case for one connection. A yardstick has none.
pub(crate) fn caller(case: Case, context: &Context) -> Option<Box<dyn Caller>> {
    let context = context.clone();
    Some(match case.work {
        Work::Hello => Box::new(hello::Hello),
        Work::Validate => Box::new(validate::Validate::new(context)),
        Work::Issue => Box::new(issue::Issue::new(context)),
        Work::Activate => Box::new(activate::Activate::new(context)),
        Work::Webhook => Box::new(webhook::Webhook::new(context)),
        Work::Checkout => Box::new(checkout::Checkout::new(context)),
        Work::ReadRows | Work::IssueRows | Work::WebhookRows => return None,
    })
}
