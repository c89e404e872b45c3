//! The bodies of the calls about key types.

use deserr::Deserr;
use mintage_domain::base::money::Money;
use mintage_domain::model::catalog::price::{self, InvalidPrice};
use mintage_domain::model::catalog::sale::{SaleOptions, SalePatch};
use mintage_domain::model::licenses::recurrence::RecurrenceChange;
use mintage_domain::model::licenses::terms::LicenseTerms;
use mintage_domain::usecase::catalog::error::CatalogError;
use mintage_domain::usecase::catalog::key_type::{KeyTypePatch, NewKeyType};
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use super::recurrence::recurrence;
use crate::json::{Faults, Patch, read_body_with};
use crate::schema;

/// The key type to create. An amount needs a currency, and a currency needs an amount. Without a price,
/// the key type is not sold by checkout.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
pub(super) struct CreateKeyTypeRequest {
    key_type_id: schema::KeyTypeId,
    display_name: schema::DisplayName,
    /// The default is 3.
    #[deserr(default)]
    activation_limit: Option<schema::ActivationLimit>,
    /// The default is `lifetime`.
    #[deserr(default)]
    duration: Option<schema::RelativeDuration>,
    /// Within the limits of Stripe for the currency.
    #[deserr(default)]
    price_in_cents: Option<schema::Amount>,
    #[deserr(default)]
    price_currency: Option<schema::Currency>,
    #[deserr(default)]
    entitlements: Option<schema::Entitlements>,
    /// Whether the buyer may enter a promotion code at Stripe. The default is `false`, here and for the
    /// other switches.
    #[deserr(default)]
    allow_promotion_codes: Option<bool>,
    /// Whether Stripe computes the tax of the sale.
    #[deserr(default)]
    automatic_tax: Option<bool>,
    /// Whether Stripe asks a business for its tax id.
    #[deserr(default)]
    tax_id_collection: Option<bool>,
    /// Whether Stripe writes an invoice.
    #[deserr(default)]
    invoice_creation: Option<bool>,
    /// Whether Stripe is the merchant of record. Not together with `automaticTax` or `taxIdCollection`.
    #[deserr(default)]
    managed_payments: Option<bool>,
    /// The default is `licenses`.
    #[deserr(default)]
    quantity_as: Option<schema::QuantityAs>,
    /// For how long after it is issued a license includes updates. The default is no limit.
    #[deserr(default)]
    updates_for: Option<schema::Days>,
    /// From when the days of `duration` count. The default is `issue`.
    #[deserr(default)]
    term_from: Option<schema::TermFrom>,
    /// Makes the key type recurring: checkouts begin a subscription. A recurring key type has no duration.
    #[deserr(default)]
    interval: Option<schema::Interval>,
    /// The default is 1; only with an interval.
    #[deserr(default)]
    interval_count: Option<schema::IntervalCount>,
    /// The default is 0; only with an interval.
    #[deserr(default)]
    trial_days: Option<schema::TrialDays>,
    /// The default is 7; only with an interval.
    #[deserr(default)]
    grace_days: Option<schema::GraceDays>,
    /// The default is no reminder.
    #[deserr(default)]
    reminder_days: Option<schema::ReminderDays>,
}

impl CreateKeyTypeRequest {
    pub(super) fn read(body: &[u8]) -> Result<NewKeyType, Problem> {
        let body = read_body_with::<Self>(body, |fields| {
            price(fields.get("priceInCents"), fields.get("priceCurrency"))?;
            let values = (
                fields.get("interval"),
                fields.get("intervalCount"),
                fields.get("trialDays"),
                fields.get("graceDays"),
            );
            let duration: Option<schema::RelativeDuration> = fields.get("duration");
            recurrence(values, duration.is_some()).map(drop)
        })?;
        let has_duration = body.duration.is_some();
        let values = (
            body.interval,
            body.interval_count,
            body.trial_days,
            body.grace_days,
        );
        let sale = SalePatch {
            allow_promotion_codes: body.allow_promotion_codes,
            automatic_tax: body.automatic_tax,
            tax_id_collection: body.tax_id_collection,
            invoice_creation: body.invoice_creation,
            managed_payments: body.managed_payments,
            quantity_as: body.quantity_as.map(|it| it.0),
        };
        let terms = LicenseTerms::with_defaults(
            body.duration.map(|duration| duration.0),
            body.activation_limit.map(|limit| limit.0),
            body.entitlements.map(|list| list.0),
        );
        Ok(NewKeyType {
            id: body.key_type_id.0,
            display_name: body.display_name.0,
            terms: LicenseTerms {
                updates_for: body.updates_for.map(|days| days.0),
                term_from: body.term_from.map_or(terms.term_from, |it| it.0),
                ..terms
            },
            sale: sale
                .apply(SaleOptions::default())
                .map_err(CatalogError::from)?,
            price: price(body.price_in_cents, body.price_currency)?,
            recurrence: recurrence(values, has_duration)?,
            reminder_days: body.reminder_days.map(|days| days.0),
        })
    }
}

fn price(
    amount: Option<schema::Amount>,
    currency: Option<schema::Currency>,
) -> Result<Option<Money>, Faults> {
    let price = price::price(amount.map(|it| it.0), currency.map(|it| it.0));
    price.map_err(|error| {
        let field = match error {
            InvalidPrice::NoCurrency => "priceCurrency",
            InvalidPrice::NoAmount | InvalidPrice::Amount(_) | InvalidPrice::BelowMinimum(_) => {
                "priceInCents"
            }
        };
        Faults::one(field, error)
    })
}

/// The fields of a key type to change. A field that is missing stays.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
pub(super) struct UpdateKeyTypeRequest {
    #[deserr(default)]
    display_name: Option<schema::DisplayName>,
    #[deserr(default)]
    activation_limit: Option<schema::ActivationLimit>,
    #[deserr(default)]
    duration: Option<schema::RelativeDuration>,
    /// `null` takes the key type off sale by checkout.
    #[deserr(default)]
    #[schema(value_type = Option<schema::Amount>)]
    price_in_cents: Patch<schema::Amount>,
    #[deserr(default)]
    #[schema(value_type = Option<schema::Currency>)]
    price_currency: Patch<schema::Currency>,
    #[deserr(default)]
    entitlements: Option<schema::Entitlements>,
    #[deserr(default)]
    allow_promotion_codes: Option<bool>,
    #[deserr(default)]
    automatic_tax: Option<bool>,
    #[deserr(default)]
    tax_id_collection: Option<bool>,
    #[deserr(default)]
    invoice_creation: Option<bool>,
    /// Not together with `automaticTax` or `taxIdCollection`.
    #[deserr(default)]
    managed_payments: Option<bool>,
    #[deserr(default)]
    quantity_as: Option<schema::QuantityAs>,
    /// `null` is no limit.
    #[deserr(default)]
    #[schema(value_type = Option<schema::Days>)]
    updates_for: Patch<schema::Days>,
    #[deserr(default)]
    term_from: Option<schema::TermFrom>,
    /// `null` makes the key type one that is paid once. What was sold keeps its subscription.
    #[deserr(default)]
    #[schema(value_type = Option<schema::Interval>)]
    interval: Patch<schema::Interval>,
    /// `null` stands for 1.
    #[deserr(default)]
    #[schema(value_type = Option<schema::IntervalCount>)]
    interval_count: Patch<schema::IntervalCount>,
    /// `null` stands for 0.
    #[deserr(default)]
    #[schema(value_type = Option<schema::TrialDays>)]
    trial_days: Patch<schema::TrialDays>,
    /// `null` stands for 7.
    #[deserr(default)]
    #[schema(value_type = Option<schema::GraceDays>)]
    grace_days: Patch<schema::GraceDays>,
    /// `null` is no reminder. Concerns licenses that are sold already, too.
    #[deserr(default)]
    #[schema(value_type = Option<schema::ReminderDays>)]
    reminder_days: Patch<schema::ReminderDays>,
}

impl From<UpdateKeyTypeRequest> for KeyTypePatch {
    fn from(body: UpdateKeyTypeRequest) -> Self {
        Self {
            display_name: body.display_name.map(|name| name.0),
            term: body.duration.map(|duration| duration.0),
            activation_limit: body.activation_limit.map(|limit| limit.0),
            entitlements: body.entitlements.map(|list| list.0),
            price_amount: body.price_in_cents.0.map(|amount| amount.0),
            price_currency: body.price_currency.0.map(|currency| currency.0),
            sale: SalePatch {
                allow_promotion_codes: body.allow_promotion_codes,
                automatic_tax: body.automatic_tax,
                tax_id_collection: body.tax_id_collection,
                invoice_creation: body.invoice_creation,
                managed_payments: body.managed_payments,
                quantity_as: body.quantity_as.map(|it| it.0),
            },
            updates_for: body.updates_for.0.map(|days| days.0),
            term_from: body.term_from.map(|it| it.0),
            recurrence: RecurrenceChange {
                interval: body.interval.0.map(|interval| interval.0),
                count: body.interval_count.0.map(|count| count.0),
                trial_days: body.trial_days.0.map(|days| days.0),
                grace_days: body.grace_days.0.map(|days| days.0),
            },
            reminder_days: body.reminder_days.0.map(|days| days.0),
        }
    }
}
