use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::catalog::product::Product;

/// An API key and its product, which may be a few seconds old.
#[derive(Debug, Clone)]
pub struct KnownApiKey {
    /// The API key.
    pub key: ApiKey,
    /// The product of the API key.
    pub product: Product,
}
