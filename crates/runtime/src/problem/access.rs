//! The problems of API keys and signatures.

use mintage_domain::usecase::access::api_key::{ApiKeyError, SignatureError};

use super::code::ErrorCode;
use super::value::Problem;
use crate::api_keys::FindApiKeyError;

impl From<ApiKeyError> for Problem {
    fn from(error: ApiKeyError) -> Self {
        let text = error.to_string();
        match error {
            ApiKeyError::NotFound => Self::not_found(),
            ApiKeyError::AlreadyRevoked => Self::new(ErrorCode::ApiKeyAlreadyRevoked, text),
            ApiKeyError::AlreadyRotated => Self::new(ErrorCode::ApiKeyAlreadyRotated, text),
            ApiKeyError::LacksScope(_) => Self::forbidden(text),
            ApiKeyError::SignsNothing(_) => Self::invalid_field("signatureVersion", text),
            ApiKeyError::Failure(failure) => failure.into(),
        }
    }
}

impl From<SignatureError> for Problem {
    fn from(error: SignatureError) -> Self {
        let text = error.to_string();
        match error {
            SignatureError::KeyInvalid => Self::new(ErrorCode::ApiKeyInvalid, text),
            SignatureError::SignatureInvalid => Self::new(ErrorCode::ApiSignatureInvalid, text),
            SignatureError::TimestampReplay => Self::new(ErrorCode::ApiTimestampReplay, text),
            SignatureError::ScopeInsufficient => Self::forbidden(text),
            SignatureError::Failure(failure) => failure.into(),
        }
    }
}

impl From<FindApiKeyError> for Problem {
    fn from(error: FindApiKeyError) -> Self {
        match error {
            FindApiKeyError::Blocking(error) => error.into(),
            FindApiKeyError::UseCase(error) => error.into(),
        }
    }
}
