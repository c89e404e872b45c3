//! Opens a checkout session, for a call of the API or for the visitor of a payment link.

use crate::base::error::StripeError;
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::session::{Session, SessionStatus};
use crate::model::session_options::Amounts;
use crate::model::session_terms::SessionTerms;
use crate::resources::cart::Cart;

/// The longest time for which a session is open, in seconds. Sessions have it by default.
pub(crate) const MAX_LIFETIME: i64 = 24 * 3600;

/// Opens a session and returns its id.
pub(crate) fn open(
    world: &mut World,
    scope: &Scope,
    cart: Cart,
    terms: SessionTerms,
    expires_at: Option<i64>,
) -> String {
    let created = world.clock.now();
    let mode = scope.mode;
    let random = world.ids.generate("a1", 56);
    let id = format!("cs_{}_{random}", mode.as_str());
    let currency = cart.currency.clone();
    let line_items = cart.create_lines(world, scope, &terms);
    let subtotals = line_items.iter().map(|line| line.subtotal);
    let session = Session {
        id: id.clone(),
        livemode: mode.livemode(),
        created,
        expires_at: expires_at.unwrap_or(created.saturating_add(MAX_LIFETIME)),
        url: format!("{}/c/pay/{id}", world.base_url),
        status: SessionStatus::Open,
        payment_status: "unpaid",
        amounts: Amounts::of(subtotals.fold(0, i64::saturating_add)),
        discount: None,
        currency,
        line_items,
        payment_intent: None,
        payer_email: None,
        card_to_authenticate: None,
        subscription: None,
        invoice: None,
        terms,
    };
    world.store.insert(scope, session);
    id
}

/// Refuses accounts that cannot take payments.
pub(crate) fn check_charges_enabled(world: &World, scope: &Scope) -> Result<(), StripeError> {
    let account = world.accounts.get(&scope.account);
    if account.is_some_and(|account| account.charges_enabled) {
        return Ok(());
    }
    let mode = scope.mode.as_str();
    Err(StripeError::invalid(format!(
        "Your account cannot currently make {mode} charges. If you are the site owner, please \
         activate your account at https://dashboard.stripe.com/account/onboarding to remove this \
         limitation."
    )))
}
