//! The restricted key in the story: connected in each act, and left in the second one.

use mintage_domain::model::stripe::key_permission::KeyPermission;
use mintage_stripe_sim as sim;
use serde_json::{Value, json};

use crate::harness::{Answer, Request, eventually};
use crate::story::{Act, Story};

const PATH: &str = "/v1/integrations/stripe/restricted-key";

impl Story {
    /// The seller connects a restricted key of the account, beside OAuth, and disconnects the one of the act before.
    pub(crate) fn connect_key(&mut self, act: Act) {
        let permissions = KeyPermission::ALL.map(KeyPermission::as_str);
        let key = json!({
            "account": self.account,
            "livemode": act == Act::Live,
            "permissions": permissions,
        });
        let created = self.stage.stripe.control("restricted_keys", &key);
        let body = json!({"mode": act.mode(), "key": created["key"]});
        let put = Request::new("PUT", PATH).json(&body);
        self.persist(&put.bearer(&self.seller.token)).expect(200);
        if act == Act::Live {
            let gone = Request::new("DELETE", format!("{PATH}?mode=sandbox"));
            let answer = self.persist(&gone.bearer(&self.seller.token));
            // The seller who got no answer asks again, and there may be no key any more.
            assert!([204, 404].contains(&answer.status), "{}", answer.text());
        }
    }

    /// Calls the API on the account, in test mode or in live mode.
    fn on_account(&self, livemode: bool, request: Request) -> Answer {
        let stripe = self.stage.stripe;
        if !livemode {
            return stripe.as_seller(&self.account, request);
        }
        let platform = sim::Config::default().live.secret_key;
        let request = request.header("Stripe-Account", &self.account);
        stripe.0.call(&request.bearer(platform.expose()))
    }

    fn listed(&self, livemode: bool, path: &str) -> Vec<Value> {
        let list = self.on_account(livemode, Request::get(path)).expect(200);
        list["data"].as_array().cloned().expect("a list")
    }
}

/// Of the keys, one endpoint is left at Stripe, which is that of the connected key, and no coupon.
pub(crate) fn only_the_live_key_has_an_endpoint(story: &mut Story) {
    eventually("the probes to leave nothing", || {
        let coupons = [false, true].map(|livemode| story.listed(livemode, "/v1/coupons").len());
        (coupons == [0, 0]).then_some(())
    });
    eventually("the former endpoint to be removed", || {
        let left = story.listed(false, "/v1/webhook_endpoints");
        left.is_empty().then_some(())
    });
    let shown = Request::get(format!("{PATH}?mode=live")).bearer(&story.seller.token);
    let shown = story.persist(&shown).expect(200);
    assert_eq!(shown["state"], "connected");
    let made = story.listed(true, "/v1/webhook_endpoints");
    let ids: Vec<&Value> = made.iter().map(|endpoint| &endpoint["id"]).collect();
    assert_eq!(ids, [&shown["webhookEndpointId"]]);
}
