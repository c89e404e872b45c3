//! Stripe's error object.

use std::borrow::Cow;

use serde_json::{Value, json};

/// An error of the API. OAuth has an error type of its own in `platform`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StripeError {
    pub(crate) status: u16,
    kind: &'static str,
    code: Option<Cow<'static, str>>,
    message: String,
    param: Option<String>,
}

/// The JSON body of a successful API response, or an error.
pub(crate) type ApiResult = Result<Value, StripeError>;

impl StripeError {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: None,
        }
    }

    /// An error with status 400.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// Replaces the error's `type`.
    pub(crate) fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    pub(crate) fn code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.code = Some(code.into());
        self
    }

    pub(crate) fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// Stripe supports `feature` and the simulator does not. An error is better for a test than an
    /// incomplete imitation.
    pub(crate) fn not_simulated(feature: &str) -> Self {
        Self::invalid(format!("The simulator does not model {feature}."))
            .code("simulator_unmodelled")
    }

    pub(crate) fn unrecognized_url(method: &str, path: &str) -> Self {
        Self::new(
            404,
            format!(
                "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs \
                 or we can help at https://support.stripe.com/."
            ),
        )
    }

    /// A required parameter is missing.
    pub(crate) fn missing_param(name: impl Into<String>) -> Self {
        let name = name.into();
        Self::invalid(format!("Missing required param: {name}."))
            .code("parameter_missing")
            .param(name)
    }

    /// The JSON body of the error response.
    pub(crate) fn to_json(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code.as_deref() {
            error["code"] = code.into();
            error["doc_url"] = format!(
                "https://stripe.com/docs/error-codes/{}",
                code.replace('_', "-")
            )
            .into();
        }
        if let Some(param) = &self.param {
            error["param"] = param.as_str().into();
        }
        json!({ "error": error })
    }
}
