//! The problems of tenants and management tokens.

use mintage_domain::model::sellers::tenant::TenantSuspended;
use mintage_domain::usecase::sellers::token::TokenError;

use super::code::ErrorCode;
use super::value::Problem;

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let text = error.to_string();
        match error {
            TokenError::NotFound => Self::not_found(),
            TokenError::AlreadyRevoked => Self::new(ErrorCode::TokenAlreadyRevoked, text),
            TokenError::EndIsPast => Self::invalid_field("expiresAt", text),
            TokenError::LacksScope(_) | TokenError::Outlives(_) => Self::forbidden(text),
            TokenError::Failure(failure) => failure.into(),
        }
    }
}

impl From<TenantSuspended> for Problem {
    fn from(error: TenantSuspended) -> Self {
        Self::new(ErrorCode::TenantSuspended, error.to_string())
    }
}
