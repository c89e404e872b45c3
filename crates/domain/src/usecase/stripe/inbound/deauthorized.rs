//! The seller revoked the OAuth grant at Stripe.

use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::ports::{Stripe, StripeError};
use crate::usecase::env::Env;
use crate::usecase::outbox::connection_event::{ConnectionChange, connection_event};
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// Interprets a revoked grant. The event may be older than a new grant, so the account is retrieved
/// from Stripe to check whether it is still connected.
pub(crate) fn interpret(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    account: &AccountRef,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let Some(mut link) = store.account_link(account)?.filter(|link| link.active) else {
        return Ok(Verdict::Ignore("the account is disconnected already"));
    };
    match stripe.account(account) {
        Err(StripeError::AccountGone) => {}
        Ok(_) => return Ok(Verdict::Ignore("the account has been connected again")),
        Err(error) => return Err(error.into()),
    }
    let tenant = link.tenant.clone();
    link.active = false;
    let mut changes = env.changes(now);
    changes.accounts.push(Write::changed(link));
    if let Some(mut connection) = store.connection(&tenant)?
        && connection.state.account().as_ref() == Some(account)
    {
        connection.disconnect(true);
        let left = (&tenant, account);
        let event = connection_event(env, left, ConnectionChange::Disconnected, now);
        changes.deliveries.push(event);
        changes.connections.push(Write::changed(connection));
        changes
            .forgotten_prices
            .push((tenant.clone(), account.account.clone()));
    }
    changes.audit.push(env.audit(
        &tenant,
        now,
        Actor::Stripe,
        "stripe.deauthorized",
        account.account.as_str(),
    ));
    Ok(Verdict::Apply(Box::new(changes)))
}
