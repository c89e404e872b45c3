//! The options of `mintage key-type` about how a key type is sold.

use clap::Args;
use mintage_domain::model::catalog::sale::{QuantityAs, SalePatch};

#[derive(Args)]
pub(super) struct SaleArgs {
    /// Whether buyers may enter promotion codes: true or false, as in the following options.
    #[arg(long, value_name = "BOOL")]
    allow_promotion_codes: Option<bool>,
    /// Whether Stripe computes the tax.
    #[arg(long, value_name = "BOOL")]
    automatic_tax: Option<bool>,
    /// Whether Stripe asks a business for its tax id.
    #[arg(long, value_name = "BOOL")]
    tax_id_collection: Option<bool>,
    /// Whether Stripe writes an invoice.
    #[arg(long, value_name = "BOOL")]
    invoice_creation: Option<bool>,
    /// Whether Stripe is the merchant of record.
    #[arg(long, value_name = "BOOL")]
    managed_payments: Option<bool>,
    /// What a quantity buys: licenses, or seats of one license.
    #[arg(long, value_parser = QuantityAs::parse)]
    quantity_as: Option<QuantityAs>,
}

impl SaleArgs {
    pub(super) fn patch(&self) -> SalePatch {
        SalePatch {
            allow_promotion_codes: self.allow_promotion_codes,
            automatic_tax: self.automatic_tax,
            tax_id_collection: self.tax_id_collection,
            invoice_creation: self.invoice_creation,
            managed_payments: self.managed_payments,
            quantity_as: self.quantity_as,
        }
    }
}
