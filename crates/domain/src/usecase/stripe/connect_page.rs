//! The pages of an OAuth round: before Stripe, and after.

use crate::base::mode::Mode;
use crate::base::secret::{Secret, SecretHash};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::base::url::WebUrl;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::management_token::ManagementToken;
use crate::model::stripe::account::AccountRef;
use crate::ports::{Commit, Connections, OAuthRounds, Stripe, Tokens};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::stripe::connect::{ConnectError, OAUTH_ROUND_TTL, current};
use crate::usecase::stripe::oauth_state::{hash_of, key_of, random_hex, state_for};

/// What the seller reads before going on to Stripe.
#[derive(Debug)]
pub struct ConnectPage {
    /// The tenant that is connected.
    pub tenant: TenantId,
    /// The mode in which the tenant is connected.
    pub mode: Mode,
    /// The token that began the round.
    pub begun_by: Option<ManagementToken>,
    /// When the round was begun.
    pub begun_at: Timestamp,
    /// Stripe's page where the seller grants access, with the state for this browser.
    pub authorize_url: String,
}

/// The secret of a browser that has none yet.
pub fn new_browser(env: &Env<'_>) -> Secret {
    random_hex(env)
}

/// Opens the page of a ticket in a browser. Nothing is stored, so that a page which is only looked at
/// spends nothing.
pub fn open(
    store: &(impl OAuthRounds + Tokens + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (ticket, browser): (&Secret, &Secret),
    redirect: &WebUrl,
) -> Result<ConnectPage, ConnectError> {
    let key = key_of(ticket);
    let round = store
        .oauth_round(&hash_of(&key))?
        .filter(|round| round.is_open(env.now()))
        .ok_or(ConnectError::InvalidState)?;
    let begun_by = match &round.begun_by {
        Some(id) => store.token_by_id(&round.tenant, id)?,
        None => None,
    };
    let state = state_for(env, &key, browser);
    Ok(ConnectPage {
        authorize_url: stripe.authorize_url(round.mode, &state, redirect)?,
        begun_at: round.expires_at.minus(OAUTH_ROUND_TTL),
        tenant: round.tenant,
        mode: round.mode,
        begun_by,
    })
}

/// What the seller reads after an account was linked.
#[derive(Debug)]
pub struct Connected {
    /// The tenant that is connected.
    pub tenant: TenantId,
    /// The connected account and its mode.
    pub account: AccountRef,
    /// The new checkout key, shown once; `None` if the tenant has one already.
    pub checkout_key: Option<Secret>,
}

/// Looks at the connection after a round, in the browser that completed the round. A tenant without a
/// checkout key gets one, which is created here and not before, so that the key need not be stored
/// until it is shown.
pub fn look(
    store: &(impl Connections + OAuthRounds + Commit + ?Sized),
    env: &Env<'_>,
    round: &SecretHash,
    browser: Option<&Secret>,
) -> Result<Connected, ConnectError> {
    let round = store
        .oauth_round(round)?
        .ok_or(ConnectError::InvalidState)?;
    if !browser.is_some_and(|browser| round.is_completed_by(browser)) {
        return Err(ConnectError::OtherBrowser);
    }
    let tenant = &round.tenant;
    settle(store, |_| {
        let mut connection = current(store, tenant)?;
        let account = connection.state.account();
        let account = account.ok_or(ConnectError::NotConnected)?;
        let mut connected = Connected {
            tenant: tenant.clone(),
            account,
            checkout_key: None,
        };
        if connection.checkout_key.is_some() {
            return Ok(Decision::Answer(connected));
        }
        let (key, now) = (random_hex(env), env.now());
        connection.checkout_key = Some(SecretHash::of(key.expose()));
        connected.checkout_key = Some(key);
        let mut changes = env.changes(now);
        changes.connections.push(Write::changed(connection));
        let begun_by = round.begun_by.clone();
        changes.audit.push(env.audit(
            tenant,
            now,
            begun_by.map_or(Actor::Seller, Actor::Token),
            "checkout-key.created",
            tenant.as_str(),
        ));
        Ok(Decision::commit(changes, connected))
    })
}
