//! Reads of the sales ledger and of promotion codes.

use crate::base::id::{OrderId, PromotionCodeId};
use crate::base::mode::Mode;
use crate::base::page::{Cursor, PageRequest};
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::stripe_value::{CurrencyCode, StripeObjectId};
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;
use crate::model::sales::ledger::books::{Books, BooksId, Sums};
use crate::model::sales::ledger::entry::{LedgerEntry, SoldBy};
use crate::model::sales::ledger::promotion_code::{Campaign, PromotionCode};
use crate::model::stripe::account::AccountRef;
use crate::ports::store_error::{Found, Listed, StoreError};

text_enum! {
    /// What sales are summed by.
    pub enum SalesGroup {
        /// The day in UTC, as `2026-11-28`.
        Day = "day",
        /// The product.
        Product = "product",
        /// The key type.
        KeyType = "keyType",
        /// The promotion code.
        Code = "code",
        /// The campaign of the promotion code.
        Campaign = "campaign",
        /// The currency.
        Currency = "currency",
    }

    /// The text is not something that sales are summed by.
    #[error("must be day, product, keyType, code, campaign or currency")]
    pub struct UnknownSalesGroup;
}

impl SalesGroup {
    /// The day of a time in UTC, as `2026-11-28`.
    pub fn day(at: Timestamp) -> String {
        at.to_rfc3339().chars().take(10).collect()
    }
}

/// The entries that are summed or exported: those of a mode, booked from one time until before another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesRange {
    /// The tenant.
    pub tenant: TenantId,
    /// The mode.
    pub mode: Mode,
    /// The first time.
    pub from: Option<Timestamp>,
    /// The time after the last one.
    pub until: Option<Timestamp>,
}

impl SalesRange {
    /// Whether an entry is in the range.
    pub fn contains(&self, entry: &LedgerEntry) -> bool {
        entry.id.tenant == self.tenant
            && entry.id.account.mode == self.mode
            && self.from.is_none_or(|from| entry.created_at >= from)
            && self.until.is_none_or(|until| entry.created_at < until)
    }
}

/// The sums of a group in a currency, in minor units. Costs are positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesSums {
    /// The group; `None` for what maps to nothing.
    pub group: Option<String>,
    /// The currency.
    pub currency: CurrencyCode,
    /// The number of sales.
    pub orders: i64,
    /// What was sold, before discounts.
    pub gross: i64,
    /// Discounts.
    pub discount: i64,
    /// Refunds.
    pub refunds: i64,
    /// Disputed payments.
    pub disputes: i64,
    /// Stripe's and the platform's fees.
    pub fees: i64,
    /// Anything else; positive if it adds to the balance.
    pub other: i64,
    /// Payouts.
    pub payouts: i64,
}

impl SalesSums {
    /// What was earned: everything but the payouts. `None` if that is beyond 64 bits.
    pub fn net(&self) -> Option<i64> {
        self.gross
            .checked_sub(self.discount)?
            .checked_sub(self.refunds)?
            .checked_sub(self.disputes)?
            .checked_sub(self.fees)?
            .checked_add(self.other)
    }
}

/// What the entries of an account add up to in a currency, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSums {
    /// The account.
    pub account: AccountRef,
    /// The currency.
    pub currency: CurrencyCode,
    /// By their postings.
    pub ledger: i64,
    /// By what Stripe reported.
    pub reported: i64,
}

/// The sums of a tenant's sales at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesTotals {
    /// By group and currency.
    pub groups: Vec<SalesSums>,
    /// By account and currency.
    pub accounts: Vec<AccountSums>,
}

/// An entry with what it was sold as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributedEntry {
    /// The entry.
    pub entry: LedgerEntry,
    /// The order that it belongs to.
    pub order: Option<OrderId>,
    /// The product.
    pub product: Option<ProductId>,
    /// The key type.
    pub key_type: Option<KeyTypeId>,
    /// The promotion code of the order.
    pub code: Option<SoldBy>,
}

/// Reads the sales ledger. An entry belongs to the order of its payment, also if the order became known
/// after the entry (`an_entry_belongs_to_the_order_of_its_payment`).
pub trait Ledgers {
    /// The books of an account.
    fn books(&self, id: &BooksId) -> Found<Books>;
    /// Up to `n` ids of books of connected accounts whose next step is due, those first that wait longest.
    /// The books of an account that nothing was read from yet are due.
    fn books_due(&self, now: Timestamp, n: usize) -> Result<Vec<BooksId>, StoreError>;
    /// The books of a tenant in a mode, by account: at most 1 000.
    fn books_of(&self, tenant: &TenantId, mode: Mode) -> Result<Vec<Books>, StoreError>;
    /// Those entries of an account that have one of these ids.
    fn ledger_entries(
        &self,
        id: &BooksId,
        ids: &[StripeObjectId],
    ) -> Result<Vec<LedgerEntry>, StoreError>;
    /// What Stripe reported of the entries of an account that were booked until a time, by currency.
    fn reported_sums(&self, id: &BooksId, until: Timestamp) -> Result<Sums, StoreError>;
    /// The sums of a range by group and currency, in the order of both, groups without a value last; and what
    /// all entries of the tenant in the mode add up to by account and currency, whatever the time. Both are of
    /// one moment. There are at most `n` groups.
    fn sales_sums(
        &self,
        range: &SalesRange,
        group: SalesGroup,
        n: usize,
    ) -> Result<SalesTotals, StoreError>;
    /// Up to `n` entries of a range, oldest first, after a position.
    fn ledger_range(
        &self,
        range: &SalesRange,
        after: Option<&Cursor>,
        n: usize,
    ) -> Result<Vec<AttributedEntry>, StoreError>;
}

/// A filter of promotion codes. All given conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PromotionCodeFilter {
    /// Only codes of this mode.
    pub mode: Option<Mode>,
    /// Only codes for this product.
    pub product: Option<ProductId>,
    /// Only codes of this campaign.
    pub campaign: Option<Campaign>,
    /// Only codes that are active, or are not.
    pub active: Option<bool>,
}

impl PromotionCodeFilter {
    /// Whether a code passes.
    pub fn passes(&self, code: &PromotionCode) -> bool {
        self.mode.is_none_or(|mode| code.account.mode == mode)
            && (self.product.is_none() || code.product == self.product)
            && (self.campaign.is_none() || code.campaign == self.campaign)
            && self.active.is_none_or(|active| code.active == active)
    }
}

/// Reads promotion codes.
pub trait PromotionCodes {
    /// The code with this id, in any state.
    fn promotion_code(&self, tenant: &TenantId, id: &PromotionCodeId) -> Found<PromotionCode>;
    /// The code with this id at Stripe.
    fn promotion_code_at_stripe(
        &self,
        account: &AccountRef,
        id: &StripeObjectId,
    ) -> Found<PromotionCode>;
    /// The created codes of a tenant that pass the filter, newest first.
    fn promotion_codes(
        &self,
        tenant: &TenantId,
        filter: &PromotionCodeFilter,
        page: &PageRequest,
    ) -> Listed<PromotionCode>;
    /// Up to `n` codes that were requested before `before` and are still being created or removed.
    fn unfinished_promotion_codes(
        &self,
        before: Timestamp,
        n: usize,
    ) -> Result<Vec<PromotionCode>, StoreError>;
}
