//! The problems of connecting a restricted key.

use std::time::Duration;

use mintage_domain::model::stripe::key_permission::{Access, KeyPermission};
use mintage_domain::model::stripe::restricted_key::InvalidKeyText;
use mintage_domain::usecase::stripe::restricted_key::RestrictedKeyError;

use super::code::ErrorCode;
use super::value::{Detail, Problem};

/// When a proof that Stripe did not answer is worth another try.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

impl From<RestrictedKeyError> for Problem {
    fn from(error: RestrictedKeyError) -> Self {
        let text = error.to_string();
        match error {
            RestrictedKeyError::NotFound => Self::not_found(),
            RestrictedKeyError::Suspended(error) => error.into(),
            RestrictedKeyError::Key(InvalidKeyText::Kind) => of_key(ErrorCode::StripeKeyKind, text),
            RestrictedKeyError::Key(InvalidKeyText::Mode) => of_key(ErrorCode::StripeKeyMode, text),
            RestrictedKeyError::PermissionsMissing(missing) => Self {
                details: missing.into_iter().map(missing_detail).collect(),
                ..Self::new(ErrorCode::StripePermissionsMissing, text)
            },
            RestrictedKeyError::KeyInvalid => of_key(ErrorCode::StripeKeyInvalid, text),
            RestrictedKeyError::AccountTaken => Self::new(ErrorCode::StripeAccountTaken, text),
            RestrictedKeyError::Undetermined => Self::stripe_unavailable(TRY_AGAIN_AFTER),
            RestrictedKeyError::Failure(failure) => failure.into(),
        }
    }
}

/// A problem with the field `key`.
fn of_key(code: ErrorCode, text: String) -> Problem {
    Problem {
        details: vec![Detail::new("key", text.as_str())],
        ..Problem::new(code, text)
    }
}

fn missing_detail(permission: KeyPermission) -> Detail {
    let access = match permission.access() {
        Access::Read => "Read",
        Access::Write => "Write",
    };
    let message = format!("set {} to {access} at Stripe", permission.row_name());
    Detail {
        permission: Some(permission),
        ..Detail::new("key", message)
    }
}
