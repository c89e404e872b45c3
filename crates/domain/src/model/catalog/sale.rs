//! How a key type is sold by checkout: the switches of its Stripe session, and what a quantity buys.

use serde::{Deserialize, Serialize};

use crate::base::text_enum::text_enum;
use crate::base::text_newtype::string_conversions;

text_enum! {
    /// What a buyer gets who buys several of a key type in one checkout.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub enum QuantityAs {
        /// So many licenses.
        #[default]
        Licenses = "licenses",
        /// One license with so many times the activation limit.
        Seats = "seats",
    }

    /// The text is not what a quantity buys.
    #[error("a quantity buys `licenses` or `seats`")]
    pub struct InvalidQuantityAs;
}

string_conversions! { QuantityAs, InvalidQuantityAs; }

/// How a key type is sold by checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SaleOptions {
    /// The switches of the Stripe session.
    pub session: SessionOptions,
    /// What a quantity buys.
    pub quantity_as: QuantityAs,
}

/// The switches of a Checkout session. All are off unless the seller sets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of Stripe's own, and any may be on"
)]
pub struct SessionOptions {
    /// The buyer may enter a promotion code, so that less than the price is paid.
    pub allow_promotion_codes: bool,
    /// Stripe computes the tax, which may come on top of the price.
    pub automatic_tax: bool,
    /// Stripe asks for the tax id of a business.
    pub tax_id_collection: bool,
    /// Stripe writes an invoice.
    pub invoice_creation: bool,
    /// Stripe is the merchant of record, who owes the tax.
    pub managed_payments: bool,
}

/// The switches exclude each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be false with automaticTax or taxIdCollection: with it Stripe itself owes the tax")]
pub struct ManagesTaxItself;

/// A switch, by its name in the API, that differs between key types which are sold in one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key types differ in {0}, so that they cannot be sold in one checkout")]
pub struct MixedSwitch(pub &'static str);

impl SessionOptions {
    /// Whether Stripe accepts the switches together. Managed Payments take no settings about taxes.
    pub const fn check(self) -> Result<(), ManagesTaxItself> {
        if self.managed_payments && (self.automatic_tax || self.tax_id_collection) {
            return Err(ManagesTaxItself);
        }
        Ok(())
    }

    /// The switches of a session that sells these key types and others.
    ///
    /// A session allows promotion codes only if all its key types do. It asks for tax ids and writes an
    /// invoice if one of them does. Who owes the tax, and whether it is computed, must not differ.
    pub fn join(self, other: Self) -> Result<Self, MixedSwitch> {
        if self.automatic_tax != other.automatic_tax {
            return Err(MixedSwitch("automaticTax"));
        }
        if self.managed_payments != other.managed_payments {
            return Err(MixedSwitch("managedPayments"));
        }
        Ok(Self {
            allow_promotion_codes: self.allow_promotion_codes && other.allow_promotion_codes,
            tax_id_collection: self.tax_id_collection || other.tax_id_collection,
            invoice_creation: self.invoice_creation || other.invoice_creation,
            ..self
        })
    }

    /// Whether Stripe may add taxes to the price.
    pub const fn may_add_taxes(self) -> bool {
        self.automatic_tax || self.managed_payments
    }
}

/// A change of how a key type is sold. What is `None` stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SalePatch {
    /// Whether the buyer may enter a promotion code.
    pub allow_promotion_codes: Option<bool>,
    /// Whether Stripe computes the tax.
    pub automatic_tax: Option<bool>,
    /// Whether Stripe asks for the tax id of a business.
    pub tax_id_collection: Option<bool>,
    /// Whether Stripe writes an invoice.
    pub invoice_creation: Option<bool>,
    /// Whether Stripe is the merchant of record.
    pub managed_payments: Option<bool>,
    /// What a quantity buys.
    pub quantity_as: Option<QuantityAs>,
}

impl SalePatch {
    /// The options after the change, if Stripe accepts them together.
    pub fn apply(self, before: SaleOptions) -> Result<SaleOptions, ManagesTaxItself> {
        let switch = |new: Option<bool>, old: bool| new.unwrap_or(old);
        let old = before.session;
        let session = SessionOptions {
            allow_promotion_codes: switch(self.allow_promotion_codes, old.allow_promotion_codes),
            automatic_tax: switch(self.automatic_tax, old.automatic_tax),
            tax_id_collection: switch(self.tax_id_collection, old.tax_id_collection),
            invoice_creation: switch(self.invoice_creation, old.invoice_creation),
            managed_payments: switch(self.managed_payments, old.managed_payments),
        };
        session.check()?;
        Ok(SaleOptions {
            session,
            quantity_as: self.quantity_as.unwrap_or(before.quantity_as),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managed_payments_exclude_settings_about_taxes() {
        for (managed, tax, ids, good) in [
            (false, true, true, true),
            (true, false, false, true),
            (true, true, false, false),
            (true, false, true, false),
        ] {
            let patch = SalePatch {
                managed_payments: Some(managed),
                automatic_tax: Some(tax),
                tax_id_collection: Some(ids),
                ..SalePatch::default()
            };
            let after = patch.apply(SaleOptions::default());
            assert_eq!(after.is_ok(), good, "{managed} {tax} {ids}");
        }
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name_and_is_checked_with_it() {
        let taxed = SessionOptions {
            automatic_tax: true,
            ..SessionOptions::default()
        };
        let before = SaleOptions {
            session: taxed,
            quantity_as: QuantityAs::Seats,
        };
        assert_eq!(SalePatch::default().apply(before), Ok(before));
        let managed = SalePatch {
            managed_payments: Some(true),
            ..SalePatch::default()
        };
        assert_eq!(managed.apply(before), Err(ManagesTaxItself));
        let instead = SalePatch {
            automatic_tax: Some(false),
            ..managed
        };
        let session = SessionOptions {
            managed_payments: true,
            ..SessionOptions::default()
        };
        assert_eq!(instead.apply(before), Ok(SaleOptions { session, ..before }));
    }

    #[test]
    fn a_session_has_what_its_key_types_agree_on() {
        let none = SessionOptions::default();
        let all = SessionOptions {
            allow_promotion_codes: true,
            tax_id_collection: true,
            invoice_creation: true,
            ..none
        };
        let mixed = SessionOptions {
            allow_promotion_codes: false,
            ..all
        };
        assert_eq!(all.join(none), Ok(mixed));
        assert_eq!(none.join(all), Ok(mixed));
        assert_eq!(all.join(all), Ok(all));
        let taxed = SessionOptions {
            automatic_tax: true,
            ..none
        };
        assert_eq!(taxed.join(none), Err(MixedSwitch("automaticTax")));
        let managed = SessionOptions {
            managed_payments: true,
            ..none
        };
        assert_eq!(none.join(managed), Err(MixedSwitch("managedPayments")));
    }
}
