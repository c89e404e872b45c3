use std::time::Duration;

use mintage_domain::base::id::TokenId;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenName, TokenScope};
use mintage_domain::ports::Tokens;
use mintage_domain::usecase::sellers::token::{
    CreatedToken, NewToken, TokenError, authenticate, create_token, revoke_token,
};

use crate::seller::Seller;

fn with(scopes: &[TokenScope], expires_at: Option<Timestamp>) -> NewToken {
    NewToken {
        name: TokenName::parse("CI").ok(),
        scopes: scopes.iter().copied().collect(),
        expires_at,
    }
}

fn create(
    seller: &Seller,
    new: &NewToken,
    authority: Authority<'_>,
) -> Result<CreatedToken, TokenError> {
    create_token(
        &*seller.store,
        &seller.env(),
        seller.tenant(),
        new,
        authority,
    )
}

fn accepted(seller: &Seller, secret: &str) -> Option<ManagementToken> {
    authenticate(&*seller.store, seller.shop.now(), secret).unwrap()
}

#[test]
fn a_token_is_as_it_was_created_and_is_kept_as_a_hash() {
    let seller = Seller::new();
    let end = seller.shop.now().plus(Duration::from_hours(1));
    let new = with(
        &[TokenScope::LicensesRead, TokenScope::ApiKeysWrite],
        Some(end),
    );
    let CreatedToken { token, secret } = create(&seller, &new, Authority::Operator).unwrap();
    assert!(secret.expose().starts_with("mt_"));
    let row = seller.store.token(&SecretHash::of(secret.expose()));
    let row = row.unwrap().unwrap();
    assert_eq!(row, token);
    assert_eq!(
        (row.name, row.scopes, row.expires_at),
        (new.name.clone(), new.scopes.clone(), new.expires_at)
    );
    assert!(!format!("{token:?}").contains(secret.expose()));
    assert_eq!(seller.audited("token.created"), 1);

    let nobody = TenantId::parse("nobody").unwrap();
    let env = seller.env();
    let created = create_token(&*seller.store, &env, &nobody, &new, Authority::Operator);
    assert_eq!(created.unwrap_err(), TokenError::NotFound);
}

#[test]
fn a_token_that_is_unknown_revoked_or_expired_authenticates_nobody() {
    let seller = Seller::new();
    let all = TokenScope::ALL;
    let end = seller.shop.now().plus(Duration::from_hours(1));
    let lasting = create(&seller, &with(&all, None), Authority::Operator).unwrap();
    let ending = create(&seller, &with(&all, Some(end)), Authority::Operator).unwrap();
    let (lasting_text, ending_text) = (lasting.secret.expose(), ending.secret.expose());
    assert!(accepted(&seller, lasting_text).is_some() && accepted(&seller, ending_text).is_some());
    for other in ["", "mt_", &lasting_text[1..], &lasting_text.to_uppercase()] {
        assert_eq!(accepted(&seller, other), None, "{other}");
    }
    seller.shop.env.clock.set(end);
    assert_eq!(accepted(&seller, ending_text), None);
    assert!(accepted(&seller, lasting_text).is_some());

    let revoke = |tenant: &TenantId, id: &TokenId| {
        revoke_token(&*seller.store, &seller.env(), tenant, id, &Actor::Operator)
    };
    let other = Seller::beside(&seller.store, &seller.stripe, "other");
    let id = &lasting.token.id;
    assert_eq!(revoke(other.tenant(), id), Err(TokenError::NotFound));
    let revoked = revoke(seller.tenant(), id).unwrap();
    assert_eq!(revoked.revoked_at, Some(end));
    assert_eq!(accepted(&seller, lasting_text), None);
    assert_eq!(revoke(seller.tenant(), id), Err(TokenError::AlreadyRevoked));
    assert_eq!(seller.audited("token.revoked"), 1);
}

#[test]
fn a_token_creates_only_tokens_that_may_do_no_more_and_last_no_longer() {
    use TokenScope::{LicensesRead, LicensesReveal, TokensWrite};
    let seller = Seller::new();
    let (now, at) = (seller.shop.now(), |hours| {
        seller.shop.now().plus(Duration::from_hours(hours))
    });
    let own = [LicensesRead, TokensWrite];
    let created = |expires_at| {
        let new = with(&own, expires_at);
        create(&seller, &new, Authority::Operator).unwrap().token
    };
    let (lasting, ending) = (created(None), created(Some(at(2))));
    for (creator, scopes, expires_at, refusal) in [
        (&lasting, &own[..], None, None),
        (&lasting, &[LicensesRead], Some(at(9)), None),
        (&lasting, &own, Some(now), Some(TokenError::EndIsPast)),
        (
            &lasting,
            &[LicensesRead, LicensesReveal],
            None,
            Some(TokenError::LacksScope(LicensesReveal)),
        ),
        (&ending, &own, Some(at(2)), None),
        (
            &ending,
            &own,
            Some(at(3)),
            Some(TokenError::Outlives(at(2))),
        ),
        (&ending, &own, None, Some(TokenError::Outlives(at(2)))),
    ] {
        let made = create(
            &seller,
            &with(scopes, expires_at),
            Authority::Token(creator),
        );
        assert_eq!(made.err(), refusal, "{scopes:?} {expires_at:?}");
    }
    let by_tokens = 3;
    assert_eq!(seller.audited("token.created"), 2 + by_tokens);
}
