//! The accounts, the platform's connections to them, and their API keys.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::base::config::Config;
use crate::base::ids::IdGenerator;
use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::model::account::Account;

/// The owner of a secret key. The platform's own two keys are not stored here.
#[derive(Clone)]
pub(crate) struct KeyOwner {
    pub(crate) scope: Scope,
    /// The client id, if OAuth issued the key.
    pub(crate) application: Option<String>,
}

#[derive(Default)]
pub(crate) struct Accounts {
    by_id: BTreeMap<String, Account>,
    /// The scopes that the platform is connected to.
    connected: HashSet<Scope>,
    keys: HashMap<String, KeyOwner>,
}

impl Accounts {
    /// A registry that contains the platform's own account.
    pub(crate) fn new(config: &Config, ids: &mut IdGenerator) -> Self {
        let mut accounts = Self::default();
        accounts.create(&config.platform_account, "platform@example.com", 0, ids);
        accounts
    }

    /// Creates an account that can charge and issues its secret key in each mode.
    pub(crate) fn create(&mut self, id: &str, email: &str, created: i64, ids: &mut IdGenerator) {
        let account = Account::complete(id, email, created);
        self.by_id.insert(id.into(), account);
        for mode in Mode::ALL {
            let key = ids.object_id(&format!("sk_{}_", mode.as_str()));
            let owner = KeyOwner {
                scope: Scope::new(id, mode),
                application: None,
            };
            self.keys.insert(key, owner);
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Account> {
        self.by_id.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.by_id.get_mut(id)
    }

    pub(crate) fn list(&self) -> impl Iterator<Item = &Account> {
        self.by_id.values()
    }

    /// The account's own secret key, as opposed to a key that OAuth issued.
    pub(crate) fn own_key(&self, scope: &Scope) -> Option<&str> {
        let is_own = |owner: &KeyOwner| owner.scope == *scope && owner.application.is_none();
        let found = self.keys.iter().find(|(_, owner)| is_own(owner));
        found.map(|(key, _)| key.as_str())
    }

    pub(crate) fn key_owner(&self, key: &str) -> Option<&KeyOwner> {
        self.keys.get(key)
    }

    pub(crate) fn add_key(&mut self, key: String, owner: KeyOwner) {
        self.keys.insert(key, owner);
    }

    pub(crate) fn connect(&mut self, scope: Scope) {
        self.connected.insert(scope);
    }

    /// Whether the platform is connected to the account in exactly this mode.
    pub(crate) fn is_connected(&self, scope: &Scope) -> bool {
        self.connected.contains(scope)
    }

    /// Whether the platform may act for the account. A live connection also permits test mode.
    pub(crate) fn platform_has_access(&self, scope: &Scope) -> bool {
        self.is_connected(scope)
            || (scope.mode == Mode::Test && self.is_connected(&scope.in_other_mode()))
    }

    /// Deletes a connection and the tokens that OAuth issued for it.
    pub(crate) fn disconnect(&mut self, scope: &Scope) {
        self.keys
            .retain(|_, owner| owner.application.is_none() || owner.scope != *scope);
        self.connected.remove(scope);
    }
}
