use actix_web::http::StatusCode;
use serde_json::{Value, json};

/// An error of OAuth. Its JSON differs from the JSON of API errors.
#[derive(Debug)]
pub(crate) struct OAuthError {
    code: &'static str,
    message: String,
}

impl OAuthError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self.code {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "error": self.code, "error_description": self.message })
    }
}
