//! Connections to Stripe, and the rounds that make them.

#[doc(hidden)]
#[macro_export]
macro_rules! read_connections {
    ($store:ty, $db:ty) => {
        const _: () = {
            use ::diesel::prelude::*;
            use ::mintage_domain::base::secret::SecretHash;
            use ::mintage_domain::base::slug::TenantId;
            use ::mintage_domain::model::stripe::account::{AccountLink, AccountRef};
            use ::mintage_domain::model::stripe::connection::Connection;
            use ::mintage_domain::model::stripe::oauth_round::OAuthRound;
            use ::mintage_domain::ports::{Connections, OAuthRounds, StoreError};

            use $crate::reads::{all, one};
            use $crate::rows::{AccountLinkRow, ConnectionRow, OAuthRoundRow};
            use $crate::schema::{account_links, connections, oauth_rounds};

            impl Connections for $store {
                fn connection(&self, tenant: &TenantId) -> Result<Option<Connection>, StoreError> {
                    self.read(|conn| {
                        let row = connections::table
                            .find(tenant.as_str())
                            .select(ConnectionRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn account_link(
                    &self,
                    account: &AccountRef,
                ) -> Result<Option<AccountLink>, StoreError> {
                    self.read(|conn| {
                        let row = account_links::table
                            .find((account.account.as_str(), account.mode.as_str()))
                            .select(AccountLinkRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }

                fn retiring(&self, n: usize) -> Result<Vec<Connection>, StoreError> {
                    self.read(|conn| {
                        let rows = connections::table
                            .filter(connections::retiring.ne("[]"))
                            .order(connections::tenant)
                            .limit(i64::try_from(n).unwrap_or(i64::MAX))
                            .select(ConnectionRow::as_select())
                            .load(conn)?;
                        all(rows)
                    })
                }
            }

            impl OAuthRounds for $store {
                fn oauth_round(
                    &self,
                    state: &SecretHash,
                ) -> Result<Option<OAuthRound>, StoreError> {
                    self.read(|conn| {
                        let row = oauth_rounds::table
                            .find(state.as_bytes().as_slice())
                            .select(OAuthRoundRow::as_select())
                            .first(conn)
                            .optional()?;
                        one(row)
                    })
                }
            }
        };
    };
}
