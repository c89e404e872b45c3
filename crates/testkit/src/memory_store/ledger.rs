//! The sales ledger and promotion codes.

use std::collections::BTreeMap;

use mintage_domain::base::id::PromotionCodeId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::stripe_value::{CurrencyCode, StripeObjectId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::ledger::books::{Books, BooksId, Sums};
use mintage_domain::model::sales::ledger::entry::{LedgerEntry, LedgerEntryId, SoldBy};
use mintage_domain::model::sales::ledger::promotion_code::{CodeState, PromotionCode};
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sales::payment::PaymentKey;
use mintage_domain::model::sales::subscription::SubscriptionKey;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::{
    AccountSums, AttributedEntry, Ledgers, PromotionCodeFilter, PromotionCodes, SalesGroup,
    SalesRange, SalesSums, SalesTotals, StoreError,
};

use crate::memory_store::paging::page;
use crate::memory_store::store::MemoryStore;
use crate::memory_store::tables::Tables;

impl Tables {
    fn entries_of<'a>(&'a self, id: &'a BooksId) -> impl Iterator<Item = &'a LedgerEntry> {
        let entries = self.ledger_entries.values();
        entries.filter(|it| it.id.tenant == id.tenant && it.id.account == id.account)
    }

    /// The order that an entry belongs to.
    fn order_of(&self, entry: &LedgerEntry) -> Option<&Order> {
        let id = match (&entry.order, &entry.intent) {
            (Some(order), _) => order,
            (None, Some(intent)) => {
                let key = PaymentKey {
                    account: entry.id.account.account.clone(),
                    intent: intent.clone(),
                };
                let payment = self.payments.get(&key)?;
                match (&payment.order, &payment.invoice) {
                    (Some(order), _) => order,
                    (None, Some(paid)) => {
                        let account = key.account;
                        let id = paid.subscription.clone();
                        let subscription = SubscriptionKey { account, id };
                        self.subscriptions.get(&subscription)?.order.as_ref()?
                    }
                    (None, None) => return None,
                }
            }
            (None, None) => return None,
        };
        let order = self.orders.get(id);
        order.filter(|order| order.tenant == entry.id.tenant)
    }

    /// The promotion code in the entry for the discount of an order.
    fn code_of(&self, order: &Order) -> Option<&SoldBy> {
        let id = LedgerEntryId {
            tenant: order.tenant.clone(),
            account: AccountRef {
                mode: order.mode,
                account: order.account.clone(),
            },
            id: StripeObjectId::parse(order.session.as_ref()?.as_str()).ok()?,
        };
        self.ledger_entries.get(&id)?.code.as_ref()
    }

    fn account_sums(&self, range: &SalesRange) -> Vec<AccountSums> {
        let mut sums: BTreeMap<(AccountRef, CurrencyCode), (i64, i64)> = BTreeMap::new();
        for entry in self.ledger_entries.values() {
            if entry.id.tenant == range.tenant && entry.id.account.mode == range.mode {
                let key = (entry.id.account.clone(), entry.currency.clone());
                let (ledger, reported) = sums.entry(key).or_default();
                *ledger += entry.postings.balance().unwrap_or_default();
                *reported += entry.net;
            }
        }
        let sums = sums.into_iter();
        sums.map(|((account, currency), (ledger, reported))| AccountSums {
            account,
            currency,
            ledger,
            reported,
        })
        .collect()
    }

    fn attributed(&self, entry: &LedgerEntry) -> AttributedEntry {
        let order = self.order_of(entry);
        AttributedEntry {
            entry: entry.clone(),
            order: order.map(|order| order.id.clone()),
            product: order.map(|order| order.product.clone()),
            key_type: order.map(|order| order.key_type.clone()),
            code: order.and_then(|order| self.code_of(order)).cloned(),
        }
    }
}

fn group_of(it: &AttributedEntry, group: SalesGroup) -> Option<String> {
    match group {
        SalesGroup::Day => Some(SalesGroup::day(it.entry.created_at)),
        SalesGroup::Currency => Some(it.entry.currency.to_string()),
        SalesGroup::Product => it.product.as_ref().map(ToString::to_string),
        SalesGroup::KeyType => it.key_type.as_ref().map(ToString::to_string),
        SalesGroup::Code => it.code.as_ref().map(|code| code.code.to_string()),
        SalesGroup::Campaign => {
            let campaign = it.code.as_ref().and_then(|code| code.campaign.as_ref());
            campaign.map(ToString::to_string)
        }
    }
}

fn add(sums: &mut SalesSums, entry: &LedgerEntry) {
    let it = &entry.postings;
    sums.orders += it.sales;
    sums.gross += it.gross;
    sums.discount += it.discount;
    sums.refunds += it.refunds;
    sums.disputes += it.disputes;
    sums.fees += it.stripe_fees + it.platform_fees;
    sums.other += it.other;
    sums.payouts += it.payouts;
}

impl Ledgers for MemoryStore {
    fn books(&self, id: &BooksId) -> Result<Option<Books>, StoreError> {
        Ok(self.tables().books.get(id).cloned())
    }

    fn books_due(&self, now: Timestamp, n: usize) -> Result<Vec<BooksId>, StoreError> {
        let tables = self.tables();
        let mut due: Vec<(Timestamp, BooksId)> = tables
            .accounts
            .values()
            .filter(|link| link.active)
            .map(|link| BooksId {
                tenant: link.tenant.clone(),
                account: link.account.clone(),
            })
            .filter_map(|id| {
                let books = tables.books.get(&id);
                let due_at = books.map_or(Timestamp::EPOCH, |books| books.due_at);
                let is_free = books.is_none_or(|books| !books.is_leased(now));
                (is_free && due_at <= now).then_some((due_at, id))
            })
            .collect();
        due.sort_by(|(at, id), (other_at, other)| {
            let key = |id: &BooksId| (id.account.account.clone(), id.account.mode.as_str());
            (at, key(id)).cmp(&(other_at, key(other)))
        });
        Ok(due.into_iter().map(|(_, id)| id).take(n).collect())
    }

    fn books_of(&self, tenant: &TenantId, mode: Mode) -> Result<Vec<Books>, StoreError> {
        let tables = self.tables();
        let books = tables.books.values();
        let of_tenant = books.filter(|it| it.id.tenant == *tenant && it.id.account.mode == mode);
        Ok(of_tenant.take(1_000).cloned().collect())
    }

    fn ledger_entries(
        &self,
        id: &BooksId,
        ids: &[StripeObjectId],
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        let tables = self.tables();
        let entries = tables.entries_of(id).filter(|it| ids.contains(&it.id.id));
        Ok(entries.cloned().collect())
    }

    fn reported_sums(&self, id: &BooksId, until: Timestamp) -> Result<Sums, StoreError> {
        let tables = self.tables();
        let mut sums = Sums::new();
        for entry in tables.entries_of(id).filter(|it| it.created_at <= until) {
            *sums.entry(entry.currency.clone()).or_default() += entry.net;
        }
        Ok(sums)
    }

    fn sales_sums(
        &self,
        range: &SalesRange,
        group: SalesGroup,
        n: usize,
    ) -> Result<SalesTotals, StoreError> {
        let tables = self.tables();
        let mut sums: BTreeMap<(bool, Option<String>, CurrencyCode), SalesSums> = BTreeMap::new();
        for entry in tables.ledger_entries.values() {
            if !range.contains(entry) {
                continue;
            }
            let name = group_of(&tables.attributed(entry), group);
            let currency = entry.currency.clone();
            let key = (name.is_none(), name.clone(), currency.clone());
            let of_group = sums.entry(key).or_insert_with(|| SalesSums {
                group: name,
                currency,
                orders: 0,
                gross: 0,
                discount: 0,
                refunds: 0,
                disputes: 0,
                fees: 0,
                other: 0,
                payouts: 0,
            });
            add(of_group, entry);
        }
        Ok(SalesTotals {
            groups: sums.into_values().take(n).collect(),
            accounts: tables.account_sums(range),
        })
    }

    fn ledger_range(
        &self,
        range: &SalesRange,
        after: Option<&Cursor>,
        n: usize,
    ) -> Result<Vec<AttributedEntry>, StoreError> {
        let tables = self.tables();
        let place = |it: &LedgerEntry| (it.created_at, it.id.id.to_string());
        let mut entries: Vec<&LedgerEntry> = tables
            .ledger_entries
            .values()
            .filter(|it| range.contains(it))
            .filter(|it| after.is_none_or(|after| place(it) > (after.at, after.id.clone())))
            .collect();
        entries.sort_by_key(|it| place(it));
        let first = entries.into_iter().take(n);
        Ok(first.map(|it| tables.attributed(it)).collect())
    }
}

impl PromotionCodes for MemoryStore {
    fn promotion_code(
        &self,
        tenant: &TenantId,
        id: &PromotionCodeId,
    ) -> Result<Option<PromotionCode>, StoreError> {
        let tables = self.tables();
        let code = tables.promotion_codes.get(id);
        Ok(code.filter(|it| it.tenant == *tenant).cloned())
    }

    fn promotion_code_at_stripe(
        &self,
        account: &AccountRef,
        id: &StripeObjectId,
    ) -> Result<Option<PromotionCode>, StoreError> {
        let tables = self.tables();
        let mut codes = tables.promotion_codes.values();
        let code = codes.find(|it| it.account == *account && it.stripe_id.as_ref() == Some(id));
        Ok(code.cloned())
    }

    fn promotion_codes(
        &self,
        tenant: &TenantId,
        filter: &PromotionCodeFilter,
        request: &PageRequest,
    ) -> Result<Page<PromotionCode>, StoreError> {
        let tables = self.tables();
        let codes = tables.promotion_codes.values().filter(|it| {
            it.tenant == *tenant && it.state == CodeState::Created && filter.passes(it)
        });
        Ok(page(codes.cloned(), request, |it| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }))
    }

    fn unfinished_promotion_codes(
        &self,
        before: Timestamp,
        n: usize,
    ) -> Result<Vec<PromotionCode>, StoreError> {
        let tables = self.tables();
        let unfinished = tables.promotion_codes.values().filter(|it| {
            matches!(it.state, CodeState::Creating | CodeState::Removing) && it.created_at < before
        });
        Ok(unfinished.take(n).cloned().collect())
    }
}
