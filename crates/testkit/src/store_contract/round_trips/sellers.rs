//! Tenants and what is set up for them.

use std::collections::BTreeSet;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::credential::{Credential, KeyKind, SignatureVersion};
use mintage_domain::model::access::scope::Scope;
use mintage_domain::model::sellers::audit::{Actor, AuditEntry};
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenScope};
use mintage_domain::model::sellers::tenant::{Plan, Tenant};
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::connection::{Connection, ConnectionState};
use mintage_domain::model::stripe::oauth_round::OAuthRound;
use mintage_domain::ports::Store;

use super::{INSTANTS, NAMES, comes_back, each_comes_back, each_overwrites};
use crate::fixtures::{Shop, email, stripe_account};

/// Tenants of every plan, changed from one to the next.
pub fn a_tenant_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::new("acme");
    let first = Tenant {
        id: TenantId::parse("0-tenant-of-thirty-two-character").expect("a slug"),
        email: email("o'neil+tag@example.test"),
        created_at: INSTANTS[0],
        ..shop.tenant.clone()
    };
    let rows = Plan::ALL.map(|plan| Tenant {
        email: email(&format!("{}@example.test", plan.as_str())),
        plan,
        mails: plan != Plan::Free,
        ..first.clone()
    });
    each_comes_back(store, &shop, |it| &mut it.tenants, [shop.tenant.clone()]);
    each_overwrites(store, &shop, |it| &mut it.tenants, rows);
}

/// Tokens with each scope, none and all, in force and revoked.
pub fn a_token_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let mut scopes: Vec<BTreeSet<TokenScope>> =
        TokenScope::ALL.iter().map(|it| [*it].into()).collect();
    scopes.extend([BTreeSet::new(), TokenScope::ALL.into()]);
    let rows = scopes.into_iter().map(|scopes| ManagementToken {
        scopes,
        ..shop.management_token()
    });
    each_comes_back(store, &shop, |it| &mut it.tokens, rows);
    let token = shop.management_token();
    let revoked = ManagementToken {
        revoked_at: Some(shop.now()),
        ..token.clone()
    };
    each_overwrites(store, &shop, |it| &mut it.tokens, [token, revoked]);
}

/// Connections in each state, with and without a checkout key and accounts to retire.
pub fn a_connection_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let account = stripe_account("acct_1");
    let retired = |mode| AccountRef {
        mode,
        account: stripe_account("acct_old"),
    };
    let table = [
        (ConnectionState::Disconnected, None, vec![]),
        (
            ConnectionState::Sandbox(account.clone()),
            Some(SecretHash::of("checkout key")),
            Mode::ALL.map(retired).to_vec(),
        ),
        (
            ConnectionState::Live(account),
            None,
            vec![retired(Mode::Live)],
        ),
        (ConnectionState::Disconnected, None, vec![]),
    ];
    let rows = table.map(|(state, checkout_key, retiring)| Connection {
        state,
        checkout_key,
        retiring,
        ..Connection::none(shop.tenant.id.clone())
    });
    each_overwrites(store, &shop, |it| &mut it.connections, rows);
}

/// Account links in both modes, active and left, moved to another tenant.
pub fn an_account_link_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let other = Shop::opened(store, "other");
    let sandbox = AccountLink {
        account: AccountRef {
            mode: Mode::Sandbox,
            account: shop.account.clone(),
        },
        ..shop.account_link()
    };
    each_comes_back(store, &shop, |it| &mut it.accounts, [sandbox]);
    let live = shop.account_link();
    let left = AccountLink {
        active: false,
        ..live.clone()
    };
    let moved = AccountLink {
        tenant: other.tenant.id.clone(),
        linked_at: INSTANTS[2],
        ..live.clone()
    };
    let rows = [live, left, moved];
    each_overwrites(store, &shop, |it| &mut it.accounts, rows);
}

/// OAuth rounds of both modes, open and used.
pub fn an_oauth_round_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    for mode in Mode::ALL {
        let open = OAuthRound {
            mode,
            ..shop.oauth_round()
        };
        let used = OAuthRound {
            used: true,
            ..open.clone()
        };
        each_overwrites(store, &shop, |it| &mut it.oauth_rounds, [open, used]);
    }
}

/// API keys of every kind and both modes, in force and revoked.
pub fn an_api_key_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let signing = |scope| SignatureVersion::ALL.map(|version| signing_key(&shop, scope, version));
    let keys = Scope::ALL.into_iter().flat_map(signing);
    for key in keys.chain([shop.publishable_key()]) {
        let revoked = ApiKey {
            revoked_at: Some(shop.now()),
            ..key.clone()
        };
        each_overwrites(store, &shop, |it| &mut it.api_keys, [key, revoked]);
    }
    for key in [shop.api_key(), shop.publishable_key()] {
        let sandbox = ApiKey {
            mode: Mode::Sandbox,
            ..key
        };
        each_comes_back(store, &shop, |it| &mut it.api_keys, [sandbox]);
    }
}

fn signing_key(shop: &Shop, scope: Scope, version: SignatureVersion) -> ApiKey {
    let mut key = shop.api_key();
    if let Credential::Signed(signing) = &mut key.credential {
        (signing.scope, signing.version) = (scope, version);
    }
    assert_eq!(key.kind(), KeyKind::Signed(scope, version));
    key
}

/// Audit entries of every kind of actor.
pub fn an_audit_entry_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let token = shop.management_token();
    let actors = [
        Actor::Operator,
        Actor::Token(token.id.clone()),
        Actor::Seller,
        Actor::Stripe,
        Actor::System,
    ];
    let entries = actors.map(|actor| AuditEntry {
        actor,
        target: NAMES[2].to_owned(),
        ..shop.audit_entry()
    });
    comes_back(store, &shop, |it| it.audit = entries.into());
}
