//! The Stripe product and price of one key type.

use data_encoding::HEXLOWER;

use crate::base::id::{StripePriceId, StripeProductId};
use crate::base::money::Money;
use crate::base::secret::sha256;
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::price_link::PriceLink;
use crate::model::stripe::account::AccountRef;
use crate::ports::{
    NewPrice, NewProduct, SoldKeyType, Stripe, StripeError, StripeIdempotencyKey, StripePrice,
    StripeProduct, StripeRefusal,
};

/// The largest number of times that an object is created again because the idempotency key replayed
/// the answer about one that is gone.
const MAX_REPLAYS: usize = 8;

/// Stripe, and the account on which a key type is sold.
#[derive(Clone, Copy)]
pub(super) struct StripeSide<'a> {
    pub(super) stripe: &'a dyn Stripe,
    pub(super) account: &'a AccountRef,
}

/// What making a key type agree with Stripe came to.
pub(super) enum Agreed {
    /// A price was created.
    Created(PriceLink),
    /// A price that was there was repaired.
    Repaired(PriceLink),
    /// All was right, or nothing is sold.
    Unchanged,
}

impl StripeSide<'_> {
    /// Makes sure that the key type has an active product of this name with an active price of this
    /// amount. Returns the other active prices of the key type too, which are not archived yet.
    pub(super) fn agree(
        self,
        key_type: &KeyType,
        amount: Money,
        name: &str,
        link: Option<&PriceLink>,
    ) -> Result<(Agreed, Vec<StripePriceId>), StripeError> {
        let (product, mut is_repaired) = self.product(key_type, name, link)?;
        let mut prices = self.stripe.prices(self.account, &product)?;
        prices.retain(|price| price.sold.as_ref().is_some_and(|it| it.is(key_type)));
        let is_linked = |price: &StripePrice| link.is_some_and(|it| it.stripe_price == price.id);
        let found = prices
            .iter()
            .filter(|price| price.is(amount, key_type.billing()))
            .max_by_key(|price| (is_linked(price), price.active));
        let (price, is_new) = match found {
            Some(price) => (price.id.clone(), !is_linked(price)),
            None => (self.create_price(key_type, amount, &product)?, true),
        };
        if found.is_some_and(|price| !price.active) {
            let (account, active) = (self.account, true);
            self.stripe.set_price_active(account, &price, active)?;
            is_repaired = true;
        }
        let others = prices.into_iter().filter(|it| it.active && it.id != price);
        let others = others.map(|it| it.id).collect();
        let new = PriceLink {
            tenant: key_type.tenant.clone(),
            product: key_type.product.clone(),
            key_type: key_type.id.clone(),
            account: self.account.account.clone(),
            stripe_product: product,
            stripe_price: price,
            amount,
            billing: key_type.billing(),
        };
        let agreed = if is_new {
            Agreed::Created(new)
        } else if is_repaired || link != Some(&new) {
            Agreed::Repaired(new)
        } else {
            Agreed::Unchanged
        };
        Ok((agreed, others))
    }

    /// Archives prices. No checkout uses them any more, so one that Stripe will not archive harms nobody.
    pub(super) fn archive(self, prices: &[StripePriceId]) -> Result<(), StripeError> {
        for price in prices {
            match self.stripe.set_price_active(self.account, price, false) {
                Ok(()) | Err(StripeError::Refused(_) | StripeError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Archives the active prices of a key type on the product of its link.
    pub(super) fn archive_all(self, link: &PriceLink) -> Result<(), StripeError> {
        let mut prices = self.stripe.prices(self.account, &link.stripe_product)?;
        prices.retain(|price| {
            let is_ours = price.sold.as_ref().is_some_and(|it| it.is_of(link));
            price.active && (is_ours || price.id == link.stripe_price)
        });
        let prices: Vec<_> = prices.into_iter().map(|price| price.id).collect();
        self.archive(&prices)
    }

    /// The active product of a key type, and whether it had to be repaired.
    fn product(
        self,
        key_type: &KeyType,
        name: &str,
        link: Option<&PriceLink>,
    ) -> Result<(StripeProductId, bool), StripeError> {
        let known = match link {
            Some(link) => self.stripe.product(self.account, &link.stripe_product)?,
            None => None,
        };
        // A product of several key types cannot be named after one.
        let own = known.filter(|it| it.sold.as_ref().is_some_and(|sold| sold.is(key_type)));
        let found = match own {
            Some(own) => own,
            None => self.create_product(key_type, name, link)?,
        };
        let is_right = found.active && found.name == name;
        if !is_right {
            self.stripe.repair_product(self.account, &found.id, name)?;
        }
        Ok((found.id, !is_right))
    }

    fn create_product(
        self,
        key_type: &KeyType,
        name: &str,
        link: Option<&PriceLink>,
    ) -> Result<StripeProduct, StripeError> {
        let new = NewProduct {
            sold: SoldKeyType::of(key_type),
            name: name.to_owned(),
        };
        let mut dead = link.map(|link| link.stripe_product.clone());
        for _ in 0..MAX_REPLAYS {
            let dead_id = dead.as_ref().map_or("", StripeProductId::as_str);
            let key = self.key("product", key_type, &[name, dead_id]);
            let id = self.stripe.create_product(self.account, &new, &key)?;
            if let Some(found) = self.stripe.product(self.account, &id)? {
                return Ok(found);
            }
            dead = Some(id);
        }
        Err(all_gone())
    }

    fn create_price(
        self,
        key_type: &KeyType,
        amount: Money,
        product: &StripeProductId,
    ) -> Result<StripePriceId, StripeError> {
        let new = NewPrice {
            sold: SoldKeyType::of(key_type),
            name: key_type.display_name.as_str().to_owned(),
            stripe_product: product.clone(),
            amount,
            billing: key_type.billing(),
        };
        let billing = new
            .billing
            .map(|it| format!("{}*{}", it.interval, it.count));
        let billing = billing.unwrap_or_default();
        let (minor, currency) = (amount.minor().to_string(), amount.currency().as_str());
        let mut dead: Option<StripePriceId> = None;
        for _ in 0..MAX_REPLAYS {
            let dead_id = dead.as_ref().map_or("", StripePriceId::as_str);
            let mut parts = vec![product.as_str(), &new.name, &minor, currency, dead_id];
            // The key of a price that is paid once stays the one of the versions before.
            parts.extend(new.billing.map(|_| billing.as_str()));
            let key = self.key("price", key_type, &parts);
            let id = self.stripe.create_price(self.account, &new, &key)?;
            let prices = self.stripe.prices(self.account, product)?;
            if prices.iter().any(|price| price.id == id) {
                return Ok(id);
            }
            dead = Some(id);
        }
        Err(all_gone())
    }

    /// An idempotency key: the same for a call that is repeated after a lost answer, another one for
    /// other parameters, and for the successor of an object that is gone.
    fn key(self, kind: &str, key_type: &KeyType, parts: &[&str]) -> StripeIdempotencyKey {
        let owner = [
            self.account.account.as_str(),
            key_type.tenant.as_str(),
            key_type.product.as_str(),
            key_type.id.as_str(),
        ];
        let all = [&owner, parts].concat().join("\n");
        let digest = HEXLOWER.encode(&sha256(all.as_bytes()));
        StripeIdempotencyKey::new(&["mintage", kind, &digest])
    }
}

/// Each replay of an idempotency key named an object that was deleted.
fn all_gone() -> StripeError {
    StripeError::NotFound(StripeRefusal {
        message: "every object that Stripe created was deleted at Stripe".to_owned(),
        ..StripeRefusal::default()
    })
}
