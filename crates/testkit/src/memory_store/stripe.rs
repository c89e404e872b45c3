//! Connections to Stripe, OAuth rounds and the events received from Stripe.

use mintage_domain::base::id::StripeEventId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::mapping::SaleMappings;
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::account_state::AccountState;
use mintage_domain::model::stripe::connection::Connection;
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::model::stripe::manual_endpoint::ManualEndpoint;
use mintage_domain::model::stripe::oauth_round::OAuthRound;
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent};
use mintage_domain::model::stripe::product_key::ProductKey;
use mintage_domain::ports::{Connections, OAuthRounds, ProcessedEvents, SellerStripe, StoreError};

use crate::memory_store::paging::page;
use crate::memory_store::store::MemoryStore;

impl Connections for MemoryStore {
    fn connection(&self, tenant: &TenantId) -> Result<Option<Connection>, StoreError> {
        Ok(self.tables().connections.get(tenant).cloned())
    }

    fn account_link(&self, account: &AccountRef) -> Result<Option<AccountLink>, StoreError> {
        Ok(self.tables().accounts.get(account).cloned())
    }

    fn connected(&self, after: Option<&TenantId>, n: usize) -> Result<Vec<Connection>, StoreError> {
        let tables = self.tables();
        let connections = tables.connections.iter();
        let connected = connections.filter(|(tenant, it)| {
            after.is_none_or(|after| *tenant > after) && it.state.account().is_some()
        });
        Ok(connected.take(n).map(|(_, it)| it.clone()).collect())
    }

    fn account_state(&self, account: &AccountRef) -> Result<Option<AccountState>, StoreError> {
        Ok(self.tables().account_states.get(account).cloned())
    }

    fn last_event_at(&self, account: &AccountRef) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.tables().accounts_last_seen.get(account).copied())
    }

    fn retiring(&self, n: usize) -> Result<Vec<Connection>, StoreError> {
        let tables = self.tables();
        let waiting = tables
            .connections
            .values()
            .filter(|it| !it.retiring.is_empty());
        Ok(waiting.take(n).cloned().collect())
    }
}

impl OAuthRounds for MemoryStore {
    fn oauth_round(&self, state: &SecretHash) -> Result<Option<OAuthRound>, StoreError> {
        Ok(self.tables().oauth_rounds.get(state).cloned())
    }
}

impl SellerStripe for MemoryStore {
    fn manual_endpoint(
        &self,
        tenant: &TenantId,
        mode: Mode,
    ) -> Result<Option<ManualEndpoint>, StoreError> {
        let key = (tenant.clone(), mode);
        Ok(self.tables().manual_endpoints.get(&key).cloned())
    }

    fn sale_mappings(
        &self,
        tenant: &TenantId,
        mode: Mode,
    ) -> Result<Option<SaleMappings>, StoreError> {
        let key = (tenant.clone(), mode);
        Ok(self.tables().sale_mappings.get(&key).cloned())
    }

    fn product_key(
        &self,
        tenant: &TenantId,
        product: &ProductId,
    ) -> Result<Option<ProductKey>, StoreError> {
        let key = (tenant.clone(), product.clone());
        Ok(self.tables().product_keys.get(&key).cloned())
    }
}

impl ProcessedEvents for MemoryStore {
    fn processed_event(
        &self,
        endpoint: &EventEndpoint,
        id: &StripeEventId,
    ) -> Result<Option<ProcessedEvent>, StoreError> {
        Ok(self
            .tables()
            .events
            .get(&(endpoint.clone(), id.clone()))
            .cloned())
    }

    fn parked_due(&self, now: Timestamp, n: usize) -> Result<Vec<ProcessedEvent>, StoreError> {
        let tables = self.tables();
        let mut due: Vec<_> = tables
            .events
            .values()
            .filter_map(|it| match it.outcome {
                EventOutcome::Parked { retry_at, .. } if retry_at <= now => Some((retry_at, it)),
                _ => None,
            })
            .collect();
        due.sort_by_key(|(retry_at, it)| (*retry_at, &it.id));
        Ok(due.into_iter().take(n).map(|(_, it)| it.clone()).collect())
    }

    fn parked(
        &self,
        tenant: &TenantId,
        request: &PageRequest,
    ) -> Result<Page<ProcessedEvent>, StoreError> {
        let tables = self.tables();
        let belongs_to_tenant = |event: &&ProcessedEvent| {
            if let Some(owner) = event.outcome.waiting().and_then(|it| it.tenant.as_ref()) {
                return owner == tenant;
            }
            event.account.as_ref().is_some_and(|account| {
                let account = AccountRef {
                    mode: event.endpoint.mode(),
                    account: account.clone(),
                };
                let link = tables.accounts.get(&account);
                link.is_some_and(|link| link.tenant == *tenant)
            })
        };
        let parked = tables
            .events
            .values()
            .filter(|it| it.outcome.waiting().is_some())
            .filter(belongs_to_tenant);
        // Several endpoints may receive the same event.
        Ok(page(parked.cloned(), request, |it| Cursor {
            at: it.received_at,
            id: format!("{}/{}", it.endpoint, it.id),
        }))
    }
}
