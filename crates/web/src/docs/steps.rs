//! The first steps of a new seller, with the calls of each.

use super::calls::{Call, Group};
use super::text::{Span, line};

/// A step.
pub(super) struct Step {
    pub(super) title: &'static str,
    pub(super) about: Vec<Span>,
    /// What to type.
    pub(super) code: String,
    /// The id of the call.
    pub(super) call: Option<&'static str>,
}

const CREATE_TENANT: &str = "mintage tenant create --tenant my-shop --email me@example.com";

/// A title, the call, and what to know.
type Row = (&'static str, &'static str, &'static str);

/// The steps after the tenant exists, in order.
const STEPS: [Row; 10] = [
    (
        "Create a product",
        "createProduct",
        "`productId` and `keyPrefix` are yours to choose: the prefix begins each license key.",
    ),
    (
        "Create a key type",
        "createKeyType",
        "A key type is what you sell: a duration, a number of devices, and a price. A product has as \
         many as you like.",
    ),
    (
        "Connect your Stripe account",
        "connectStripe",
        "Open the `url` of the answer in a browser, and follow Stripe's pages. The page at the end shows \
         the checkout key once: it is `MINTAGE_CHECKOUT_KEY` in the examples.",
    ),
    (
        "Create the prices at Stripe",
        "setUpPrices",
        "Repeat this call after you create key types or change prices.",
    ),
    (
        "Sell a license",
        "createCheckout",
        "Your backend sends the buyer to the `url` of the answer. In sandbox mode, the card is 4242 4242 \
         4242 4242, with any date in the future. After the payment, the thank-you page shows the license \
         key, and the buyer gets a mail.",
    ),
    (
        "Find the license",
        "listLicenses",
        "Each paid checkout has one license. Your webhook endpoint gets the event `license.created` too.",
    ),
    (
        "Create a key for your app",
        "createApiKey",
        "A publishable key may be part of an app. The `id` of the answer is `MINTAGE_PUBLISHABLE_KEY` in \
         the examples.",
    ),
    (
        "Activate the license in the app",
        "activateLicense",
        "The buyer types the license key. The fingerprint is a random id that your app creates at its \
         first start, and keeps.",
    ),
    (
        "Validate the license in the app",
        "validateLicense",
        "At each start, and once a day. `valid` says whether the license is good.",
    ),
    (
        "Give the activation back",
        "deactivateLicense",
        "When the buyer signs out or uninstalls the app, another device may take the place.",
    ),
];

/// The steps, with the example of each call for a shell.
pub(super) fn steps(groups: &[Group]) -> Vec<Step> {
    let tenant = Step {
        title: "Create a tenant",
        about: line(
            "The operator of the server creates your tenant. The command prints the management token, once: \
             it is `MINTAGE_TOKEN` in the examples.",
        ),
        code: CREATE_TENANT.to_owned(),
        call: None,
    };
    let known: Vec<&Call> = groups.iter().flat_map(|group| &group.calls).collect();
    let step = |(title, id, about): Row| {
        let call = known.iter().find(|call| call.id == id)?;
        Some(Step {
            title,
            about: line(about),
            code: call.examples.first()?.code.clone(),
            call: Some(id),
        })
    };
    let calls = STEPS.into_iter().filter_map(step);
    [tenant].into_iter().chain(calls).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_names_its_call_once() {
        let mut ids: Vec<&str> = STEPS.iter().map(|(_, id, _)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), STEPS.len());
    }
}
