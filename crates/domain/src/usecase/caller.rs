//! Who calls a use case, about which product, and what they may do.
//!
//! The API makes a caller of the API key that signed a call. A service that embeds the domain, and
//! authenticates its users by itself, makes one of its own name.

use crate::base::id::ApiKeyId;
use crate::base::mode::Mode;
use crate::base::slug::{ProductId, TenantId};
use crate::model::access::api_key::ApiKey;
use crate::model::access::credential::{Credential, KeyKind};
use crate::model::access::scope::{Permission, Scope};
use crate::model::sellers::audit::{Actor, ServiceName};

/// A caller who was authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who calls, for the audit trail.
    pub actor: Actor,
    /// The tenant that the call is about.
    pub tenant: TenantId,
    /// The product that the call is about.
    pub product: ProductId,
    /// The mode that the call is about.
    pub mode: Mode,
    /// What the caller may do; `None` for the holder of a publishable key.
    pub scope: Option<Scope>,
}

/// The scope of the caller does not include the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the caller's scope does not allow this call")]
pub struct NotAllowed;

impl Caller {
    /// A service that embeds the domain, and may do everything with one product in one mode.
    pub fn service(name: ServiceName, tenant: TenantId, product: ProductId, mode: Mode) -> Self {
        Self {
            actor: Actor::Service(name),
            tenant,
            product,
            mode,
            scope: Some(Scope::Full),
        }
    }

    /// The same caller with another scope.
    #[must_use]
    pub fn with_scope(self, scope: Scope) -> Self {
        Self {
            scope: Some(scope),
            ..self
        }
    }

    /// Checks that the caller has a permission.
    pub fn check(&self, permission: Permission) -> Result<(), NotAllowed> {
        let is_allowed = match self.scope {
            Some(scope) => scope.allows(permission),
            None => KeyKind::Publishable.allows(permission),
        };
        is_allowed.then_some(()).ok_or(NotAllowed)
    }

    /// The API key of the caller, if there is one.
    pub fn api_key(&self) -> Option<&ApiKeyId> {
        match &self.actor {
            Actor::ApiKey(id) => Some(id),
            _ => None,
        }
    }
}

/// The holder of an API key, who may do what the key may do.
impl From<&ApiKey> for Caller {
    fn from(key: &ApiKey) -> Self {
        Self {
            actor: Actor::ApiKey(key.id.clone()),
            tenant: key.tenant.clone(),
            product: key.product.clone(),
            mode: key.mode,
            scope: match &key.credential {
                Credential::Signed(signing) => Some(signing.scope),
                Credential::Publishable => None,
            },
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;

    #[test]
    fn the_holder_of_a_publishable_key_may_do_what_the_key_may_do() {
        let key = ApiKey {
            id: ApiKeyId::publishable(Mode::Live, [9; 12]),
            tenant: TenantId::parse("acme").unwrap(),
            product: ProductId::parse("pixel").unwrap(),
            mode: Mode::Live,
            credential: Credential::Publishable,
            created_at: Timestamp::EPOCH,
            revoked_at: None,
            version: 1,
        };
        let caller = Caller::from(&key);
        assert_eq!(caller.api_key(), Some(&key.id));
        assert_eq!(caller.check(Permission::Validate), Ok(()));
        for refused in [Permission::Issue, Permission::Read] {
            assert_eq!(caller.check(refused), Err(NotAllowed), "{refused:?}");
        }
    }

    #[test]
    fn a_service_may_do_everything_unless_it_has_another_scope() {
        let caller = Caller::service(
            ServiceName::parse("shop").unwrap(),
            TenantId::parse("acme").unwrap(),
            ProductId::parse("pixel").unwrap(),
            Mode::Live,
        );
        assert_eq!(caller.api_key(), None);
        for permission in [Permission::Issue, Permission::Validate, Permission::Read] {
            assert_eq!(caller.check(permission), Ok(()), "{permission:?}");
        }
        let reader = caller.with_scope(Scope::ReadOnly);
        assert_eq!(reader.check(Permission::Read), Ok(()));
        assert_eq!(reader.check(Permission::Issue), Err(NotAllowed));
    }
}
