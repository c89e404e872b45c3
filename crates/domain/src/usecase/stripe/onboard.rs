//! Onboarding an account by links of Stripe. The pages to which Stripe sends the owner back are known by a
//! signed token, since Stripe's links carry no session of this server.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;

use crate::base::id::StripeAccountId;
use crate::base::mode::Mode;
use crate::base::seal::{KeyId, KeyRing};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::base::url::WebUrl;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::stripe_account::StripeAccount;
use crate::ports::{Commit, Connections, Stripe, Tenants};
use crate::usecase::env::Env;
use crate::usecase::stripe::account::{AccountError, refresh};
use crate::usecase::stripe::connect::{ConnectError, current};

/// The purpose of the signing key.
const PURPOSE: &str = "onboarding/1";

/// How long the pages of an onboarding are good.
pub const ONBOARDING_TTL: Duration = Duration::from_hours(1);

/// Makes a link with which the owner of the connected account enters at Stripe what Stripe requires.
pub fn start(
    store: &(impl Tenants + Connections + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    tenant: &TenantId,
    public_url: &WebUrl,
) -> Result<String, ConnectError> {
    let owner = store.tenant(tenant)?.ok_or(ConnectError::NotFound)?;
    owner.check_active()?;
    let account = current(store, tenant)?.state.account();
    let account = account.ok_or(ConnectError::NotConnected)?;
    link(stripe, env, (tenant, &account), public_url)
}

/// Makes a new link in place of one that is used up or too old.
pub fn resume(
    store: &(impl Tenants + Connections + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    token: &str,
    public_url: &WebUrl,
) -> Result<String, ConnectError> {
    let (tenant, account) = account_of(store, env, token)?;
    link(stripe, env, (&tenant, &account), public_url)
}

/// What the owner of an account reads after the onboarding.
#[derive(Debug)]
pub struct Onboarded {
    /// The tenant.
    pub tenant: TenantId,
    /// The account.
    pub account: StripeAccount,
}

/// Refreshes what is known of an account after its owner has come back from Stripe.
pub fn finish(
    store: &(impl Tenants + Connections + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    token: &str,
) -> Result<Onboarded, ConnectError> {
    let (tenant, account) = account_of(store, env, token)?;
    match refresh(store, stripe, env, (&tenant, &account), false) {
        Ok(account) => Ok(Onboarded { tenant, account }),
        Err(AccountError::Stripe(error)) => Err(error.into()),
        Err(AccountError::Failure(failure)) => Err(failure.into()),
    }
}

fn link(
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, account): (&TenantId, &AccountRef),
    public_url: &WebUrl,
) -> Result<String, ConnectError> {
    let token = token(env.keys, tenant, account, env.now().plus(ONBOARDING_TTL));
    let page = |name: &str| {
        let url = format!("{public_url}/stripe/{name}/{token}");
        WebUrl::parse(&url).map_err(|_| ConnectError::InvalidState)
    };
    let (again, back) = (page("onboard")?, page("onboarded")?);
    Ok(stripe.onboarding_link(account, &again, &back)?)
}

/// The account of a token, if its tenant is still connected to it.
fn account_of(
    store: &(impl Tenants + Connections + ?Sized),
    env: &Env<'_>,
    text: &str,
) -> Result<(TenantId, AccountRef), ConnectError> {
    let (tenant, account) = read(env.keys, text, env.now()).ok_or(ConnectError::InvalidState)?;
    let owner = store.tenant(&tenant)?.ok_or(ConnectError::InvalidState)?;
    owner.check_active()?;
    if current(store, &tenant)?.state.account().as_ref() != Some(&account) {
        return Err(ConnectError::NotConnected);
    }
    Ok((tenant, account))
}

fn signed_text(tenant: &TenantId, account: &AccountRef, until: i64) -> String {
    let AccountRef { mode, account } = account;
    format!("{tenant}.{}.{account}.{until}", mode.as_str())
}

fn token(keys: &KeyRing, tenant: &TenantId, account: &AccountRef, until: Timestamp) -> String {
    let text = signed_text(tenant, account, until.unix_seconds());
    let (key, signature) = keys.sign(PURPOSE, text.as_bytes());
    format!("{text}.{key}.{}", BASE64URL_NOPAD.encode(&signature))
}

/// Reads a token that is good at `now`.
fn read(keys: &KeyRing, token: &str, now: Timestamp) -> Option<(TenantId, AccountRef)> {
    let parts: Vec<&str> = token.split('.').collect();
    let parts = <[&str; 6]>::try_from(parts).ok()?;
    let [tenant, mode, account, until, key, signature] = parts;
    let tenant = TenantId::parse(tenant).ok()?;
    let account = AccountRef {
        mode: Mode::parse(mode).ok()?,
        account: StripeAccountId::parse(account).ok()?,
    };
    let until: i64 = until.parse().ok()?;
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
    let text = signed_text(&tenant, &account, until);
    let key = KeyId::parse(key).ok()?;
    let is_signed = keys.verify(PURPOSE, &key, text.as_bytes(), &signature);
    (is_signed && now.unix_seconds() < until).then_some((tenant, account))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::base::seal::MasterKey;

    #[test]
    fn a_token_is_good_for_its_account_and_until_its_end() {
        let keys = |byte: &str| {
            let key = MasterKey::parse(&format!("k1:{}", byte.repeat(32))).unwrap();
            KeyRing::new(key, Vec::new()).unwrap()
        };
        let ring = keys("5a");
        let tenant = TenantId::parse("acme").unwrap();
        let account = AccountRef {
            mode: Mode::Live,
            account: StripeAccountId::parse("acct_1").unwrap(),
        };
        let (now, second) = (Timestamp::EPOCH, Duration::from_secs(1));
        let end = now.plus(ONBOARDING_TTL);
        let token = token(&ring, &tenant, &account, end);
        let good = Some((tenant, account));
        assert_eq!(read(&ring, &token, now), good);
        assert_eq!(read(&ring, &token, end.minus(second)), good);
        assert_eq!(read(&ring, &token, end), None);
        assert_eq!(read(&keys("6b"), &token, now), None);
        for wrong in [
            token.replacen("acme", "zeta", 1),
            token.replacen("live", "sandbox", 1),
            token.replacen("acct_1", "acct_2", 1),
            token.replacen(".3600.", ".9999.", 1),
            format!("{token}A"),
            String::new(),
            ".....".to_owned(),
        ] {
            assert_ne!(wrong, token);
            assert_eq!(read(&ring, &wrong, now), None, "{wrong}");
        }
    }
}
