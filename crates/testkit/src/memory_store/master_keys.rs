//! Canaries of the master keys, and the values that the keys sealed.

use mintage_domain::base::seal::{KeyId, Sealed};
use mintage_domain::model::access::credential::Credential;
use mintage_domain::model::stripe::manual_endpoint::ManualEndpoint;
use mintage_domain::model::stripe::product_key::ProductKey;
use mintage_domain::model::stripe::restricted_key::OwnEndpoint;
use mintage_domain::ports::{MasterKeys, SealedKind, SealedValue, StoreError};

use crate::memory_store::store::MemoryStore;
use crate::memory_store::tables::Tables;

impl MasterKeys for MemoryStore {
    fn canaries(&self) -> Result<Vec<Sealed>, StoreError> {
        Ok(self.tables().canaries.values().cloned().collect())
    }

    fn add_canary(&self, canary: &Sealed) -> Result<(), StoreError> {
        let key = canary.key_id().to_string();
        let mut tables = self.tables();
        tables.canaries.entry(key).or_insert_with(|| canary.clone());
        Ok(())
    }

    fn remove_canary(&self, key: &KeyId) -> Result<(), StoreError> {
        self.tables().canaries.remove(key.as_str());
        Ok(())
    }

    fn sealed_values(
        &self,
        kind: SealedKind,
        after: Option<&str>,
        n: usize,
    ) -> Result<Vec<SealedValue>, StoreError> {
        let mut values = Vec::new();
        each(&mut self.tables(), kind, |id, sealed, _| {
            values.push(SealedValue {
                id,
                sealed: sealed.clone(),
            });
        });
        values.retain(|it| !it.sealed.is_erased() && after.is_none_or(|after| *it.id > *after));
        values.sort_by(|a, b| a.id.cmp(&b.id));
        values.truncate(n);
        Ok(values)
    }

    fn reseal(&self, kind: SealedKind, values: &[(SealedValue, Sealed)]) -> Result<(), StoreError> {
        each(&mut self.tables(), kind, |id, sealed, version| {
            let new = values
                .iter()
                .find(|(old, _)| old.id == id && old.sealed == *sealed);
            if let Some((_, new)) = new {
                *sealed = new.clone();
                if let Some(version) = version {
                    *version += 1;
                }
            }
        });
        Ok(())
    }
}

/// Calls `visit` with the id, the sealed value and the version of each row of a kind.
fn each(
    tables: &mut Tables,
    kind: SealedKind,
    mut visit: impl FnMut(String, &mut Sealed, Option<&mut u64>),
) {
    match kind {
        SealedKind::ProductKeySecret => {
            for row in tables.products.values_mut() {
                visit(
                    format!("{}/{}", row.tenant, row.id),
                    &mut row.key_secret,
                    Some(&mut row.version),
                );
            }
        }
        SealedKind::ApiKeySecret => {
            for row in tables.api_keys.values_mut() {
                if let Credential::Signed(signing) = &mut row.credential {
                    let version = Some(&mut row.version);
                    visit(row.id.to_string(), &mut signing.sealed_secret, version);
                }
            }
        }
        SealedKind::EndpointSecret => {
            for row in tables.endpoints.values_mut() {
                let (key, version) = (row.lane_key().to_owned(), Some(&mut row.version));
                visit(key, &mut row.sealed_secret, version);
            }
        }
        SealedKind::EndpointOldSecret => {
            for row in tables.endpoints.values_mut() {
                let (key, version) = (row.lane_key().to_owned(), Some(&mut row.version));
                if let Some(old) = &mut row.old_secret {
                    visit(key, &mut old.sealed, version);
                }
            }
        }
        SealedKind::ManualSecret | SealedKind::ManualOldSecret | SealedKind::ProductStripeKey => {
            each_of_own_stripe(tables, kind, visit);
        }
        SealedKind::DeliveryBody => {
            for row in tables.deliveries.values_mut() {
                visit(
                    row.id.to_string(),
                    &mut row.sealed_body,
                    Some(&mut row.version),
                );
            }
        }
        SealedKind::RestrictedKey
        | SealedKind::RestrictedKeyWebhookSecret
        | SealedKind::FormerRestrictedKey
        | SealedKind::ProbeCouponKey => each_of_restricted_keys(tables, kind, visit),
        SealedKind::LicenseKey => {
            for row in tables.licenses.values_mut() {
                visit(
                    row.id.to_string(),
                    &mut row.sealed_key,
                    Some(&mut row.version),
                );
            }
        }
    }
}

/// Calls `visit` as [`each`] does, for what sellers set about their own Stripe accounts.
fn each_of_own_stripe(
    tables: &mut Tables,
    kind: SealedKind,
    mut visit: impl FnMut(String, &mut Sealed, Option<&mut u64>),
) {
    if kind == SealedKind::ProductStripeKey {
        for row in tables.product_keys.values_mut() {
            let id = ProductKey::sealed_id(&row.tenant, &row.product);
            visit(id, &mut row.sealed_key, Some(&mut row.version));
        }
        return;
    }
    for row in tables.manual_endpoints.values_mut() {
        let id = ManualEndpoint::sealed_id(&row.tenant, row.mode);
        let sealed = match kind {
            SealedKind::ManualSecret => Some(&mut row.sealed_secret),
            _ => row.old_secret.as_mut().map(|(old, _)| old),
        };
        if let Some(sealed) = sealed {
            visit(id, sealed, Some(&mut row.version));
        }
    }
}

/// Calls `visit` as [`each`] does, for the kinds that belong to restricted keys.
fn each_of_restricted_keys(
    tables: &mut Tables,
    kind: SealedKind,
    mut visit: impl FnMut(String, &mut Sealed, Option<&mut u64>),
) {
    if kind == SealedKind::ProbeCouponKey {
        for row in tables.probe_coupons.values_mut() {
            let (id, version) = (row.id.to_string(), Some(&mut row.version));
            visit(id, &mut row.sealed_key, version);
        }
        return;
    }
    for row in tables.restricted_keys.values_mut() {
        let id = row.id();
        let connected = row.connected.as_mut();
        let sealed = match kind {
            SealedKind::RestrictedKey => connected.map(|it| &mut it.sealed_key),
            SealedKind::FormerRestrictedKey => row.former.as_mut().map(|it| &mut it.sealed_key),
            _ => match connected.map(|it| &mut it.endpoint) {
                Some(OwnEndpoint::Created { sealed_secret, .. }) => Some(sealed_secret),
                _ => None,
            },
        };
        if let Some(sealed) = sealed {
            visit(id, sealed, Some(&mut row.version));
        }
    }
}
