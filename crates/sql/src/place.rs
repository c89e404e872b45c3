//! Reading stored values back into the domain.

use std::fmt::Display;

use mintage_domain::base::email::Email;
use mintage_domain::base::money::{Currency, Money};
use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The row that is being read: named in the error when a value of it does not fit.
pub(crate) struct Place<'a> {
    table: &'static str,
    key: &'a [&'a str],
}

impl<'a> Place<'a> {
    /// A row by its table and the values of its key.
    pub(crate) fn of(table: &'static str, key: &'a [&'a str]) -> Self {
        Self { table, key }
    }

    /// What a domain type said of a column's value. Errors of the domain never repeat a secret.
    pub(crate) fn read<T, E: Display>(
        &self,
        column: &'static str,
        read: Result<T, E>,
    ) -> Result<T, StoreError> {
        read.map_err(|error| self.wrong(column, error))
    }

    /// The same for a column that may be null.
    pub(crate) fn read_some<V, T, E: Display>(
        &self,
        column: &'static str,
        value: Option<V>,
        read: impl FnOnce(V) -> Result<T, E>,
    ) -> Result<Option<T>, StoreError> {
        value
            .map(|value| self.read(column, read(value)))
            .transpose()
    }

    /// A whole number that the domain keeps in a narrower type.
    pub(crate) fn number<T: TryFrom<i64>>(
        &self,
        column: &'static str,
        stored: i64,
    ) -> Result<T, StoreError> {
        T::try_from(stored).map_err(|_| self.wrong(column, "out of range"))
    }

    /// 32 bytes.
    pub(crate) fn hash(&self, column: &'static str, stored: &[u8]) -> Result<[u8; 32], StoreError> {
        stored
            .try_into()
            .map_err(|_| self.wrong(column, "not 32 bytes"))
    }

    /// JSON text. The error does not quote the text.
    pub(crate) fn json<T: DeserializeOwned>(
        &self,
        column: &'static str,
        text: &str,
    ) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|_| self.wrong(column, "not the JSON it should be"))
    }

    /// JSON text of a column that may be null.
    pub(crate) fn json_some<T: DeserializeOwned>(
        &self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.json(column, text)).transpose()
    }

    /// The address of a customer, which may be one that cannot be mailed.
    pub(crate) fn email(&self, column: &'static str, stored: &str) -> Result<Email, StoreError> {
        Email::kept(stored).ok_or_else(|| self.wrong(column, "no address"))
    }

    /// Minor units and their currency. An amount that was accepted when it was stored is read back, whatever
    /// the limits are now.
    pub(crate) fn money(
        &self,
        column: &'static str,
        minor: i64,
        currency: &str,
    ) -> Result<Money, StoreError> {
        let currency = self.read(column, Currency::parse(currency))?;
        self.read(column, Money::charged(minor, currency))
    }

    /// Minor units and their currency, both or neither.
    pub(crate) fn money_some(
        &self,
        column: &'static str,
        minor: Option<i64>,
        currency: Option<&str>,
    ) -> Result<Option<Money>, StoreError> {
        match (minor, currency) {
            (None, None) => Ok(None),
            (Some(minor), Some(currency)) => self.money(column, minor, currency).map(Some),
            _ => Err(self.wrong(column, "an amount and its currency go together")),
        }
    }

    /// That a column's value does not fit.
    pub(crate) fn wrong(&self, column: &'static str, what: impl Display) -> StoreError {
        StoreError::Inconsistent {
            table: self.table,
            reason: format!("column {column} of {}: {what}", self.key.join("/")),
        }
    }
}

/// A counter of changes as it is stored.
pub(crate) fn stored_version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

/// An amount as it is stored: minor units, currency.
pub(crate) fn stored_money(amount: Option<Money>) -> (Option<i64>, Option<String>) {
    (
        amount.map(Money::minor),
        amount.map(|amount| amount.currency().as_str().to_owned()),
    )
}

/// Free text as it is stored: without NUL characters, which PostgreSQL cannot keep. What came from
/// outside must not stop a sale for the sake of one.
pub(crate) fn stored_text(text: &str) -> String {
    text.replace('\0', "")
}

/// A time that may be missing, as it is stored.
pub(crate) fn stored_time(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_micros)
}

/// A value as JSON, as it is stored. The values of the domain that are stored so have texts as keys.
pub(crate) fn stored_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A list of names as it is stored.
pub(crate) fn stored_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names
        .into_iter()
        .map(serde_json::Value::from)
        .collect::<serde_json::Value>()
        .to_string()
}
