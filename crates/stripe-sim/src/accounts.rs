//! Accounts, who may act for them, and with which key.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};

use crate::call::Call;
use crate::config::{Config, Mode};
use crate::error::{Answer, StripeError};
use crate::events::Origin;
use crate::ids::Ids;
use crate::keys;
use crate::world::{Scope, World};

/// A seller's account, or the platform's own.
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) created: i64,
    pub(crate) charges_enabled: bool,
    pub(crate) payouts_enabled: bool,
    pub(crate) details_submitted: bool,
}

/// What a secret key stands for, besides the platform's own two.
#[derive(Clone)]
pub(crate) struct KeyOwner {
    pub(crate) scope: Scope,
    /// The client id, if OAuth issued the key.
    pub(crate) application: Option<String>,
}

#[derive(Default)]
pub(crate) struct Accounts {
    all: BTreeMap<String, Account>,
    /// Where the platform may act.
    connected: HashSet<Scope>,
    keys: HashMap<String, KeyOwner>,
}

impl Accounts {
    pub(crate) fn new(config: &Config, ids: &mut Ids) -> Self {
        let mut accounts = Self::default();
        accounts.open(&config.platform_account, "platform@example.com", 0, ids);
        accounts
    }

    /// Opens an account that can charge, with a key of its own in each mode.
    pub(crate) fn open(&mut self, id: &str, email: &str, created: i64, ids: &mut Ids) {
        let account = Account {
            id: id.into(),
            email: email.into(),
            created,
            charges_enabled: true,
            payouts_enabled: true,
            details_submitted: true,
        };
        self.all.insert(id.into(), account);
        for mode in [Mode::Test, Mode::Live] {
            let key = ids.object(&format!("sk_{}_", mode.word()));
            let owner = KeyOwner {
                scope: Scope::new(id, mode),
                application: None,
            };
            self.keys.insert(key, owner);
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Account> {
        self.all.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.all.get_mut(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Account> {
        self.all.values()
    }

    /// The key with which the account acts for itself.
    pub(crate) fn own_key(&self, scope: &Scope) -> Option<&str> {
        let own = |owner: &KeyOwner| owner.scope == *scope && owner.application.is_none();
        let found = self.keys.iter().find(|(_, owner)| own(owner));
        found.map(|(key, _)| key.as_str())
    }

    pub(crate) fn key_owner(&self, key: &str) -> Option<&KeyOwner> {
        self.keys.get(key)
    }

    pub(crate) fn issue(&mut self, key: String, owner: KeyOwner) {
        self.keys.insert(key, owner);
    }

    pub(crate) fn connect(&mut self, scope: Scope) {
        self.connected.insert(scope);
    }

    /// Whether the platform connected the account in exactly this mode.
    pub(crate) fn is_connected(&self, scope: &Scope) -> bool {
        self.connected.contains(scope)
    }

    /// Whether the platform may act: an account connected live can be driven in test mode, too.
    pub(crate) fn is_open_to_platform(&self, scope: &Scope) -> bool {
        self.is_connected(scope) || (scope.mode == Mode::Test && self.is_connected(&scope.across()))
    }

    /// Ends a connection and the tokens that OAuth issued for it. Whether there was one.
    pub(crate) fn disconnect(&mut self, scope: &Scope) -> bool {
        self.keys
            .retain(|_, owner| owner.application.is_none() || owner.scope != *scope);
        self.connected.remove(scope)
    }
}

impl Account {
    pub(crate) fn body(&self) -> Value {
        let due = json!({
            "alternatives": [], "current_deadline": null, "currently_due": [],
            "disabled_reason": null, "errors": [], "eventually_due": [], "past_due": [],
            "pending_verification": [],
        });
        json!({
            "id": self.id,
            "object": "account",
            "business_profile": { "mcc": null, "name": null, "support_email": null, "url": null },
            "business_type": null,
            "capabilities": { "card_payments": "active", "transfers": "active" },
            "charges_enabled": self.charges_enabled,
            "controller": { "type": "account", "stripe_dashboard": { "type": "full" } },
            "country": "US",
            "created": self.created,
            "default_currency": "usd",
            "details_submitted": self.details_submitted,
            "email": self.email,
            "external_accounts": {
                "object": "list", "data": [], "has_more": false,
                "url": format!("/v1/accounts/{}/external_accounts", self.id),
            },
            "future_requirements": due,
            "metadata": {},
            "payouts_enabled": self.payouts_enabled,
            "requirements": due,
            "settings": {
                "dashboard": { "display_name": null, "timezone": "Etc/UTC" },
                "payouts": {
                    "debit_negative_balances": true,
                    "schedule": { "delay_days": 2, "interval": "daily" },
                    "statement_descriptor": null,
                },
            },
            "tos_acceptance": { "date": null, "ip": null, "user_agent": null },
            "type": "standard",
        })
    }
}

/// `GET /v1/account`: the account the call acts as.
pub(crate) fn own(call: &mut Call<'_>) -> Answer {
    show(call, &call.scope.account)
}

/// `GET /v1/accounts/{id}`: one's own, or for the platform's key a connected one.
pub(crate) fn retrieve(call: &mut Call<'_>) -> Answer {
    let wanted = Scope::new(&call.id, call.mode());
    let platform = call.scope.account == call.world.config.platform_account;
    let open = platform && call.world.accounts.is_open_to_platform(&wanted);
    if wanted != call.scope && !open {
        let key = call.world.config.platform(call.mode()).secret_key.expose();
        return Err(keys::no_access(key, &call.id));
    }
    show(call, &call.id)
}

fn show(call: &Call<'_>, id: &str) -> Answer {
    let found = call.world.accounts.get(id).map(Account::body);
    found.ok_or_else(|| {
        StripeError::new(404, format!("No such account: '{id}'")).code("resource_missing")
    })
}

impl World {
    /// Opens a seller's account; its id.
    pub(crate) fn open_account(&mut self, email: Option<&str>) -> String {
        let id = self.ids.draw("acct_1", 15);
        let made_up = format!("seller.{id}@example.com");
        let now = self.now();
        self.accounts
            .open(&id, email.unwrap_or(&made_up), now, &mut self.ids);
        id
    }

    /// Ends the platform's access and tells its endpoints. Whether there was any.
    pub(crate) fn deauthorize(&mut self, scope: &Scope) -> bool {
        if !self.accounts.is_connected(scope) {
            return false;
        }
        let application = json!({
            "id": self.config.platform(scope.mode).client_id,
            "object": "application",
            "name": "Simulated platform",
        });
        // Told first: endpoints are chosen by what is connected.
        self.emit(
            scope,
            "account.application.deauthorized",
            &application,
            &Origin::default(),
        );
        self.accounts.disconnect(scope)
    }
}
