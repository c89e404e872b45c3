//! Management tokens of tenants.

use std::collections::BTreeSet;

use mintage_domain::commit::write::Write;
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenName, TokenScope};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::paging::{assert_paged, at_moments};
use crate::contracts::store::round_trip::{INSTANTS, each_comes_back, each_overwrites};
use crate::fixtures::Shop;

/// Tokens with each scope, with none and with all, with a name and an end, active and revoked, read
/// back unchanged.
pub fn a_token_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let mut scopes: Vec<BTreeSet<TokenScope>> =
        TokenScope::ALL.iter().map(|it| [*it].into()).collect();
    scopes.extend([BTreeSet::new(), TokenScope::ALL.into()]);
    let rows = scopes.into_iter().map(|scopes| ManagementToken {
        scopes,
        ..shop.management_token()
    });
    let named = ManagementToken {
        name: Some(TokenName::parse("CI \u{1f916} of o'neil").expect("a name")),
        expires_at: Some(INSTANTS[1]),
        ..shop.management_token()
    };
    each_comes_back(store, &shop, |it| &mut it.tokens, rows.chain([named]));
    let token = shop.management_token();
    let revoked = ManagementToken {
        revoked_at: Some(shop.now()),
        ..token.clone()
    };
    each_overwrites(store, &shop, |it| &mut it.tokens, [token, revoked]);
}

/// A revoked token and a revoked API key are still read, with the time of the revocation.
pub fn what_is_revoked_is_still_found(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let mut token = shop.management_token();
    token.revoked_at = Some(shop.now());
    let mut key = shop.api_key();
    key.revoked_at = Some(shop.now());
    committed(
        store,
        changing(&shop, |it| {
            it.tokens.push(Write::changed(token.clone()));
            it.api_keys.push(Write::changed(key.clone()));
        }),
    );
    let token = store.token(&token.hash).expect("the store answers");
    assert!(token.is_some_and(|it| it.revoked_at.is_some()));
    let key = store.api_key(&key.id).expect("the store answers");
    assert!(key.is_some_and(|it| it.revoked_at.is_some()));
}

/// The tokens of a tenant are listed in pages, and found by their ids by their own tenant only.
pub fn tokens_are_paged(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "other"));
    let theirs = Write::changed(other.management_token());
    let their_id = theirs.value.id.clone();
    committed(store, changing(&other, |it| it.tokens.push(theirs)));
    let tokens = at_moments(
        store,
        &shop,
        |_| shop.management_token(),
        |it, token| it.tokens.push(Write::changed(token.clone())),
    );
    let place = |it: &ManagementToken| (it.created_at, it.id.to_string());
    assert_paged(
        &|page| store.tokens(&shop.tenant.id, page),
        &place,
        tokens.iter().map(place).collect(),
    );
    let found = store.token_by_id(&shop.tenant.id, &tokens[0].id);
    let found = found.expect("the store answers").expect("it is there");
    assert_eq!(found.hash, tokens[0].hash);
    assert_eq!(store.token_by_id(&shop.tenant.id, &their_id), Ok(None));
}
