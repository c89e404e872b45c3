"""Checks the simulator's balance, charges, coupons and promotion codes with Stripe's official client."""

import urllib.error

import pytest
import stripe

from driving import checkout, pay


def charge_of(client, direct, session):
    pay(session)
    paid = client.v1.checkout.sessions.retrieve(session.id, options=direct)
    intent = client.v1.payment_intents.retrieve(paid.payment_intent, options=direct)
    return client.v1.charges.retrieve(intent.latest_charge, options=direct)


def nets(client, direct):
    sums = {}
    for each in client.v1.balance_transactions.list({"limit": 2}, direct).auto_paging_iter():
        assert each.net == each.amount - each.fee
        assert each.fee == sum(detail.amount for detail in each.fee_details)
        sums[each.currency] = sums.get(each.currency, 0) + each.net
    return sums


def balance(client, direct):
    sums = {}
    seen = client.v1.balance.retrieve(options=direct)
    for each in [*seen.available, *seen.pending]:
        sums[each.currency] = sums.get(each.currency, 0) + each.amount
    return sums


def test_a_charge_is_booked_with_both_fees(client, direct, session):
    charge = charge_of(client, direct, session)
    booked = client.v1.balance_transactions.retrieve(charge.balance_transaction, options=direct)
    assert (booked.type, booked.reporting_category, booked.source) == ("charge", "charge", charge.id)
    assert (booked.amount, booked.fee, booked.net, booked.status) == (2900, 129, 2771, "pending")
    details = {detail.type: detail.amount for detail in booked.fee_details}
    assert details == {"stripe_fee": 114, "application_fee": 15}
    assert balance(client, direct) == {"usd": 2771} == nets(client, direct)
    earned = client.v1.balance_transactions.list({"type": "application_fee", "limit": 1})
    assert earned.data[0].amount == 15


def test_a_source_is_expanded_on_demand(client, direct, session):
    charge = charge_of(client, direct, session)
    page = client.v1.balance_transactions.list({"expand": ["data.source"]}, direct)
    assert page.data[0].source.payment_intent == charge.payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.balance_transactions.list({"expand": ["data.customer"]}, direct)


@pytest.mark.parametrize(("currency", "amount"), [("usd", 2900), ("jpy", 2900), ("kwd", 2900), ("eur", 1000)])
def test_every_movement_keeps_the_balance_the_sum_of_its_transactions(simulator, client, account, direct, currency, amount):
    product = client.v1.products.create({"name": "Acme"}, direct)
    price = {"product": product.id, "currency": currency, "unit_amount": amount}
    price = client.v1.prices.create(price, direct)
    charges = []
    for _ in range(4):
        params = {**checkout(price.id), "payment_intent_data": {"application_fee_amount": 15}}
        session = client.v1.checkout.sessions.create(params, direct)
        charges.append(charge_of(client, direct, session))
    refunded, failed, lost, won = charges
    client.v1.refunds.create({"charge": refunded.id, "amount": 300, "refund_application_fee": True}, direct)
    refund = client.v1.refunds.create({"charge": failed.id}, direct)
    simulator.control("POST", f"refunds/{refund.id}/fail")
    for charge, outcome in ((lost, "lose"), (won, "win")):
        dispute = simulator.control("POST", f"charges/{charge.id}/dispute")
        simulator.control("POST", f"disputes/{dispute['id']}/{outcome}")
        booked = client.v1.disputes.retrieve(dispute["id"], options=direct).balance_transactions
        assert [each.reporting_category for each in booked][:1] == ["dispute"]
        assert sum(each.net for each in booked) == (0 if outcome == "win" else booked[0].net)
    inquiry = simulator.control("POST", f"charges/{refunded.id}/dispute", inquiry=True)
    simulator.control("POST", f"disputes/{inquiry['id']}/close")
    payout = simulator.control("POST", f"accounts/{account}/payouts", currency=currency, amount=500)
    simulator.control("POST", f"payouts/{payout['id']}/fail")
    simulator.control("POST", f"accounts/{account}/adjust", currency=currency, amount=-7, type="novelty")
    kinds = [each.reporting_category for each in client.v1.balance_transactions.list({"limit": 100}, direct)]
    assert sorted(kinds) == sorted(
        ["charge"] * 4 + ["refund"] * 2 + ["refund_failure"] + ["dispute"] * 2 + ["dispute_reversal"]
        + ["payout", "payout_reversal", "other_adjustment"]
    )
    assert balance(client, direct) == nets(client, direct)
    failure = client.v1.refunds.retrieve(refund.id, options=direct).failure_balance_transaction
    assert client.v1.balance_transactions.retrieve(failure, options=direct).amount == failed.amount


def test_lists_page_in_both_directions(client, direct, price):
    sessions = [client.v1.checkout.sessions.create(checkout(price.id), direct) for _ in range(3)]
    charges = [charge_of(client, direct, session) for session in sessions]
    for calls in (client.v1.charges, client.v1.balance_transactions):
        newest = [each.id for each in calls.list({"limit": 100}, direct)]
        older = calls.list({"starting_after": newest[0], "limit": 1}, direct)
        assert [each.id for each in older.data] == newest[1:2] and older.has_more
        newer = calls.list({"ending_before": newest[2], "limit": 1}, direct)
        assert [each.id for each in newer.data] == newest[1:2] and newer.has_more
    of_one = client.v1.charges.list({"payment_intent": charges[1].payment_intent}, direct)
    assert [each.id for each in of_one.data] == [charges[1].id]


def test_an_empty_balance_is_not_paid_out_and_a_payout_fails_once(simulator, client, account, direct, session):
    with pytest.raises(urllib.error.HTTPError) as error:
        simulator.control("POST", f"accounts/{account}/payouts", currency="usd")
    assert error.value.code == 400
    charge_of(client, direct, session)
    payout = simulator.control("POST", f"accounts/{account}/payouts", currency="usd")
    assert payout["amount"] == 2771 and balance(client, direct) == {"usd": 0}
    simulator.control("POST", f"payouts/{payout['id']}/fail")
    failed = client.v1.payouts.retrieve(payout["id"], options=direct)
    back = client.v1.balance_transactions.retrieve(failed.failure_balance_transaction, options=direct)
    assert (failed.status, back.amount, balance(client, direct)) == ("failed", 2771, {"usd": 2771})
    with pytest.raises(urllib.error.HTTPError):
        simulator.control("POST", f"payouts/{payout['id']}/fail")


def test_a_coupon_and_its_code_are_made_used_and_ended(client, direct, price):
    coupon = client.v1.coupons.create({"id": "SPRING", "percent_off": 25, "duration": "once"}, direct)
    assert (coupon.id, coupon.percent_off) == ("SPRING", 25)
    params = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "HELLO", "max_redemptions": 2}
    code = client.v1.promotion_codes.create(params, direct)
    assert (code.promotion.coupon, code.active, code.code) == ("SPRING", True, "HELLO")
    with pytest.raises(stripe.InvalidRequestError, match="already exists") as error:
        client.v1.promotion_codes.create({**params, "code": "hello"}, direct)
    assert error.value.code == "resource_already_exists"
    session = client.v1.checkout.sessions.create({**checkout(price.id), "allow_promotion_codes": True}, direct)
    pay(session, promotion_code="hello")
    paid = client.v1.checkout.sessions.retrieve(session.id, options=direct)
    assert (paid.amount_subtotal, paid.amount_total, paid.total_details.amount_discount) == (2900, 2175, 725)
    assert [each.promotion_code for each in paid.discounts] == [code.id]
    assert client.v1.promotion_codes.retrieve(code.id, options=direct).times_redeemed == 1
    assert client.v1.promotion_codes.update(code.id, {"active": False}, direct).active is False
    assert client.v1.promotion_codes.list({"active": True}, direct).data == []
    assert client.v1.coupons.delete("SPRING", options=direct).deleted is True
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.coupons.retrieve("SPRING", options=direct)
    assert error.value.http_status == 404
