//! The licenses that a caller may read.

use crate::base::mode::Mode;
use crate::base::slug::{ProductId, TenantId};
use crate::model::licenses::license::License;
use crate::ports::LicenseFilter;
use crate::usecase::caller::Caller;

/// The licenses that a caller may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LicenseScope {
    /// All licenses of a tenant, for the holder of a management token.
    Tenant(TenantId),
    /// The licenses of one product and mode of a tenant, for the holder of an API key.
    Product(TenantId, ProductId, Mode),
}

impl LicenseScope {
    /// The licenses that a caller may read: those of the caller's product and mode.
    pub fn of_caller(caller: &Caller) -> Self {
        Self::Product(caller.tenant.clone(), caller.product.clone(), caller.mode)
    }

    /// The tenant that owns the licenses.
    pub fn tenant(&self) -> &TenantId {
        match self {
            Self::Tenant(tenant) | Self::Product(tenant, ..) => tenant,
        }
    }

    /// Whether a license is in the scope.
    pub fn allows(&self, license: &License) -> bool {
        license.tenant == *self.tenant()
            && match self {
                Self::Tenant(_) => true,
                Self::Product(_, product, mode) => {
                    license.product == *product && license.mode == *mode
                }
            }
    }

    /// Restricts a filter to the scope; `None` if no license in the scope can pass the filter.
    pub fn narrow(&self, filter: LicenseFilter) -> Option<LicenseFilter> {
        let Self::Product(_, product, mode) = self else {
            return Some(filter);
        };
        let is_outside = filter.product.as_ref().is_some_and(|id| id != product)
            || filter.mode.is_some_and(|other| other != *mode);
        (!is_outside).then(|| LicenseFilter {
            product: Some(product.clone()),
            mode: Some(*mode),
            ..filter
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    fn filter(product: Option<&str>, mode: Option<Mode>) -> LicenseFilter {
        LicenseFilter {
            product: product.map(|id| ProductId::parse(id).unwrap()),
            mode,
            ..LicenseFilter::default()
        }
    }

    #[test]
    fn an_api_key_lists_its_product_and_mode_only() {
        let tenant = TenantId::parse("acme").unwrap();
        let product = ProductId::parse("editor").unwrap();
        let scope = LicenseScope::Product(tenant, product, Mode::Live);
        let own = filter(Some("editor"), Some(Mode::Live));
        for (asked, narrowed) in [
            (filter(None, None), Some(own.clone())),
            (filter(Some("editor"), None), Some(own.clone())),
            (filter(None, Some(Mode::Live)), Some(own.clone())),
            (filter(Some("player"), None), None),
            (filter(None, Some(Mode::Sandbox)), None),
        ] {
            assert_eq!(scope.narrow(asked.clone()), narrowed, "{asked:?}");
        }
    }

    #[test]
    fn a_management_token_lists_whatever_it_asks_for() {
        let scope = LicenseScope::Tenant(TenantId::parse("acme").unwrap());
        for asked in [filter(None, None), filter(Some("player"), Some(Mode::Live))] {
            assert_eq!(scope.narrow(asked.clone()), Some(asked));
        }
    }
}
