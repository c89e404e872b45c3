//! Connecting a tenant's Stripe account by OAuth, switching it to live, and letting it go.

use std::time::Duration;

use crate::base::id::StripeAccountId;
use crate::base::mode::Mode;
use crate::base::secret::{Secret, SecretHash};
use crate::base::slug::TenantId;
use crate::base::url::WebUrl;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::{AccountLink, AccountRef};
use crate::model::stripe::connection::{Connection, ModeError};
use crate::model::stripe::oauth_round::OAuthRound;
use crate::ports::{Commit, Connections, OAuthRounds, Stripe, StripeError, Tenants};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};

/// Why a connection was not made or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// There is no such tenant.
    #[error("not found")]
    NotFound,
    /// The tenant's plan does not include Connect.
    #[error("Stripe Connect requires a Starter, Plus, or Pro plan")]
    PlanLacksConnect,
    /// The connection cannot go there.
    #[error(transparent)]
    Mode(#[from] ModeError),
    /// The state is unknown, used or expired.
    #[error("this connection attempt is unknown, used up or expired")]
    InvalidState,
    /// The account belongs to another tenant.
    #[error("this Stripe account is connected to another seller here")]
    AccountTaken,
    /// What Stripe granted is of the other mode.
    #[error("Stripe granted access in the other mode")]
    WrongMode,
    /// There is nothing to disconnect.
    #[error("not connected to Stripe")]
    NotConnected,
    /// Stripe did not do it.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// It could not be done.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(ConnectError);

/// For how long an OAuth round may be finished.
pub const ROUND_LASTS: Duration = Duration::from_mins(10);

/// Begins an OAuth round: returns the page where the seller grants access. Nothing of the
/// connection changes yet.
pub fn start(
    store: &(impl Tenants + Connections + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    tenant: &TenantId,
    mode: Mode,
    redirect: &WebUrl,
) -> Result<String, ConnectError> {
    let owner = store.tenant(tenant)?.ok_or(ConnectError::NotFound)?;
    if !owner.plan.limits().connect {
        return Err(ConnectError::PlanLacksConnect);
    }
    let state = random_hex(env);
    let url = stripe.authorize_url(mode, &state, redirect)?;
    settle(store, |_| {
        current(store, tenant)?.may_connect(mode)?;
        let now = env.now();
        let mut changes = env.changes(now);
        changes.oauth_rounds.push(Write::new(OAuthRound {
            state: SecretHash::of(state.expose()),
            tenant: tenant.clone(),
            mode,
            expires_at: now.plus(ROUND_LASTS),
            used: false,
            version: 1,
        }));
        Ok(Decision::commit(changes, url.clone()))
    })
}

fn current(
    store: &(impl Connections + ?Sized),
    tenant: &TenantId,
) -> Result<Connection, crate::ports::StoreError> {
    let known = store.connection(tenant)?;
    Ok(known.unwrap_or_else(|| Connection::none(tenant.clone())))
}

/// A connection just made.
#[derive(Debug)]
pub struct Connected {
    /// Whose.
    pub tenant: TenantId,
    /// In which mode.
    pub mode: Mode,
    /// To which account.
    pub account: StripeAccountId,
    /// The new checkout key, shown once; none if an earlier one goes on.
    pub checkout_key: Option<Secret>,
}

/// Finishes an OAuth round. The state is used up first, then the code is exchanged, once: a code
/// that is used twice ends the grant at Stripe. A crash in between leaves the connection as it
/// was, and the seller connects again.
pub fn finish(
    store: &(impl Connections + OAuthRounds + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    state: &Secret,
    code: &Secret,
) -> Result<Connected, ConnectError> {
    let round = use_up(store, env, state)?;
    let grant = stripe.exchange(round.mode, code)?;
    if Mode::from_livemode(grant.livemode) != round.mode {
        return Err(ConnectError::WrongMode);
    }
    let target = AccountRef {
        mode: round.mode,
        account: grant.account,
    };
    settle(store, |_| link(store, env, &round.tenant, &target))
}

fn use_up(
    store: &(impl OAuthRounds + Commit + ?Sized),
    env: &Env<'_>,
    state: &Secret,
) -> Result<OAuthRound, ConnectError> {
    settle(store, |_| {
        let now = env.now();
        let mut round = store
            .oauth_round(&SecretHash::of(state.expose()))?
            .filter(|round| !round.used && round.expires_at > now)
            .ok_or(ConnectError::InvalidState)?;
        round.used = true;
        let put = Write::changed(round);
        let round = put.value.clone();
        let mut changes = env.changes(now);
        changes.oauth_rounds.push(put);
        Ok(Decision::commit(changes, round))
    })
}

fn link(
    store: &(impl Connections + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    target: &AccountRef,
) -> Result<Decision<Connected>, ConnectError> {
    let now = env.now();
    let known = store.account_link(target)?;
    if known
        .as_ref()
        .is_some_and(|link| link.active && link.tenant != *tenant)
    {
        return Err(ConnectError::AccountTaken);
    }
    let mut changes = env.changes(now);
    let mut connection = current(store, tenant)?;
    if let Some(left) = connection.connect(target.clone())? {
        changes
            .forgotten_prices
            .push((tenant.clone(), left.account.clone()));
        if let Some(mut former) = store.account_link(&left)? {
            former.active = false;
            changes.accounts.push(Write::changed(former));
        }
    }
    let checkout_key = connection.checkout_key.is_none().then(|| random_hex(env));
    if let Some(key) = &checkout_key {
        connection.checkout_key = Some(SecretHash::of(key.expose()));
    }
    changes.accounts.push(Write::changed(AccountLink {
        account: target.clone(),
        tenant: tenant.clone(),
        active: true,
        linked_at: now,
        version: known.map_or(0, |link| link.version),
    }));
    changes.connections.push(Write::changed(connection));
    changes.audit.push(env.audit(
        tenant,
        now,
        Actor::Seller,
        "stripe.connected",
        format!("{}:{}", target.mode.as_str(), target.account),
    ));
    let connected = Connected {
        tenant: tenant.clone(),
        mode: target.mode,
        account: target.account.clone(),
        checkout_key,
    };
    Ok(Decision::commit(changes, connected))
}

/// 256 random bits as 64 hex digits: a checkout key, or the state of an OAuth round.
fn random_hex(env: &Env<'_>) -> Secret {
    Secret::new(data_encoding::HEXLOWER.encode(&env.random::<32>()))
}

/// Gives a tenant another checkout key. The old one dies at once; the new one is shown once.
pub fn rotate_checkout_key(
    store: &(impl Connections + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
) -> Result<Secret, ConnectError> {
    settle(store, |_| {
        let mut connection = store
            .connection(tenant)?
            .ok_or(ConnectError::NotConnected)?;
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

/// Disconnects a tenant. Stripe is told to end the grant at once if it can be reached, else by
/// the sweeper.
pub fn disconnect(
    store: &(impl Connections + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
) -> Result<(), ConnectError> {
    settle(store, |_| {
        let now = env.now();
        let mut connection = current(store, tenant)?;
        let left = connection
            .disconnect(false)
            .ok_or(ConnectError::NotConnected)?;
        let mut changes = env.changes(now);
        if let Some(mut link) = store.account_link(&left)? {
            link.active = false;
            changes.accounts.push(Write::changed(link));
        }
        changes
            .forgotten_prices
            .push((tenant.clone(), left.account.clone()));
        changes.connections.push(Write::changed(connection));
        changes.audit.push(env.audit(
            tenant,
            now,
            actor.clone(),
            "stripe.disconnected",
            left.account.as_str(),
        ));
        Ok::<_, ConnectError>(Decision::commit(changes, ()))
    })?;
    // Left to the sweeper if Stripe does not answer: the tenant is disconnected all the same.
    let _ = retire(store, stripe, env, tenant);
    Ok(())
}

/// Tells Stripe to end the grants of accounts that a tenant has left, one by one.
pub fn retire(
    store: &(impl Connections + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    tenant: &TenantId,
) -> Result<(), ConnectError> {
    for account in current(store, tenant)?.retiring {
        // Somebody connected it again meanwhile: ending the grant would cut them off.
        let in_use = store
            .account_link(&account)?
            .is_some_and(|link| link.active);
        if !in_use {
            stripe.deauthorize(&account)?;
        }
        settle(store, |_| {
            let mut connection = current(store, tenant)?;
            let before = connection.retiring.len();
            connection.retiring.retain(|left| *left != account);
            if connection.retiring.len() == before {
                return Ok::<_, ConnectError>(Decision::Answer(()));
            }
            let mut changes = env.changes(env.now());
            changes.connections.push(Write::changed(connection));
            Ok(Decision::commit(changes, ()))
        })?;
    }
    Ok(())
}
