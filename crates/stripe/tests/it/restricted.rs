//! The adapter with sellers' keys against the simulated Stripe: the contract of the port, and what it sends.

use mintage_domain::base::id::{StripeAccountId, StripeEndpointId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::model::stripe::key_permission::KeyPermission;
use mintage_domain::ports::{RestrictedStripe, SellerKey};
use mintage_testkit::contracts::restricted_stripe::RestrictedStripeHarness;
use serde_json::{Value, json};

use crate::world::World;

/// A simulated Stripe with a seller's account.
struct SellerWorld {
    world: World,
    account: String,
}

impl SellerWorld {
    fn start() -> Self {
        let world = World::start();
        let account = world.post("accounts", &json!({}));
        let account = account["id"].as_str().expect("an id").to_owned();
        Self { world, account }
    }

    fn id_of(&self, key: &SellerKey) -> String {
        let keys = self.world.get("restricted_keys");
        let mut keys = keys.as_array().expect("a list").iter();
        let found = keys.find(|known| known["key"] == key.key.expose());
        let id = found.map(|known| known["id"].clone());
        id.as_ref()
            .and_then(Value::as_str)
            .expect("a key")
            .to_owned()
    }
}

impl RestrictedStripeHarness for SellerWorld {
    fn stripe(&self) -> &dyn RestrictedStripe {
        self.world.stripe()
    }

    fn account(&self) -> StripeAccountId {
        StripeAccountId::parse(&self.account).expect("an id")
    }

    fn key(&self, mode: Mode, permissions: &[KeyPermission]) -> SellerKey {
        let permissions: Vec<&str> = permissions.iter().map(|it| it.as_str()).collect();
        let body = json!({
            "account": self.account,
            "livemode": mode.livemode(),
            "permissions": permissions,
        });
        let created = self.world.post("restricted_keys", &body);
        SellerKey {
            mode,
            account: None,
            key: Secret::new(created["key"].as_str().expect("a key")),
        }
    }

    fn revoke(&self, key: &SellerKey) {
        let path = format!("restricted_keys/{}", self.id_of(key));
        self.world.post(&path, &json!({"revoked": true}));
    }

    fn disable(&self, key: &SellerKey, endpoint: &StripeEndpointId) {
        let path = format!("/v1/webhook_endpoints/{endpoint}");
        self.world.post_with_key(&key.key, &path, "disabled=true");
    }
}

mod contract {
    use super::SellerWorld;

    mintage_testkit::restricted_stripe_contract!(SellerWorld::start());
}
