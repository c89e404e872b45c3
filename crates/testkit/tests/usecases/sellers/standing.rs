use mintage_domain::base::id::WebhookEndpointId;
use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::webhook_endpoint::{EndpointDescription, WebhookEndpoint};
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenName};
use mintage_domain::model::sellers::tenant::{TenantStatus, TenantSuspended};
use mintage_domain::ports::{
    Activations, ApiKeys, Commit, CustomerFilter, Customers, Orders, Tenants, Tokens,
    WebhookEndpoints,
};
use mintage_domain::usecase::sales::customer::{EraseError, erase_customer};
use mintage_domain::usecase::sellers::standing::{erase, resume, suspend};
use mintage_domain::usecase::sellers::tenant::TenantError;
use mintage_testkit::fixtures::{email, text};

use crate::seller::Seller;

#[test]
fn a_suspended_tenant_may_not_act_until_it_is_resumed() {
    let seller = Seller::new();
    let (store, env, id) = (&*seller.store, seller.env(), seller.tenant());
    for _ in 0..2 {
        let tenant = suspend(store, &env, id).unwrap();
        assert_eq!(tenant.status, TenantStatus::Suspended);
        assert_eq!(tenant.check_active(), Err(TenantSuspended));
    }
    for _ in 0..2 {
        let tenant = resume(store, &env, id).unwrap();
        assert_eq!(tenant.check_active(), Ok(()));
    }
    assert_eq!(seller.audited("tenant.suspended"), 1, "once for one change");
    assert_eq!(seller.audited("tenant.resumed"), 1);
}

#[test]
fn an_erased_tenant_has_neither_credentials_nor_customers_and_keeps_its_orders() {
    let seller = Seller::on_sale();
    let (store, env, id) = (&*seller.store, seller.env(), seller.tenant());
    let sold = [seller.shop.sold(store), seller.shop.sold(store)];
    let mut changes = seller.shop.changes();
    changes.api_keys.push(Write::changed(seller.shop.api_key()));
    changes.tokens.push(Write::changed(ManagementToken {
        name: TokenName::parse("Ada's laptop").ok(),
        ..seller.shop.management_token()
    }));
    changes
        .endpoints
        .push(Write::changed(seller.shop.webhook_endpoint()));
    let unpaid = Order {
        buyer: Some(email("ada@example.test")),
        ..seller.shop.order()
    };
    changes.orders.push(Write::changed(unpaid.clone()));
    store.commit(changes).unwrap();

    assert_eq!(erase(store, &env, id).unwrap(), 2);
    let page = PageRequest::default();
    let tenant = store.tenant(id).unwrap().unwrap();
    assert_eq!(
        (tenant.status, tenant.email.is_erased()),
        (TenantStatus::Erased, true)
    );
    let tokens = store.tokens(id, &page).unwrap().items;
    assert!(!tokens.is_empty());
    for token in tokens {
        assert_eq!((token.revoked_at.is_some(), token.name), (true, None));
    }
    let keys = store.api_keys(id, None, &page).unwrap().items;
    assert!(keys.iter().all(|it| it.revoked_at.is_some()) && !keys.is_empty());
    let connection = seller.connection();
    assert_eq!(
        (connection.checkout_key, connection.state.account()),
        (None, None)
    );
    assert_eq!(
        connection.retiring.len(),
        1,
        "the sweep ends the grant at Stripe"
    );
    assert_eq!(
        store
            .webhook_endpoint(id, &WebhookEndpointId::first_of(id))
            .unwrap()
            .unwrap()
            .url,
        None
    );
    let customers = store
        .customers(id, &CustomerFilter::default(), &page)
        .unwrap();
    assert!(customers.items.iter().all(|it| it.email.is_erased()));
    let unpaid = store.order(id, &unpaid.id).unwrap().unwrap();
    assert_eq!(unpaid.buyer, None);
    let sold_license = sold[0].license.clone();
    for sale in sold {
        let order = store.order(id, &sale.order.id).unwrap().unwrap();
        assert_eq!(
            (order.total, order.payment),
            (sale.order.total, sale.order.payment)
        );
    }
    let mut late = seller.shop.activation(&sold_license);
    late.hostname = Some(text("adas-laptop"));
    let mut changes = seller.shop.changes();
    changes.activations.push(Write::changed(late.clone()));
    store.commit(changes).unwrap();
    assert_eq!(erase(store, &env, id).unwrap(), 0, "it may be repeated");
    let late = store.activation(&late.license, &late.fingerprint).unwrap();
    assert_eq!(late.unwrap().hostname, None);
    assert_eq!(seller.audited("tenant.erased"), 1);
    assert_eq!(seller.audited("customer.erased"), 4);
    assert_eq!(resume(store, &env, id).unwrap_err(), TenantError::Erased);
}

#[test]
fn an_erased_tenant_keeps_nothing_of_an_endpoint_without_url() {
    let seller = Seller::on_sale();
    let (store, env, id) = (&*seller.store, seller.env(), seller.tenant());
    let mut changes = seller.shop.changes();
    let endpoint = WebhookEndpoint {
        url: None,
        description: EndpointDescription::parse("Ada's laptop").ok(),
        ..seller.shop.webhook_endpoint()
    };
    changes.endpoints.push(Write::changed(endpoint));
    store.commit(changes).unwrap();
    for _ in 0..2 {
        erase(store, &env, id).unwrap();
        let first = store.webhook_endpoint(id, &WebhookEndpointId::first_of(id));
        let first = first.unwrap().unwrap();
        assert_eq!(
            (first.sealed_secret.is_erased(), first.description),
            (true, None)
        );
    }
}

#[test]
fn a_customer_is_erased_once_and_only_by_its_tenant() {
    let seller = Seller::new();
    let other = Seller::beside(&seller.store, &seller.stripe, "other");
    let (store, env) = (&*seller.store, seller.env());
    let sale = seller.shop.sold(store);
    let erase = |seller: &Seller| {
        erase_customer(
            store,
            &env,
            seller.tenant(),
            &sale.customer.id,
            &Actor::Operator,
        )
    };
    assert_eq!(erase(&other), Err(EraseError::NotFound));
    for _ in 0..2 {
        assert_eq!(erase(&seller), Ok(()));
    }
    assert_eq!(seller.audited("customer.erased"), 1);
}
