//! Values that every other room uses: configuration, modes, ids, errors, currencies, forms.

pub(crate) mod calendar;
pub(crate) mod config;
pub(crate) mod currency;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod ids;
pub(crate) mod metadata;
pub(crate) mod mode;
pub(crate) mod scope;
pub(crate) mod secret;
pub(crate) mod version;
