"""Checks the names of all parameters and fields against the types of Stripe's official client."""

import re
import sys
import typing

import pytest
import stripe
from stripe import params
from stripe.params import checkout as checkout_params

from driving import checkout, pay, subscribing

PARAMS = {
    ("POST", "/v1/products"): params.ProductCreateParams,
    ("POST", "/v1/products/{id}"): params.ProductModifyParams,
    ("GET", "/v1/products"): params.ProductListParams,
    ("POST", "/v1/prices"): params.PriceCreateParams,
    ("POST", "/v1/prices/{id}"): params.PriceModifyParams,
    ("GET", "/v1/prices"): params.PriceListParams,
    ("POST", "/v1/checkout/sessions"): checkout_params.SessionCreateParams,
    ("GET", "/v1/checkout/sessions"): checkout_params.SessionListParams,
    ("GET", "/v1/checkout/sessions/{id}/line_items"): checkout_params.SessionListLineItemsParams,
    ("POST", "/v1/payment_links"): params.PaymentLinkCreateParams,
    ("POST", "/v1/payment_links/{id}"): params.PaymentLinkModifyParams,
    ("GET", "/v1/payment_links"): params.PaymentLinkListParams,
    ("GET", "/v1/payment_links/{id}/line_items"): params.PaymentLinkListLineItemsParams,
    ("POST", "/v1/subscriptions/{id}"): params.SubscriptionModifyParams,
    ("GET", "/v1/subscriptions"): params.SubscriptionListParams,
    ("GET", "/v1/invoices/{id}"): params.InvoiceRetrieveParams,
    ("GET", "/v1/invoices"): params.InvoiceListParams,
    ("GET", "/v1/invoice_payments"): params.InvoicePaymentListParams,
    ("GET", "/v1/payment_intents"): params.PaymentIntentListParams,
    ("GET", "/v1/charges"): params.ChargeListParams,
    ("GET", "/v1/balance_transactions/{id}"): params.BalanceTransactionRetrieveParams,
    ("GET", "/v1/balance_transactions"): params.BalanceTransactionListParams,
    ("POST", "/v1/coupons"): params.CouponCreateParams,
    ("POST", "/v1/coupons/{id}"): params.CouponModifyParams,
    ("GET", "/v1/coupons"): params.CouponListParams,
    ("POST", "/v1/promotion_codes"): params.PromotionCodeCreateParams,
    ("POST", "/v1/promotion_codes/{id}"): params.PromotionCodeModifyParams,
    ("GET", "/v1/promotion_codes"): params.PromotionCodeListParams,
    ("POST", "/v1/refunds"): params.RefundCreateParams,
    ("GET", "/v1/refunds"): params.RefundListParams,
    ("GET", "/v1/disputes"): params.DisputeListParams,
    ("GET", "/v1/payouts"): params.PayoutListParams,
    ("POST", "/v1/account_links"): params.AccountLinkCreateParams,
    ("GET", "/v1/application_fees"): params.ApplicationFeeListParams,
    ("GET", "/v1/events"): params.EventListParams,
    ("POST", "/v1/webhook_endpoints"): params.WebhookEndpointCreateParams,
    ("POST", "/v1/webhook_endpoints/{id}"): params.WebhookEndpointModifyParams,
    ("GET", "/v1/webhook_endpoints"): params.WebhookEndpointListParams,
}


def knows(kind, name: str) -> bool:
    """Whether a parameter type has a parameter such as `a[b]`."""
    outer, *inner = re.findall(r"[^\[\]]+", name)
    annotation = kind.__annotations__.get(outer)
    if annotation is None or not inner:
        return annotation is not None
    nested = re.findall(r"\w+Params\w+", str(annotation))
    return any(knows(getattr(sys.modules[kind.__module__], each), inner[0]) for each in nested)


def test_every_parameter_is_one_that_stripe_knows(simulator):
    calls = [call for call in simulator.control("GET", "calls") if call["params"]]
    assert {(call["method"], call["path"]) for call in calls} == set(PARAMS)
    strange = [
        (call["method"], call["path"], name)
        for call in calls
        for name in call["params"]
        if not knows(PARAMS[call["method"], call["path"]], name)
    ]
    assert strange == []


def test_a_name_that_stripe_does_not_know_is_noticed():
    create = checkout_params.SessionCreateParams
    assert knows(create, "payment_intent_data[metadata]")
    assert not knows(create, "payment_intent_data[fee]") and not knows(create, "fee")


@pytest.fixture
def made(client, account, direct, price):
    """One object of each class."""
    session = client.v1.checkout.sessions.create(checkout(price.id, fee=15), direct)
    pay(session)
    session = client.v1.checkout.sessions.retrieve(session.id, options=direct)
    intent = client.v1.payment_intents.retrieve(session.payment_intent, options=direct)
    charge = client.v1.charges.retrieve(intent.latest_charge, options=direct)
    monthly = {"product": price.product, "currency": "usd", "unit_amount": 900, "recurring": {"interval": "month"}}
    monthly = client.v1.prices.create(monthly, direct)
    begun = client.v1.checkout.sessions.create(subscribing(monthly.id), direct)
    pay(begun)
    begun = client.v1.checkout.sessions.retrieve(begun.id, options=direct)
    lines = {"line_items": [{"price": price.id, "quantity": 1}]}
    return [
        begun,
        client.v1.payment_links.create(lines, direct),
        client.v1.checkout.sessions.line_items.list(begun.id, options=direct).data[0],
        client.v1.subscriptions.retrieve(begun.subscription, options=direct),
        client.v1.invoices.retrieve(begun.invoice, {"expand": ["payments"]}, options=direct),
        client.v1.invoice_payments.list({"invoice": begun.invoice}, options=direct).data[0],
        client.v1.accounts.retrieve(account),
        client.v1.products.retrieve(price.product, options=direct),
        price,
        session,
        intent,
        charge,
        client.v1.application_fees.retrieve(charge.application_fee),
        client.v1.refunds.create({"charge": charge.id}, direct),
        client.v1.events.list(options=direct).data[0],
    ]


def test_objects_have_the_fields_that_stripe_promises_and_no_others(made):
    wrong = []
    for each in made:
        annotations = {name: kind for name, kind in type(each).__annotations__.items() if name != "OBJECT_NAME"}
        promised = {name for name, kind in annotations.items() if type(None) not in typing.get_args(kind)}
        present = set(each.to_dict())
        wrong += [(each.object, "lacks", name) for name in sorted(promised - present)]
        wrong += [(each.object, "invents", name) for name in sorted(present - set(annotations))]
    assert wrong == []


def words(kind) -> set:
    """The values that a type allows; empty if the type allows any value."""
    if typing.get_origin(kind) is typing.Literal:
        return set(typing.get_args(kind))
    return set().union(*(words(each) for each in typing.get_args(kind)))


def test_fields_that_take_one_of_a_few_words_have_one_of_them(made):
    wrong = []
    for each in made:
        for name, kind in type(each).__annotations__.items():
            value = each.to_dict().get(name)
            if words(kind) and isinstance(value, str) and value not in words(kind):
                wrong.append((each.object, name, value))
    assert wrong == []
