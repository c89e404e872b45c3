use secrecy::{ExposeSecret, SecretString};

/// An API key or a signing secret. `Debug` prints a placeholder instead of the text, and the
/// memory is cleared when the value is dropped.
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps any text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// Returns the text for use in a request or a comparison.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}
