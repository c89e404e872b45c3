"""Checks every call of the simulator with Stripe's official client."""

import pytest
import stripe

from driving import browse, checkout, connect, consent, consent_fields, eventually, pay, subscribing


def codes(error) -> tuple:
    """The status, the code and the parameter as sent; not every error class of the client has them."""
    sent = error.value.json_body["error"]
    return (error.value.http_status, sent.get("code"), sent.get("param"))


# Connecting


def test_consent_page_shows_a_form_with_both_decisions(simulator):
    query = stripe.OAuth.authorize_url(**consent_fields(simulator)).partition("?")[2]
    page = browse(f"{simulator.url}/oauth/authorize?{query}")
    assert page.status == 200
    assert 'value="connect"' in page.text and 'value="cancel"' in page.text


def test_connecting_returns_code_scope_and_the_very_state(simulator):
    page = consent(simulator)
    assert page.status == 302
    assert page.location.startswith(simulator.redirect_uri + "&")
    assert page.query["state"] == "s t&te"
    assert page.query["scope"] == "read_write"
    assert page.query["code"].startswith("ac_")


def test_cancelling_returns_a_refusal_without_state(simulator):
    query = consent(simulator, decision="cancel").query
    assert query["error"] == "access_denied"
    assert "state" not in query and "code" not in query


@pytest.mark.parametrize(
    "wrong",
    [{"client_id": "ca_other"}, {"redirect_uri": "http://evil.test/"}, {"response_type": "token"}],
)
def test_a_wrong_consent_request_leads_nowhere(simulator, wrong):
    page = consent(simulator, **wrong)
    assert page.status == 400 and page.location is None


@pytest.mark.parametrize("mode", ["test", "live"])
def test_a_code_becomes_a_token_of_its_mode(simulator, mode):
    client = simulator.client(f"sk_{mode}_SimPlatform")
    token = connect(simulator, client, client_id=simulator.client_ids[mode])
    assert token.livemode is (mode == "live")
    assert token.access_token.startswith(f"sk_{mode}_")
    assert token.stripe_publishable_key.startswith(f"pk_{mode}_")
    assert (token.scope, token.token_type) == ("read_write", "bearer")
    assert client.v1.accounts.retrieve(token.stripe_user_id).charges_enabled is True


def test_the_same_account_can_be_connected_again(simulator, client, account):
    assert connect(simulator, client, account=account).stripe_user_id == account


def test_a_code_used_twice_takes_its_connection_back(simulator, client):
    code = consent(simulator).query["code"]
    exchange = {"grant_type": "authorization_code", "code": code}
    account = client.oauth.token(exchange).stripe_user_id
    with pytest.raises(stripe.oauth_error.InvalidGrantError, match="already been used"):
        client.oauth.token(exchange)
    with pytest.raises(stripe.PermissionError):
        client.v1.accounts.retrieve(account)


@pytest.mark.parametrize(
    ("mode", "exchange", "error"),
    [
        ("live", {}, stripe.oauth_error.InvalidGrantError),
        ("test", {"code": "ac_none"}, stripe.oauth_error.InvalidGrantError),
        ("test", {"grant_type": "password"}, stripe.oauth_error.UnsupportedGrantTypeError),
        ("none", {}, stripe.oauth_error.InvalidClientError),
    ],
)
def test_a_wrong_exchange_is_refused_and_leaves_the_code_good(simulator, client, mode, exchange, error):
    code = consent(simulator).query["code"]
    good = {"grant_type": "authorization_code", "code": code}
    with pytest.raises(error):
        simulator.client(f"sk_{mode}_SimPlatform").oauth.token({**good, **exchange})
    assert client.oauth.token(good).stripe_user_id.startswith("acct_")


def test_deauthorising_ends_access_and_is_told(simulator, client, receiver, account):
    gone = {"client_id": simulator.client_ids["test"], "stripe_user_id": account}
    assert client.oauth.deauthorize(gone).stripe_user_id == account
    event = receiver.wait_for(account, "account.application.deauthorized")
    assert event.data.object.id == simulator.client_ids["test"]
    assert event.data.object.object == "application"
    with pytest.raises(stripe.PermissionError) as error:
        client.v1.products.create({"name": "x"}, {"stripe_account": account})
    assert codes(error) == (403, "account_invalid", None)
    with pytest.raises(stripe.oauth_error.InvalidClientError):
        client.oauth.deauthorize(gone)
    assert simulator.control("POST", f"events/{event.id}/resend") == {"deliveries": 1}


def test_the_seller_can_deauthorise_too(simulator, receiver, account):
    simulator.control("POST", f"accounts/{account}/deauthorize", livemode=False)
    assert receiver.wait_for(account, "account.application.deauthorized").livemode is False


# Accounts and keys


def test_account_shows_its_flags_and_news_of_them_travel(simulator, client, receiver, account):
    simulator.control("POST", f"accounts/{account}", charges_enabled=False)
    assert client.v1.accounts.retrieve(account).charges_enabled is False
    event = receiver.wait_for(account, "account.updated")
    assert event.data.previous_attributes["charges_enabled"] is True
    assert event.data.object.charges_enabled is False


def test_an_account_that_cannot_charge_opens_no_session(simulator, client, account, direct, price):
    simulator.control("POST", f"accounts/{account}", charges_enabled=False)
    with pytest.raises(stripe.InvalidRequestError, match="cannot currently make"):
        client.v1.checkout.sessions.create(checkout(price.id), direct)


def test_current_account_follows_key_and_header(simulator, client, account, direct):
    assert client.v1.accounts.retrieve_current().id == "acct_SimPlatform"
    assert client.v1.accounts.retrieve_current(options=direct).id == account
    token = connect(simulator, client, account=account).access_token
    assert simulator.client(token).v1.accounts.retrieve_current().id == account


@pytest.mark.parametrize("key", ["sk_test_unknown0000", "rk_live_unknown0000"])
def test_an_unknown_key_is_masked_and_refused(simulator, key):
    with pytest.raises(stripe.AuthenticationError) as error:
        simulator.client(key).v1.products.list()
    assert error.value.http_status == 401
    assert key not in str(error.value) and key[-4:] in str(error.value)


def test_an_account_never_connected_is_out_of_reach(simulator, client):
    stranger = simulator.control("POST", "accounts")["id"]
    for attempt in (
        lambda: client.v1.accounts.retrieve(stranger),
        lambda: client.v1.products.list(options={"stripe_account": stranger}),
    ):
        with pytest.raises(stripe.PermissionError, match="Application access may have been revoked") as error:
            attempt()
        assert codes(error) == (403, "account_invalid", None)


def test_modes_do_not_see_each_other(simulator, client):
    product = client.v1.products.create({"name": "Acme"})
    live = simulator.client(simulator.live_key)
    with pytest.raises(stripe.InvalidRequestError, match="exists in test mode, but a live mode key") as error:
        live.v1.products.retrieve(product.id)
    assert codes(error) == (404, "resource_missing", "id")


def test_an_account_connected_live_can_be_driven_in_test_mode_but_not_the_reverse(simulator, client, account):
    live = simulator.client(simulator.live_key)
    other = connect(simulator, live, client_id=simulator.client_ids["live"]).stripe_user_id
    assert client.v1.products.create({"name": "x"}, {"stripe_account": other}).livemode is False
    with pytest.raises(stripe.PermissionError):
        live.v1.products.create({"name": "x"}, {"stripe_account": account})


# Catalogue


def test_products_are_made_changed_shown_and_listed(client, direct):
    products = client.v1.products
    made = [products.create({"name": f"P{n}", "metadata": {"n": n, "x": "y"}}, direct) for n in range(3)]
    changed = products.update(made[0].id, {"name": "New", "active": False, "metadata": {"x": ""}}, direct)
    assert (changed.name, changed.active, changed.metadata.to_dict()) == ("New", False, {"n": "0"})
    assert products.retrieve(made[0].id, options=direct).name == "New"
    assert products.update(made[0].id, {"metadata": ""}, direct).metadata.to_dict() == {}
    page = products.list({"limit": 2}, direct)
    assert [product.id for product in page.data] == [made[2].id, made[1].id] and page.has_more
    everything = [product.id for product in page.auto_paging_iter()]
    assert everything == [made[2].id, made[1].id, made[0].id]
    assert [product.id for product in products.list({"active": False}, direct)] == [made[0].id]


def test_prices_are_made_shown_listed_and_retired(client, direct, price):
    assert (price.unit_amount, price.currency, price.type, price.livemode) == (2900, "usd", "one_time", False)
    prices = client.v1.prices
    assert prices.retrieve(price.id, options=direct).product == price.product
    assert prices.update(price.id, {"active": False}, direct).active is False
    assert prices.list({"product": price.product, "active": True}, direct).data == []
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.checkout.sessions.create(checkout(price.id), direct)
    assert codes(error) == (400, None, "line_items[0][price]")


def test_a_recurring_price_is_not_sold_once(client, direct, price):
    monthly = {"product": price.product, "currency": "eur", "unit_amount": 900, "recurring": {"interval": "month"}}
    made = client.v1.prices.create(monthly, direct)
    assert (made.type, made.recurring.interval_count) == ("recurring", 1)
    with pytest.raises(stripe.InvalidRequestError, match="recurring price"):
        client.v1.checkout.sessions.create(checkout(made.id), direct)


def test_a_subscription_is_billed_fails_recovers_and_ends(client, simulator, receiver, account, direct, price):
    monthly = {"product": price.product, "currency": "usd", "unit_amount": 900, "recurring": {"interval": "month"}}
    monthly = client.v1.prices.create(monthly, direct)
    data = {"application_fee_percent": 0.5, "metadata": {"key_type_id": "pro"}}
    wanted = subscribing(monthly.id, subscription_data=data)
    session = client.v1.checkout.sessions.create(wanted, direct)
    pay(session)
    done = receiver.wait_for(account, "checkout.session.completed").data.object
    assert (done.mode, done.payment_status, done.payment_intent) == ("subscription", "paid", None)
    subscription = client.v1.subscriptions.retrieve(done.subscription, options=direct)
    assert (subscription.status, subscription.application_fee_percent) == ("active", 0.5)
    assert subscription.metadata["key_type_id"] == "pro"
    first = receiver.wait_for(account, "invoice.paid").data.object
    assert first.parent.subscription_details.subscription == subscription.id
    item = subscription["items"].data[0]
    assert first.lines.data[0].period.end == item.current_period_end
    paid = client.v1.invoices.retrieve(first.id, {"expand": ["payments"]}, direct).payments.data[0].payment
    found = {"payment": {"type": "payment_intent", "payment_intent": paid.payment_intent}}
    assert client.v1.invoice_payments.list(found, direct).data[0].invoice == first.id

    act = f"subscriptions/{subscription.id}"
    simulator.control("POST", act, fail_payments=True)
    simulator.control("POST", act, advance_to=item.current_period_end)
    failed = receiver.wait_for(account, "invoice.payment_failed").data.object
    assert (failed.status, failed.created) == ("open", item.current_period_end)
    assert client.v1.subscriptions.retrieve(subscription.id, options=direct).status == "past_due"
    simulator.control("POST", act, fail_payments=False)
    simulator.control("POST", act, retry={})
    assert client.v1.invoices.retrieve(failed.id, options=direct).status == "paid"

    ending = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True}, direct)
    assert ending.cancel_at_period_end
    simulator.control("POST", act, advance_to=ending["items"].data[0].current_period_end)
    ended = receiver.wait_for(account, "customer.subscription.deleted").data.object
    assert (ended.id, ended.status) == (subscription.id, "canceled")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.cancel(subscription.id, options=direct)


# Checkout


def test_an_open_session_has_no_payment_yet(client, direct, session):
    seen = client.v1.checkout.sessions.retrieve(session.id, options=direct)
    assert (seen.status, seen.payment_status, seen.payment_intent) == ("open", "unpaid", None)
    assert (seen.amount_total, seen.currency, seen.client_reference_id) == (2900, "usd", "o-1")
    assert seen.id.startswith("cs_test_") and seen.metadata.to_dict() == {"tenant_id": "acme"}
    assert [each.id for each in client.v1.checkout.sessions.list({"status": "open"}, direct)] == [session.id]


def test_paying_moves_the_money_and_is_told(client, receiver, account, direct, session):
    page = pay(session)
    assert (page.status, page.query) == (303, {"session": session.id})
    paid = client.v1.checkout.sessions.retrieve(session.id, options=direct)
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details.email == "ada@example.com"

    intent = client.v1.payment_intents.retrieve(paid.payment_intent, options=direct)
    assert (intent.status, intent.amount_received, intent.application_fee_amount) == ("succeeded", 2900, 15)
    assert intent.metadata.to_dict() == {"order": "o-1"}, "session metadata is not copied"

    charge = client.v1.charges.retrieve(intent.latest_charge, options=direct)
    assert (charge.paid, charge.refunded, charge.payment_intent) == (True, False, intent.id)
    assert charge.balance_transaction.startswith("txn_")
    assert charge.payment_method_details.card.last4 == "4242"

    fee = client.v1.application_fees.retrieve(charge.application_fee)
    assert (fee.amount, fee.account, fee.charge) == (15, account, charge.id)
    assert [each.id for each in client.v1.application_fees.list({"charge": charge.id})] == [fee.id]

    event = receiver.wait_for(account, "checkout.session.completed")
    assert (event.account, event.livemode, event.api_version) == (account, False, "2026-09-30.endive")
    assert (event.data.object.id, event.data.object.payment_status) == (session.id, "paid")
    assert client.v1.events.retrieve(event.id, options=direct).type == event.type
    kinds = client.v1.events.list({"type": event.type}, direct)
    assert [each.id for each in kinds] == [event.id]


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("4000000000009995", "insufficient funds"),
        ("4000000000000002", "was declined"),
        ("4000000000000069", "has expired"),
        ("4111", "number is invalid"),
    ],
)
def test_a_declined_card_leaves_the_session_open_for_another(client, direct, session, number, sentence):
    page = pay(session, number)
    assert page.status == 200 and sentence in page.text
    seen = client.v1.checkout.sessions.retrieve(session.id, options=direct)
    assert (seen.status, seen.payment_intent) == ("open", None)
    assert pay(session).status == 303


@pytest.mark.parametrize(("decision", "status"), [("complete", "paid"), ("fail", "unpaid")])
def test_a_bank_may_ask_for_authentication(client, direct, session, decision, status):
    page = pay(session, "4000002500003155")
    assert "authentication" in page.text and page.location is None
    browse(session.url, {"authentication": decision})
    seen = client.v1.checkout.sessions.retrieve(session.id, options=direct)
    assert seen.payment_status == status


@pytest.mark.parametrize(
    ("succeeds", "kind", "status", "charge_status"),
    [
        (True, "checkout.session.async_payment_succeeded", "paid", "succeeded"),
        (False, "checkout.session.async_payment_failed", "unpaid", "failed"),
    ],
)
def test_a_bank_debit_completes_unpaid_and_settles_later(
    simulator, client, receiver, account, direct, session, succeeds, kind, status, charge_status
):
    assert pay(session, method="bank_debit").status == 303
    completed = receiver.wait_for(account, "checkout.session.completed").data.object
    assert (completed.status, completed.payment_status) == ("complete", "unpaid")
    simulator.control("POST", f"sessions/{session.id}/settle", succeeds=succeeds)
    assert receiver.wait_for(account, kind).data.object.payment_status == status
    intent = client.v1.payment_intents.retrieve(completed.payment_intent, options=direct)
    charge = client.v1.charges.retrieve(intent.latest_charge, options=direct)
    assert (charge.status, charge.application_fee is not None) == (charge_status, succeeds)


def test_a_free_session_needs_no_payment(client, receiver, account, direct, price):
    free = {"product": price.product, "currency": "usd", "unit_amount": 0}
    free = client.v1.prices.create(free, direct)
    session = client.v1.checkout.sessions.create(checkout(free.id), direct)
    assert browse(session.url, {"email": "ada@example.com"}).status == 303
    done = receiver.wait_for(account, "checkout.session.completed").data.object
    assert (done.payment_status, done.payment_intent, done.amount_total) == ("no_payment_required", None, 0)


def test_an_expired_session_cannot_be_paid(client, receiver, account, direct, session):
    assert client.v1.checkout.sessions.expire(session.id, options=direct).status == "expired"
    event = receiver.wait_for(account, "checkout.session.expired")
    assert event.request.id.startswith("req_")
    page = pay(session)
    assert page.status == 410 and "expired" in page.text
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id, options=direct)


def test_a_paid_session_cannot_be_paid_again(client, direct, session):
    pay(session)
    assert "already complete" in pay(session).text
    assert len(client.v1.charges.list(options=direct).data) == 1


@pytest.mark.parametrize(
    ("fee", "code"),
    [(0, "parameter_invalid_integer"), (2901, None), ("x", "parameter_invalid_integer")],
)
def test_a_wrong_fee_is_refused(client, direct, price, fee, code):
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.checkout.sessions.create(checkout(price.id, fee=fee), direct)
    assert codes(error) == (400, code, "payment_intent_data[application_fee_amount]")


def test_a_fee_needs_a_connected_account(client):
    product = client.v1.products.create({"name": "own"})
    price = client.v1.prices.create({"product": product.id, "currency": "usd", "unit_amount": 100})
    with pytest.raises(stripe.InvalidRequestError, match="Can only apply an application_fee_amount"):
        client.v1.checkout.sessions.create(checkout(price.id, fee=1))


@pytest.mark.parametrize(("currency", "amount"), [("usd", 49), ("gbp", 29), ("jpy", 49)])
def test_too_small_an_amount_is_refused(client, direct, price, currency, amount):
    small = {"product": price.product, "currency": currency, "unit_amount": amount}
    small = client.v1.prices.create(small, direct)
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.checkout.sessions.create(checkout(small.id), direct)
    assert error.value.code == "amount_too_small"


def test_a_seller_can_open_sessions_of_their_own_with_any_metadata(simulator, receiver, account, price):
    accounts = simulator.control("GET", "accounts")
    key = next(each["test"]["secret_key"] for each in accounts if each["id"] == account)
    own = simulator.client(key)
    session = own.v1.checkout.sessions.create(checkout(price.id, metadata={"tenant_id": "victim"}))
    pay(session)
    event = receiver.wait_for(account, "checkout.session.completed")
    assert event.data.object.metadata.to_dict() == {"tenant_id": "victim"}
    with pytest.raises(stripe.InvalidRequestError, match="application_fee_amount"):
        own.v1.checkout.sessions.create(checkout(price.id, fee=1))


# Refunds


def charge_of(client, direct, session):
    pay(session)
    paid = client.v1.checkout.sessions.retrieve(session.id, options=direct)
    intent = client.v1.payment_intents.retrieve(paid.payment_intent, options=direct)
    return client.v1.charges.retrieve(intent.latest_charge, options=direct)


def test_refunds_in_part_and_in_whole_are_told(client, receiver, account, direct, session):
    charge = charge_of(client, direct, session)
    part = client.v1.refunds.create({"charge": charge.id, "amount": 900}, direct)
    assert (part.amount, part.status, part.charge) == (900, "succeeded", charge.id)
    refunded = receiver.wait_for(account, "charge.refunded").data.object
    assert (refunded.amount_refunded, refunded.refunded) == (900, False)

    rest = {"payment_intent": charge.payment_intent, "reason": "requested_by_customer"}
    assert client.v1.refunds.create(rest, direct).amount == 2000
    refunded = eventually(
        lambda: [e for e in receiver.of(account) if e.type == "charge.refunded" and e.data.object.refunded],
        "the whole refund",
    )[0].data.object
    assert refunded.amount_refunded == 2900
    assert client.v1.refunds.retrieve(part.id, options=direct).amount == 900
    assert len(client.v1.refunds.list({"charge": charge.id}, direct).data) == 2
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.refunds.create({"charge": charge.id}, direct)
    assert error.value.code == "charge_already_refunded"
    assert client.v1.application_fees.retrieve(charge.application_fee).amount_refunded == 0


def test_a_refund_gives_the_fee_back_when_asked(client, direct, session):
    charge = charge_of(client, direct, session)
    client.v1.refunds.create({"charge": charge.id, "refund_application_fee": True}, direct)
    assert client.v1.application_fees.retrieve(charge.application_fee).refunded is True


def test_more_than_was_paid_is_not_refunded(client, direct, session):
    charge = charge_of(client, direct, session)
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.refunds.create({"charge": charge.id, "amount": 2901}, direct)
    assert codes(error) == (400, None, "amount")


def test_the_seller_can_refund_too(simulator, client, receiver, account, direct, session):
    charge = charge_of(client, direct, session)
    simulator.control("POST", f"charges/{charge.id}/refund", amount=100)
    assert receiver.wait_for(account, "charge.refunded").data.object.amount_refunded == 100


def test_a_dispute_takes_its_steps_and_is_told(simulator, client, receiver, account, direct, session):
    charge = charge_of(client, direct, session)
    opened = simulator.control("POST", f"charges/{charge.id}/dispute", reason="product_not_received")
    told = receiver.wait_for(account, "charge.dispute.created").data.object
    assert (told.id, told.status, told.amount) == (opened["id"], "needs_response", 2900)
    assert (told.charge, told.payment_intent, told.reason) == (
        charge.id,
        charge.payment_intent,
        "product_not_received",
    )
    receiver.wait_for(account, "charge.dispute.funds_withdrawn")
    assert client.v1.charges.retrieve(charge.id, options=direct).disputed is True
    for step, status, kind in (
        ("respond", "under_review", "charge.dispute.updated"),
        ("lose", "lost", "charge.dispute.closed"),
        ("reopen", "appeal_needs_response", None),
        ("win", "won", "charge.dispute.funds_reinstated"),
    ):
        assert simulator.control("POST", f"disputes/{opened['id']}/{step}")["status"] == status
        if kind:
            receiver.wait_for(account, kind)
        dispute = client.v1.disputes.retrieve(opened["id"], options=direct)
        assert (dispute.status, dispute.livemode) == (status, False)
    listed = client.v1.disputes.list({"charge": charge.id}, direct).data
    assert [each.id for each in listed] == [opened["id"]]
    assert client.v1.disputes.list({"charge": "ch_other"}, direct).data == []


def test_an_inquiry_withdraws_no_money_until_it_becomes_a_dispute(
    simulator, client, receiver, account, direct, session
):
    charge = charge_of(client, direct, session)
    opened = simulator.control("POST", f"charges/{charge.id}/dispute", inquiry=True)
    told = receiver.wait_for(account, "charge.dispute.created").data.object
    assert (told.status, told.is_charge_refundable) == ("warning_needs_response", True)
    assert told.payment_method_details.card.case_type == "inquiry"
    assert not [event for event in receiver.of(account) if event.type == "charge.dispute.funds_withdrawn"]
    simulator.control("POST", f"disputes/{opened['id']}/escalate")
    receiver.wait_for(account, "charge.dispute.funds_withdrawn")
    dispute = client.v1.disputes.retrieve(opened["id"], options=direct)
    assert dispute.status == "needs_response"


# Lists for reconciliation


def test_events_and_sessions_can_be_listed_by_time_and_kind(client, receiver, account, direct, session):
    pay(session)
    event = receiver.wait_for(account, "checkout.session.completed")
    sessions, events = client.v1.checkout.sessions, client.v1.events
    for bounds, found in (
        ({"gte": session.created}, True),
        ({"gt": session.created - 1, "lte": session.created}, True),
        ({"gt": session.created}, False),
        ({"lt": session.created}, False),
    ):
        seen = [each.id for each in sessions.list({"status": "complete", "created": bounds}, direct)]
        assert seen == ([session.id] if found else []), bounds
    kinds = {"types": [event.type, "charge.refunded"], "created": {"gte": event.created}}
    assert [each.id for each in events.list(kinds, direct)] == [event.id]
    assert events.list({"types": ["charge.refunded"]}, direct).data == []


# Webhooks


def test_a_refused_event_is_sent_again_with_a_signature_of_its_own(client, receiver, account, direct, session):
    receiver.refuse_next(2)
    client.v1.checkout.sessions.expire(session.id, options=direct)
    event = receiver.wait_for(account, "checkout.session.expired")
    assert [each.id for each in receiver.refused[-2:]] == [event.id, event.id]


def test_events_can_be_sent_again_and_again(simulator, client, receiver, account, direct, session):
    client.v1.checkout.sessions.expire(session.id, options=direct)
    event = receiver.wait_for(account, "checkout.session.expired")
    assert simulator.control("POST", f"events/{event.id}/resend", copies=5) == {"deliveries": 5}
    received = lambda: len([each for each in receiver.of(account) if each.id == event.id]) == 6
    eventually(received, "six copies")


# Failures


def test_an_idempotency_key_replays_the_first_answer(client, direct):
    options = {**direct, "idempotency_key": "same"}
    first = client.v1.products.create({"name": "once"}, options)
    again = client.v1.products.create({"name": "once"}, options)
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(client.v1.products.list(options=direct).data) == 1
    with pytest.raises(stripe.IdempotencyError, match="same parameters") as error:
        client.v1.products.create({"name": "twice"}, options)
    assert error.value.http_status == 400


def test_an_answer_lost_on_the_way_is_got_by_the_client_s_own_retry(simulator, client, direct):
    retrying = simulator.client(simulator.test_key)
    simulator.control("POST", "faults", path="/v1/products", kind="lose_answer", times=2)
    options = {**direct, "max_network_retries": 2}
    product = retrying.v1.products.create({"name": "survivor"}, options)
    assert product.last_response.headers["Idempotent-Replayed"] == "true"
    assert [each.id for each in client.v1.products.list(options=direct)] == [product.id]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ({"status": {"status": 500}}, stripe.APIError),
        ({"status": {"status": 429, "retry_after": 3}}, stripe.RateLimitError),
        ("close", stripe.APIConnectionError),
        ("lose_answer", stripe.APIConnectionError),
    ],
)
def test_faults_strike_once(simulator, client, kind, error):
    simulator.control("POST", "faults", path="/v1/account", kind=kind)
    with pytest.raises(error) as seen:
        client.v1.accounts.retrieve_current()
    if error is stripe.RateLimitError:
        assert seen.value.headers["Retry-After"] == "3"
    assert client.v1.accounts.retrieve_current().id == "acct_SimPlatform"


@pytest.mark.parametrize(
    ("kind", "made"), [("close", 0), ({"status": {"status": 500}}, 0), ("lose_answer", 1)]
)
def test_a_fault_strikes_before_or_after_the_work(simulator, client, direct, kind, made):
    simulator.control("POST", "faults", method="POST", path="/v1/products", kind=kind)
    with pytest.raises(stripe.StripeError):
        client.v1.products.create({"name": "x"}, direct)
    assert len(client.v1.products.list(options=direct).data) == made


def test_requests_are_recorded_without_secrets(simulator, client, account, direct):
    simulator.control("DELETE", "requests")
    client.v1.products.create({"name": "seen"}, {**direct, "idempotency_key": "k"})
    code = consent(simulator).query["code"]
    client.oauth.token({"grant_type": "authorization_code", "code": code})
    product, token = simulator.control("GET", "requests")
    assert (product["method"], product["path"]) == ("POST", "/v1/products")
    assert product["params"] == {"name": "seen"}
    assert (product["stripe_account"], product["idempotency_key"]) == (account, "k")
    assert token["path"] == "/oauth/token"
    assert code not in str(token) and simulator.test_key not in str([product, token])


def test_a_call_that_is_not_simulated_says_so(client):
    with pytest.raises(stripe.InvalidRequestError, match=r"Unrecognized request URL \(GET: /v1/customers\)") as error:
        client.v1.customers.list()
    assert error.value.http_status == 404


# Restricted keys


@pytest.fixture
def restricted(simulator, account):
    """Creates clients with restricted keys of the account, which hold these permissions."""

    def create(*permissions):
        fields = {"account": account, "permissions": list(permissions)}
        key = simulator.control("POST", "restricted_keys", **fields)
        return key, simulator.client(key["key"])

    return create


def test_a_restricted_key_gets_the_permission_error_of_stripe(restricted, account):
    key, client = restricted("rak_coupon_write")
    with pytest.raises(stripe.PermissionError) as error:
        client.v1.charges.retrieve("ch_none")
    assert codes(error) == (403, None, None)
    assert set(error.value.json_body["error"]) == {"type", "message"}
    assert f"on account '{account}'" in error.value.user_message
    assert "Having the 'rak_charge_read' permission would allow" in error.value.user_message
    assert key["key"] not in error.value.user_message
    with pytest.raises(stripe.PermissionError, match="'rak_accounts_kyc_basic_read'"):
        client.v1.accounts.retrieve_current()


def test_a_permission_that_is_held_leaves_only_that_the_object_is_missing(restricted):
    reads = {
        "rak_checkout_session_read": lambda v1: v1.checkout.sessions.retrieve("cs_test_none"),
        "rak_charge_read": lambda v1: v1.charges.retrieve("ch_none"),
        "rak_balance_transaction_source_read": lambda v1: v1.balance_transactions.retrieve("txn_none"),
        "rak_customer_read": lambda v1: v1.customers.retrieve("cus_none"),
        "rak_invoice_read": lambda v1: v1.invoices.retrieve("in_none"),
        "rak_promotion_code_write": lambda v1: v1.promotion_codes.update("promo_none", {"metadata": {"a": "b"}}),
        "rak_webhook_write": lambda v1: v1.webhook_endpoints.update("we_none", {"metadata": {"a": "b"}}),
    }
    _, nothing = restricted()
    for permission, call in reads.items():
        with pytest.raises(stripe.PermissionError, match=permission):
            call(nothing.v1)
        with pytest.raises(stripe.InvalidRequestError) as error:
            call(restricted(permission)[1].v1)
        assert codes(error)[:2] == (404, "resource_missing"), permission


def test_coupons_are_created_changed_listed_and_deleted(restricted):
    _, client = restricted("rak_coupon_write")
    coupons = client.v1.coupons
    made = coupons.create({"id": "TEN", "percent_off": 10, "duration": "once", "max_redemptions": 1})
    assert (made.id, made.percent_off, made.valid) == ("TEN", 10, True)
    assert coupons.update("TEN", {"metadata": {"a": "b"}}).metadata["a"] == "b"
    with pytest.raises(stripe.InvalidRequestError) as error:
        coupons.create({"id": "TEN", "amount_off": 100, "currency": "usd"})
    assert codes(error) == (400, "resource_already_exists", "id")
    assert [coupon.id for coupon in coupons.list().data] == ["TEN"]
    assert coupons.delete("TEN").deleted is True
    with pytest.raises(stripe.InvalidRequestError) as error:
        coupons.retrieve("TEN")
    assert codes(error) == (404, "resource_missing", "coupon")


def test_an_endpoint_of_an_account_gets_its_events_until_it_is_disabled_or_deleted(restricted, receiver):
    _, client = restricted("rak_webhook_write")
    endpoints = client.v1.webhook_endpoints
    fields = {"url": receiver.url, "enabled_events": ["charge.refunded"], "api_version": stripe.api_version}
    made = endpoints.create(fields)
    assert made.secret.startswith("whsec_") and made.status == "enabled"
    assert "secret" not in endpoints.retrieve(made.id)
    assert endpoints.update(made.id, {"disabled": True}).status == "disabled"
    assert endpoints.delete(made.id).deleted is True


def test_a_revoked_key_is_an_expired_one(simulator, restricted):
    key, client = restricted("rak_coupon_write")
    simulator.control("POST", f"restricted_keys/{key['id']}", revoked=True)
    with pytest.raises(stripe.AuthenticationError) as error:
        client.v1.coupons.list()
    assert codes(error) == (401, "api_key_expired", None)
