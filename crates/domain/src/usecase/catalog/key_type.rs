//! Creating, changing, archiving and restoring key types.

use crate::base::change::Change;
use crate::base::money::{Currency, Money};
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::catalog::display_name::DisplayName;
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::price::changed_price;
use crate::model::catalog::sale::{SaleOptions, SalePatch};
use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::recurrence::{InvalidRecurrence, Recurrence, RecurrenceChange};
use crate::model::licenses::term::{Days, Term};
use crate::model::licenses::terms::{LicenseTerms, TermFrom};
use crate::model::sellers::audit::Actor;
use crate::ports::{Catalog, Commit, Connections, Stripe, StripeError};
use crate::usecase::catalog::error::CatalogError;
use crate::usecase::catalog::prices::set_up_key_type;
use crate::usecase::catalog::product::or;
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;

/// A key type to create.
#[derive(Debug, Clone)]
pub struct NewKeyType {
    /// The slug, unique within the product.
    pub id: KeyTypeId,
    /// The name that buyers see.
    pub display_name: DisplayName,
    /// The terms of licenses of the key type.
    pub terms: LicenseTerms,
    /// The price, if the key type is sold by checkout.
    pub price: Option<Money>,
    /// How the key type is sold by checkout.
    pub sale: SaleOptions,
    /// How the key type recurs, if it does; the term is then `lifetime`.
    pub recurrence: Option<Recurrence>,
    /// How many days before the end of a license the seller is reminded, at most
    /// [`KeyType::MAX_REMINDER_DAYS`].
    pub reminder_days: Option<u16>,
}

/// Creates a key type.
pub fn create_key_type(
    store: &(impl Catalog + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    product: &ProductId,
    actor: &Actor,
    new: &NewKeyType,
) -> Result<KeyType, CatalogError> {
    if !new.terms.term.is_relative() {
        return Err(CatalogError::AbsoluteTerm);
    }
    new.sale.session.check()?;
    if new.recurrence.is_some() && new.terms.term != Term::Lifetime {
        return Err(InvalidRecurrence::WithDuration.into());
    }
    settle(store, |_| {
        store
            .product(tenant, product)?
            .ok_or(CatalogError::NotFound)?;
        if store.key_type(tenant, product, &new.id)?.is_some() {
            return Err(CatalogError::Exists);
        }
        let now = env.now();
        let key_type = KeyType {
            tenant: tenant.clone(),
            product: product.clone(),
            id: new.id.clone(),
            display_name: new.display_name.clone(),
            terms: new.terms.clone(),
            price: new.price,
            sale: new.sale,
            recurrence: new.recurrence,
            reminder_days: new.reminder_days.map(at_most_a_year),
            created_at: now,
            archived_at: None,
            version: 1,
        };
        let mut changes = env.changes(now);
        changes.key_types.push(Write::new(key_type.clone()));
        changes.audit.push(env.audit(
            tenant,
            now,
            actor.clone(),
            "key-type.created",
            format!("{product}/{}", new.id),
        ));
        Ok(Decision::commit(changes, key_type))
    })
}

/// A change of a key type. What is `None` stays. What was sold keeps its terms.
#[derive(Debug, Clone, Default)]
pub struct KeyTypePatch {
    /// The name that buyers see.
    pub display_name: Option<DisplayName>,
    /// How long new licenses are valid.
    pub term: Option<Term>,
    /// The largest number of active activations of new licenses.
    pub activation_limit: Option<u32>,
    /// The features that new licenses unlock.
    pub entitlements: Option<Entitlements>,
    /// The amount of the price, in minor units. Without one the key type is not sold by checkout.
    pub price_amount: Change<i64>,
    /// The currency of the price.
    pub price_currency: Change<Currency>,
    /// How the key type is sold by checkout.
    pub sale: SalePatch,
    /// For how long new licenses include updates.
    pub updates_for: Change<Days>,
    /// When the term of new licenses starts.
    pub term_from: Option<TermFrom>,
    /// How the key type recurs.
    pub recurrence: RecurrenceChange,
    /// How many days before the end of a license the seller is reminded, of sold licenses too.
    pub reminder_days: Change<u16>,
}

fn at_most_a_year(days: u16) -> u16 {
    days.min(KeyType::MAX_REMINDER_DAYS)
}

impl KeyTypePatch {
    /// Whether the change is seen at Stripe: it names the key type or its price.
    pub fn concerns_stripe(&self) -> bool {
        self.display_name.is_some()
            || !self.price_amount.is_keep()
            || !self.price_currency.is_keep()
            || self.recurrence.concerns_stripe()
    }

    fn apply(&self, key_type: &KeyType) -> Result<KeyType, CatalogError> {
        if self.term.as_ref().is_some_and(|term| !term.is_relative()) {
            return Err(CatalogError::AbsoluteTerm);
        }
        let terms = &key_type.terms;
        let recurrence = self.recurrence.apply(key_type.recurrence)?;
        if recurrence.is_some() && self.term.is_some() {
            return Err(InvalidRecurrence::WithDuration.into());
        }
        let term = match recurrence {
            Some(_) => Term::Lifetime,
            None => or(self.term.as_ref(), &terms.term),
        };
        Ok(KeyType {
            display_name: or(self.display_name.as_ref(), &key_type.display_name),
            terms: LicenseTerms {
                term,
                activation_limit: or(self.activation_limit.as_ref(), &terms.activation_limit),
                entitlements: or(self.entitlements.as_ref(), &terms.entitlements),
                term_from: self.term_from.unwrap_or(terms.term_from),
                updates_for: self.updates_for.apply(terms.updates_for),
            },
            price: changed_price(key_type.price, self.price_amount, self.price_currency)?,
            sale: self.sale.apply(key_type.sale)?,
            recurrence,
            reminder_days: self
                .reminder_days
                .apply(key_type.reminder_days)
                .map(at_most_a_year),
            ..key_type.clone()
        })
    }
}

/// The key type that a call is about.
#[derive(Debug, Clone, Copy)]
pub struct KeyTypeRef<'a> {
    /// The tenant that owns the product.
    pub tenant: &'a TenantId,
    /// The product.
    pub product: &'a ProductId,
    /// The key type.
    pub id: &'a KeyTypeId,
}

impl KeyTypeRef<'_> {
    fn read(&self, store: &(impl Catalog + ?Sized)) -> Result<KeyType, CatalogError> {
        let found = store.key_type(self.tenant, self.product, self.id)?;
        found.ok_or(CatalogError::NotFound)
    }
}

/// Changes a key type.
pub fn update_key_type(
    store: &(impl Catalog + Commit + ?Sized),
    env: &Env<'_>,
    target: KeyTypeRef<'_>,
    actor: &Actor,
    patch: &KeyTypePatch,
) -> Result<KeyType, CatalogError> {
    settle(store, |_| {
        let before = target.read(store)?;
        let after = patch.apply(&before)?;
        if after == before {
            return Ok(Decision::Answer(before));
        }
        let changes = env.changes(env.now());
        Ok(write(env, changes, after, actor, "key-type.updated"))
    })
}

/// Changes a key type, and then its price at Stripe, where a new price replaces the old one. If Stripe
/// fails, the change stays, and another call or setting up prices continues.
pub fn update_key_type_and_price(
    store: &(impl Connections + Catalog + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    target: KeyTypeRef<'_>,
    actor: &Actor,
    patch: &KeyTypePatch,
) -> Result<KeyType, CatalogError> {
    let key_type = update_key_type(store, env, target, actor, patch)?;
    if !patch.concerns_stripe() {
        return Ok(key_type);
    }
    match set_up_key_type(store, stripe, env, &key_type, actor).map_err(CatalogError::from) {
        // Without an account there is nothing to change at Stripe.
        Ok(()) | Err(CatalogError::Stripe(StripeError::AccountGone)) => Ok(key_type),
        Err(error) => Err(error),
    }
}

/// Archives a key type, or restores an archived one. A key type that is so already stays as it is.
pub fn set_key_type_archived(
    store: &(impl Catalog + Commit + ?Sized),
    env: &Env<'_>,
    target: KeyTypeRef<'_>,
    actor: &Actor,
    archived: bool,
) -> Result<KeyType, CatalogError> {
    settle(store, |_| {
        let mut key_type = target.read(store)?;
        if key_type.archived_at.is_some() == archived {
            return Ok(Decision::Answer(key_type));
        }
        let now = env.now();
        key_type.archived_at = archived.then_some(now);
        let action = if archived {
            "key-type.archived"
        } else {
            "key-type.restored"
        };
        Ok(write(env, env.changes(now), key_type, actor, action))
    })
}

fn write(
    env: &Env<'_>,
    mut changes: Changes,
    key_type: KeyType,
    actor: &Actor,
    action: &'static str,
) -> Decision<KeyType> {
    let target = format!("{}/{}", key_type.product, key_type.id);
    let tenant = &key_type.tenant;
    let entry = env.audit(tenant, changes.at, actor.clone(), action, target);
    changes.audit.push(entry);
    let write = Write::changed(key_type);
    let key_type = write.value.clone();
    changes.key_types.push(write);
    Decision::commit(changes, key_type)
}
