"""Sells by payment links, and reads what was sold, with Stripe's official client."""

import pytest
import stripe

from driving import browse, checkout, pay


@pytest.fixture
def links(client):
    return client.v1.payment_links


def link_fields(price, **more) -> dict:
    return {"line_items": [{"price": price.id, "quantity": 2}], "metadata": {"campaign": "spring"}, **more}


def opened(client, direct, link, query=""):
    """The session that a visitor of the link gets."""
    visit = browse(link.url + query)
    assert visit.status == 303
    assert browse(visit.location).status == 200
    return client.v1.checkout.sessions.retrieve(visit.location.rpartition("/")[2], options=direct)


def test_a_payment_link_is_made_opened_paid_and_its_lines_are_listed(client, links, receiver, account, direct, price):
    link = links.create(link_fields(price, payment_intent_data={"metadata": {"team": "7"}}), direct)
    assert (link.active, link.after_completion.type, link.currency) == (True, "hosted_confirmation", "usd")
    session = opened(client, direct, link, "?client_reference_id=o-1&prefilled_email=ada%40example.com")
    assert (session.payment_link, session.client_reference_id, session.mode) == (link.id, "o-1", "payment")
    assert session.metadata.to_dict() == {"campaign": "spring"}

    confirmation = browse(pay(session).location)
    assert confirmation.status == 200 and "Thanks for your payment" in confirmation.text
    completed = receiver.wait_for(account, "checkout.session.completed").data.object
    assert (completed.id, completed.payment_link, completed.payment_status) == (session.id, link.id, "paid")
    intent = client.v1.payment_intents.retrieve(completed.payment_intent, options=direct)
    assert intent.metadata.to_dict() == {"team": "7"}

    [line] = client.v1.checkout.sessions.line_items.list(session.id, options=direct).data
    assert line.id.startswith("li_") and line.object == "item"
    assert (line.price.id, line.price.product, line.quantity) == (price.id, price.product, 2)
    assert (line.amount_subtotal, line.amount_total, line.description) == (5800, 5800, "Acme Pro")
    [of_link] = links.line_items.list(link.id, options=direct).data
    assert (of_link.price.id, of_link.quantity) == (price.id, 2) and of_link.id != line.id
    of_this_link = client.v1.checkout.sessions.list({"payment_link": link.id}, direct).data
    assert [each.id for each in of_this_link] == [session.id]


def test_a_link_with_a_redirect_leads_to_the_seller(client, links, direct, price):
    url = "http://shop.test/thanks?session={CHECKOUT_SESSION_ID}"
    after = {"type": "redirect", "redirect": {"url": url}}
    link = links.create(link_fields(price, after_completion=after), direct)
    assert link.after_completion.redirect.url == url
    session = opened(client, direct, link)
    assert pay(session).location == f"http://shop.test/thanks?session={session.id}"


def test_a_link_is_deactivated_and_listed(links, direct, price):
    first, second = (links.create(link_fields(price), direct) for _ in range(2))
    assert links.update(first.id, {"active": False, "metadata": {"a": "b"}}, direct).active is False
    assert links.retrieve(first.id, options=direct).metadata.to_dict() == {"campaign": "spring", "a": "b"}
    assert [each.id for each in links.list({"active": True}, direct)] == [second.id]
    everything = links.list({"limit": 1}, direct).auto_paging_iter()
    assert [each.id for each in everything] == [second.id, first.id]
    page = browse(first.url)
    assert page.status == 410 and "no longer active" in page.text
    with pytest.raises(stripe.InvalidRequestError) as error:
        links.retrieve("plink_none", options=direct)
    assert (error.value.http_status, error.value.code) == (404, "resource_missing")


def test_the_lines_of_a_session_are_paged_by_the_client(client, direct, price):
    three = [{"price": price.id, "quantity": quantity} for quantity in (1, 2, 3)]
    session = client.v1.checkout.sessions.create(checkout(price.id, line_items=three), direct)
    lines = client.v1.checkout.sessions.line_items
    page = lines.list(session.id, {"limit": 2}, options=direct)
    assert [line.quantity for line in page.data] == [1, 2] and page.has_more
    assert [line.quantity for line in page.auto_paging_iter()] == [1, 2, 3]
    last = lines.list(session.id, {"limit": 1, "ending_before": page.data[1].id}, options=direct)
    assert [line.quantity for line in last.data] == [1] and not last.has_more
    with pytest.raises(stripe.InvalidRequestError) as error:
        lines.list("cs_test_none", options=direct)
    assert (error.value.http_status, error.value.code) == (404, "resource_missing")


def test_a_restricted_key_needs_the_permission_of_payment_links(simulator, account):
    def holder(*permissions):
        made = simulator.control("POST", "restricted_keys", account=account, permissions=list(permissions))
        return simulator.client(made["key"]).v1

    with pytest.raises(stripe.PermissionError, match="rak_payment_link_read"):
        holder("rak_checkout_session_read").payment_links.list()
    with pytest.raises(stripe.PermissionError, match="rak_payment_link_write"):
        holder("rak_payment_link_read").payment_links.update("plink_none", {"active": False})
    with pytest.raises(stripe.PermissionError, match="rak_checkout_session_read"):
        holder("rak_payment_link_write").checkout.sessions.line_items.list("cs_test_none")
    assert holder("rak_payment_link_write").payment_links.list().data == []
