//! Connecting a tenant's Stripe account by OAuth, switching it to live mode, and disconnecting it.

use std::time::Duration;

use crate::base::id::TokenId;
use crate::base::mode::Mode;
use crate::base::secret::{Secret, SecretHash};
use crate::base::slug::TenantId;
use crate::base::url::WebUrl;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::tenant::TenantSuspended;
use crate::model::stripe::account::{AccountLink, AccountRef};
use crate::model::stripe::connection::Connection;
use crate::model::stripe::mode_change::{ModeCommand, ModeError};
use crate::model::stripe::oauth_round::OAuthRound;
use crate::ports::{
    Commit, Connections, OAuthRounds, SellerStripe, StoreError, Stripe, StripeError, Tenants,
    Tokens,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::outbox::connection_event::{ConnectionChange, connection_event};
use crate::usecase::stripe::oauth_state::{State, hash_of, key_of, random_hex};

/// Why a connection was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The tenant does not exist.
    #[error("not found")]
    NotFound,
    /// The tenant is suspended or erased.
    #[error(transparent)]
    Suspended(#[from] TenantSuspended),
    /// The tenant's plan does not include Connect.
    #[error("Stripe Connect requires a Starter, Plus, or Pro plan")]
    PlanLacksConnect,
    /// The connection cannot change to the mode.
    #[error(transparent)]
    Mode(ModeError),
    /// The `state` parameter is unknown, used or expired, or its round was begun with a token that is
    /// not accepted any more.
    #[error("this connection attempt is unknown, used up or expired")]
    InvalidState,
    /// The round was begun in another browser, or without our page.
    #[error("this browser did not begin the connection; open the link again in this browser")]
    OtherBrowser,
    /// The account belongs to another tenant.
    #[error("this Stripe account is connected to another seller here")]
    AccountTaken,
    /// Stripe granted access in the other mode.
    #[error("Stripe granted access in the other mode")]
    WrongMode,
    /// The tenant is not connected.
    #[error("not connected to Stripe")]
    NotConnected,
    /// Stripe failed.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(ConnectError);

impl From<ModeError> for ConnectError {
    fn from(error: ModeError) -> Self {
        match error {
            ModeError::NotConnected => Self::NotConnected,
            other => Self::Mode(other),
        }
    }
}

/// How long an OAuth round may take.
pub const OAUTH_ROUND_TTL: Duration = Duration::from_mins(10);

/// Starts an OAuth round, and returns the ticket of the page where the seller goes on. The connection
/// does not change yet, unless Stripe says that the seller has revoked the access.
pub fn start(
    store: &(impl Tenants + Connections + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, begun_by): (&TenantId, &TokenId),
    mode: Mode,
    redirect: &WebUrl,
) -> Result<Secret, ConnectError> {
    let round = (mode, ModeCommand::Connect(mode));
    start_round(store, stripe, env, (tenant, begun_by), round, redirect)
}

/// Starts the OAuth round that replaces the sandbox account of a tenant by a live one. Until the round is
/// completed, the sandbox stays connected.
pub fn switch_to_live(
    store: &(impl Tenants + Connections + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, begun_by): (&TenantId, &TokenId),
    redirect: &WebUrl,
) -> Result<Secret, ConnectError> {
    let round = (Mode::Live, ModeCommand::SwitchToLive);
    start_round(store, stripe, env, (tenant, begun_by), round, redirect)
}

fn start_round(
    store: &(impl Tenants + Connections + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, begun_by): (&TenantId, &TokenId),
    (mode, command): (Mode, ModeCommand),
    redirect: &WebUrl,
) -> Result<Secret, ConnectError> {
    let owner = store.tenant(tenant)?.ok_or(ConnectError::NotFound)?;
    if !owner.plan.limits().connect {
        return Err(ConnectError::PlanLacksConnect);
    }
    let ticket = random_hex(env);
    // A link that Stripe would not take up is not given out.
    stripe.authorize_url(mode, &ticket, redirect)?;
    if current(store, tenant)?.check(command).is_err() {
        leave_if_revoked(store, stripe, env, tenant)?;
    }
    settle(store, |_| {
        current(store, tenant)?.check(command)?;
        let now = env.now();
        let mut changes = env.changes(now);
        changes.oauth_rounds.push(Write::new(OAuthRound {
            state: hash_of(&key_of(&ticket)),
            tenant: tenant.clone(),
            mode,
            expires_at: now.plus(OAUTH_ROUND_TTL),
            used: false,
            begun_by: Some(begun_by.clone()),
            browser: None,
            version: 1,
        }));
        Ok(Decision::commit(changes, ticket.clone()))
    })
}

/// Disconnects a tenant whose account Stripe does not let us use any more: the event that says so was
/// lost. Otherwise the tenant could neither sell nor connect again.
fn leave_if_revoked(
    store: &(impl Connections + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    tenant: &TenantId,
) -> Result<(), ConnectError> {
    let Some(account) = current(store, tenant)?.state.account() else {
        return Ok(());
    };
    if !matches!(stripe.account(&account), Err(StripeError::AccountGone)) {
        return Ok(());
    }
    settle(store, |_| {
        let mut connection = current(store, tenant)?;
        if connection.state.account().as_ref() != Some(&account) {
            return Ok(Decision::Answer(()));
        }
        connection.disconnect(true);
        let now = env.now();
        let mut changes = env.changes(now);
        changes.leave_account(tenant, &account, store.account_link(&account)?);
        changes.connections.push(Write::changed(connection));
        let left = (tenant, &account);
        let event = connection_event(env, left, ConnectionChange::Disconnected, now);
        changes.deliveries.push(event);
        changes.audit.push(env.audit(
            tenant,
            now,
            Actor::Stripe,
            "stripe.deauthorized",
            account.account.as_str(),
        ));
        Ok(Decision::commit(changes, ()))
    })
}

pub(super) fn current(
    store: &(impl Connections + ?Sized),
    tenant: &TenantId,
) -> Result<Connection, StoreError> {
    let stored = store.connection(tenant)?;
    Ok(stored.unwrap_or_else(|| Connection::none(tenant.clone())))
}

/// Completes an OAuth round in the browser that began it, and returns the round. The state is consumed
/// first, then the code is exchanged once, since Stripe revokes the grant when a code is used twice.
/// After a crash in between the connection is unchanged, and the seller must connect again. A callback
/// that comes again to the browser that completed the round changes nothing.
pub fn finish(
    store: &(impl Tenants + Tokens + Connections + OAuthRounds + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (state, code): (&Secret, &Secret),
    browser: Option<&Secret>,
) -> Result<OAuthRound, ConnectError> {
    let round = round_of(store, state)?;
    let browser = browser
        .filter(|browser| State::read(state).is_of(env, browser))
        .ok_or(ConnectError::OtherBrowser)?;
    if round.is_completed_by(browser) {
        return Ok(round);
    }
    let round = consume_state(store, env, &round.state)?;
    let grant = stripe.exchange(round.mode, code)?;
    if Mode::from_livemode(grant.livemode) != round.mode {
        return Err(ConnectError::WrongMode);
    }
    let target = AccountRef {
        mode: round.mode,
        account: grant.account,
    };
    settle(store, |_| {
        let mut round = round.clone();
        round.browser = Some(SecretHash::of(browser.expose()));
        link(store, env, round, &target)
    })
}

/// The round that this state belongs to. Reading the round does not use the state up.
pub fn round_of(
    store: &(impl OAuthRounds + ?Sized),
    state: &Secret,
) -> Result<OAuthRound, ConnectError> {
    let key = State::read(state).key;
    let round = store.oauth_round(&hash_of(&key))?;
    round.ok_or(ConnectError::InvalidState)
}

/// Uses the state up, unless the tenant or the token that began the round has lost its access meanwhile.
fn consume_state(
    store: &(impl Tenants + Tokens + OAuthRounds + Commit + ?Sized),
    env: &Env<'_>,
    state: &SecretHash,
) -> Result<OAuthRound, ConnectError> {
    settle(store, |_| {
        let now = env.now();
        let mut round = store
            .oauth_round(state)?
            .filter(|round| round.is_open(now))
            .ok_or(ConnectError::InvalidState)?;
        check_tenant(store, &round.tenant)?;
        if let Some(id) = &round.begun_by {
            store
                .token_by_id(&round.tenant, id)?
                .filter(|token| token.is_good(now))
                .ok_or(ConnectError::InvalidState)?;
        }
        round.used = true;
        let write = Write::changed(round);
        let round = write.value.clone();
        let mut changes = env.changes(now);
        changes.oauth_rounds.push(write);
        Ok(Decision::commit(changes, round))
    })
}

fn check_tenant(store: &(impl Tenants + ?Sized), tenant: &TenantId) -> Result<(), ConnectError> {
    let owner = store.tenant(tenant)?.ok_or(ConnectError::InvalidState)?;
    owner.check_active()?;
    if !owner.plan.limits().connect {
        return Err(ConnectError::PlanLacksConnect);
    }
    Ok(())
}

/// Links the account to the tenant of a round that was completed.
fn link(
    store: &(impl Tenants + Connections + ?Sized),
    env: &Env<'_>,
    round: OAuthRound,
    target: &AccountRef,
) -> Result<Decision<OAuthRound>, ConnectError> {
    let now = env.now();
    let tenant = &round.tenant;
    // The tenant may have been suspended, or have changed the plan, while Stripe exchanged the code.
    check_tenant(store, tenant)?;
    let stored_link = store.account_link(target)?;
    if stored_link
        .as_ref()
        .is_some_and(|link| link.active && link.tenant != *tenant)
    {
        return Err(ConnectError::AccountTaken);
    }
    let mut changes = env.changes(now);
    let mut connection = current(store, tenant)?;
    if let Some(former) = connection.connect(target.clone())? {
        changes.leave_account(tenant, &former, store.account_link(&former)?);
        let left = (tenant, &former);
        let event = connection_event(env, left, ConnectionChange::Disconnected, now);
        changes.deliveries.push(event);
    }
    let event = connection_event(env, (tenant, target), ConnectionChange::Connected, now);
    changes.deliveries.push(event);
    changes.accounts.push(Write::changed(AccountLink {
        account: target.clone(),
        tenant: tenant.clone(),
        active: true,
        linked_at: now,
        version: stored_link.map_or(0, |link| link.version),
    }));
    changes.connections.push(Write::changed(connection));
    let begun_by = round.begun_by.clone();
    changes.audit.push(env.audit(
        tenant,
        now,
        begun_by.map_or(Actor::Seller, Actor::Token),
        "stripe.connected",
        format!("{}:{}", target.mode.as_str(), target.account),
    ));
    changes.oauth_rounds.push(Write::changed(round.clone()));
    Ok(Decision::commit(changes, round))
}

/// Replaces the checkout key of a tenant at once. The new key is shown once.
pub fn rotate_checkout_key(
    store: &(impl Connections + SellerStripe + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
) -> Result<Secret, ConnectError> {
    settle(store, |_| {
        let mut connection = match store.connection(tenant)? {
            Some(connection) => connection,
            None if sells_by_itself(store, tenant)? => Connection::none(tenant.clone()),
            None => return Err(ConnectError::NotConnected),
        };
        let now = env.now();
        let key = random_hex(env);
        connection.checkout_key = Some(SecretHash::of(key.expose()));
        let mut changes = env.changes(now);
        changes.connections.push(Write::changed(connection));
        changes.audit.push(env.audit(
            tenant,
            now,
            actor.clone(),
            "checkout-key.rotated",
            tenant.as_str(),
        ));
        Ok(Decision::commit(changes, key))
    })
}

/// Whether a tenant has a manual endpoint, so that it can sell with Stripe keys of its products.
fn sells_by_itself(
    store: &(impl SellerStripe + ?Sized),
    tenant: &TenantId,
) -> Result<bool, ConnectError> {
    for mode in Mode::ALL {
        let endpoint = store.manual_endpoint(tenant, mode)?;
        if endpoint.is_some_and(|endpoint| !endpoint.is_removed()) {
            return Ok(true);
        }
    }
    Ok(false)
}
