"""The simulator's accounts, account links and payouts, judged by Stripe's own client."""

import urllib.error
import urllib.request

import pytest
import stripe


def codes(error) -> tuple:
    """The status, the code and the parameter as sent; not every error class of the client has them."""
    sent = error.value.json_body["error"]
    return (error.value.http_status, sent.get("code"), sent.get("param"))


def link(client, account: str):
    """A link to the onboarding of an account."""
    return client.v1.account_links.create(
        {
            "account": account,
            "type": "account_onboarding",
            "refresh_url": "https://shop.test/again",
            "return_url": "https://shop.test/back",
        }
    )


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def leads_to(url: str) -> str:
    """Where a page redirects the browser."""
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.build_opener(NoRedirect).open(url)
    assert answer.value.code == 302
    return answer.value.headers["Location"]


@pytest.mark.parametrize(
    ("kind", "controller", "dashboard"),
    [("express", "application", "express"), ("custom", "application", "none"), ("standard", "account", "full")],
)
def test_an_account_has_a_type_and_a_controller(simulator, client, account, kind, controller, dashboard):
    simulator.control("POST", f"accounts/{account}", type=kind)
    shown = client.v1.accounts.retrieve(account)
    assert shown.type == kind
    assert (shown.controller.type, shown.controller.stripe_dashboard.type) == (controller, dashboard)


def test_requirements_and_the_payout_schedule_are_shown_and_told(simulator, client, receiver, account):
    due = {"currently_due": ["external_account"], "past_due": ["individual.dob.day"]}
    simulator.control(
        "POST",
        f"accounts/{account}",
        payouts_enabled=False,
        instant_payouts=True,
        requirements={**due, "disabled_reason": "requirements.past_due", "current_deadline": 1798761600},
        schedule={"interval": "monthly", "delay_days": 3, "monthly_anchor": 31},
    )
    event = receiver.wait_for(account, "account.updated")
    assert event.data.previous_attributes["payouts_enabled"] is True
    shown = client.v1.accounts.retrieve(account)
    assert shown.requirements.currently_due == due["currently_due"]
    assert shown.requirements.past_due == due["past_due"]
    assert shown.requirements.disabled_reason == "requirements.past_due"
    assert shown.requirements.current_deadline == 1798761600
    schedule = shown.settings.payouts.schedule
    assert (schedule.interval, schedule.delay_days, schedule.monthly_anchor) == ("monthly", 3, 31)
    (card,) = shown.external_accounts.data
    assert "instant" in card.available_payout_methods


def test_an_account_link_leads_through_the_onboarding_once(simulator, client, receiver, account):
    simulator.control("POST", f"accounts/{account}", charges_enabled=False, details_submitted=False)
    receiver.wait_for(account, "account.updated")
    made = link(client, account)
    assert made.object == "account_link" and made.expires_at > made.created
    assert leads_to(made.url) == "https://shop.test/back"
    assert client.v1.accounts.retrieve(account).details_submitted is True
    assert leads_to(made.url) == "https://shop.test/again"


def test_only_the_platform_makes_links_and_only_for_its_accounts(client):
    with pytest.raises(stripe.PermissionError) as error:
        link(client, "acct_unknown")
    assert codes(error) == (403, "account_invalid", None)


def test_payouts_are_shown_listed_and_told(simulator, client, receiver, account, direct):
    first, second = [
        simulator.control("POST", f"accounts/{account}/payouts", amount=amount, currency="usd") for amount in (900, 500)
    ]
    assert receiver.wait_for(account, "payout.paid").data.object.status == "paid"
    simulator.control("POST", f"payouts/{second['id']}/fail")
    event = receiver.wait_for(account, "payout.failed")
    assert event.data.object.id == second["id"]
    assert event.data.object.failure_code == "account_closed"
    assert client.v1.payouts.retrieve(first["id"], options=direct).amount == 900
    listed = client.v1.payouts.list(options=direct).data
    assert [(it.id, it.status) for it in listed] == [(second["id"], "failed"), (first["id"], "paid")]
    failed = client.v1.payouts.list({"status": "failed"}, options=direct).data
    assert [it.id for it in failed] == [second["id"]]
