//! Connections to Stripe and links of accounts to tenants.

use std::collections::BTreeSet;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::connection::{Connection, ConnectionState};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::round_trip::{INSTANTS, each_comes_back, each_overwrites};
use crate::fixtures::{Shop, stripe_account};

/// Connections in each state, with and without a checkout key and accounts to retire, read back
/// unchanged.
pub fn a_connection_reads_back_as_written(store: &Nodes<'_>) {
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

/// Account links in both modes, active, inactive, and moved to another tenant, read back unchanged.
pub fn an_account_link_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let other = Shop::opened(store, "other");
    let sandbox = AccountLink {
        account: AccountRef {
            mode: Mode::Sandbox,
            account: shop.account.clone(),
        },
        ..shop.account_link()
    };
    let of_sandbox = sandbox.account.clone();
    each_comes_back(store, &shop, |it| &mut it.accounts, [sandbox]);
    let written = store.account_link(&of_sandbox);
    let live = shop.account_link();
    assert_eq!(
        store.account_link(&live.account),
        Ok(None),
        "of the other mode"
    );
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
    assert_eq!(
        store.account_link(&of_sandbox),
        written,
        "of the other mode"
    );
}

/// Connections with accounts to retire are found, at most `n`, until their accounts are retired.
pub fn connections_to_retire_are_found(store: &Nodes<'_>) {
    let shops = ["one", "two", "three"].map(|slug| Shop::opened(store, slug));
    let left = shops.each_ref().map(|shop| {
        let mut connection = shop.connection();
        connection.disconnect(false);
        Write::changed(connection).value
    });
    for (shop, connection) in shops.iter().zip(&left) {
        let mut unwritten = connection.clone();
        unwritten.version = 0;
        let put = Write::changed(unwritten);
        committed(store, changing(shop, |it| it.connections.push(put)));
    }
    let found = |n| -> BTreeSet<_> {
        let found = store.retiring(n).expect("the store answers");
        assert!(found.iter().all(|it| left.contains(it)), "as written");
        found.into_iter().map(|it| it.tenant).collect()
    };
    assert_eq!((found(10).len(), found(2).len(), found(0).len()), (3, 2, 0));
    let retired = Connection {
        retiring: vec![],
        ..left[0].clone()
    };
    committed(
        store,
        changing(&shops[0], |it| it.connections.push(Write::changed(retired))),
    );
    assert!(!found(10).contains(&shops[0].tenant.id));
    assert_eq!(found(10).len(), 2);
}

/// Connections with an account are listed in the order of their tenants, page by page; those that are
/// disconnected are left out.
pub fn connections_with_an_account_are_listed_in_pages(store: &Nodes<'_>) {
    let shops = ["ccc", "aaa", "ddd", "bbb"].map(|slug| Shop::opened(store, slug));
    for shop in &shops {
        let put = Write::changed(Connection {
            version: 0,
            ..shop.connection()
        });
        committed(store, changing(shop, |it| it.connections.push(put)));
    }
    let mut gone = Connection {
        version: 1,
        ..shops[2].connection()
    };
    gone.disconnect(true);
    let gone = Write::changed(gone);
    committed(store, changing(&shops[2], |it| it.connections.push(gone)));

    let listed = |after: Option<&str>, n| -> Vec<String> {
        let after = after.map(|slug| TenantId::parse(slug).expect("a slug"));
        let found = store.connected(after.as_ref(), n);
        let found = found.expect("the store answers").into_iter();
        found.map(|it| it.tenant.to_string()).collect()
    };
    for (after, n, expected) in [
        (None, 10, &["aaa", "bbb", "ccc"][..]),
        (None, 2, &["aaa", "bbb"]),
        (Some("bbb"), 2, &["ccc"]),
        (Some("ccc"), 2, &[]),
        (None, 0, &[]),
    ] {
        assert_eq!(listed(after, n), expected, "{after:?} {n}");
    }
}
