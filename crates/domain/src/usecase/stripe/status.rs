//! What a seller reads about the connection.

use crate::base::page::{Cursor, Page, PageRequest};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::catalog::key_type::KeyType;
use crate::model::stripe::account_state::Payout;
use crate::model::stripe::connection::Connection;
use crate::model::stripe::next_step::{ConnectionView, NextStep, next_steps};
use crate::model::stripe::stripe_account::StripeAccount;
use crate::ports::{Catalog, Connections, StoreError, StripeError, Tenants};
use crate::usecase::catalog::prices::{PricesError, missing_prices};
use crate::usecase::stripe::connect::ConnectError;

/// What a seller reads about the connection.
#[derive(Debug)]
pub struct ConnectionReport {
    /// The connection.
    pub connection: Connection,
    /// What Stripe last said of the account; `None` if disconnected, or if Stripe was never asked.
    pub facts: Option<StripeAccount>,
    /// When an event of the account was last received.
    pub last_event_at: Option<Timestamp>,
    /// The key types that are on sale and have no price on the account.
    pub missing_prices: Vec<KeyType>,
    /// What the seller does next.
    pub next: Vec<NextStep>,
}

/// Reads about the connection of a tenant. `answer` is what Stripe says now, if it was asked.
pub fn report(
    store: &(impl Tenants + Connections + Catalog + ?Sized),
    tenant: &TenantId,
    answer: Option<&Result<StripeAccount, StripeError>>,
) -> Result<ConnectionReport, ConnectError> {
    let owner = store.tenant(tenant)?.ok_or(ConnectError::NotFound)?;
    let connection = store.connection(tenant)?;
    let connection = connection.unwrap_or_else(|| Connection::none(tenant.clone()));
    let account = connection.state.account();
    let (mut facts, mut last_event_at, mut missing) = (None, None, Vec::new());
    if let Some(account) = &account {
        facts = match answer {
            Some(Ok(facts)) => Some(facts.clone()),
            _ => store.account_state(account)?.and_then(|state| state.facts),
        };
        last_event_at = store.last_event_at(account)?;
        missing = missing_prices(store, tenant, account).map_err(|error| match error {
            PricesError::NotConnected => ConnectError::NotConnected,
            PricesError::Stripe(error) => ConnectError::Stripe(error),
            PricesError::Failure(failure) => ConnectError::Failure(failure),
        })?;
    }
    let next = next_steps(&ConnectionView {
        plan_includes_connect: owner.plan.limits().connect,
        mode: connection.mode(),
        access_revoked: matches!(answer, Some(Err(StripeError::AccountGone))),
        facts: facts.as_ref(),
        lacks_prices: !missing.is_empty(),
    });
    Ok(ConnectionReport {
        connection,
        facts,
        last_event_at,
        missing_prices: missing,
        next,
    })
}

/// Lists the newest payouts of the connected account, newest first; none if disconnected.
pub fn payouts(
    store: &(impl Connections + ?Sized),
    tenant: &TenantId,
    request: &PageRequest,
) -> Result<Page<Payout>, StoreError> {
    let connection = store.connection(tenant)?;
    let account = connection.and_then(|it| it.state.account());
    let state = match account {
        Some(account) => store.account_state(&account)?,
        None => None,
    };
    let mut all = state.map(|state| state.payouts).unwrap_or_default();
    if let Some(after) = &request.after {
        match all.iter().position(|it| it.id.as_str() == after.id) {
            Some(nth) => drop(all.drain(..=nth)),
            None => all.retain(|it| it.recorded_at < after.at.as_micros()),
        }
    }
    // A page is full with one item more than asked for.
    all.truncate(request.limit().saturating_add(1));
    Ok(Page::of(all, request.limit(), |it: &Payout| Cursor {
        at: Timestamp::from_micros(it.recorded_at),
        id: it.id.to_string(),
    }))
}
