//! The problems of issuing, activating and changing licenses.

use mintage_domain::model::licenses::standing::CannotExtend;
use mintage_domain::usecase::access::api_key::SignatureError;
use mintage_domain::usecase::licenses::activation::ActivationError;
use mintage_domain::usecase::licenses::command::LicenseError;
use mintage_domain::usecase::licenses::issue::IssueError;
use mintage_domain::usecase::licenses::purchase::PurchaseError;

use super::code::ErrorCode;
use super::value::Problem;

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        let text = error.to_string();
        match error {
            IssueError::NotAllowed(_) => SignatureError::ScopeInsufficient.into(),
            IssueError::UnknownPlan => Self::not_found(),
            IssueError::Suspended(error) => error.into(),
            IssueError::Archived => Self::new(ErrorCode::NotFound, text),
            IssueError::Deactivated => Self::new(ErrorCode::PlanProductDeactivated, text),
            IssueError::TermIsPast(_) => Self::invalid_field("duration", text),
            IssueError::QuotaExceeded(_) => Self::new(ErrorCode::QuotaLicensesExceeded, text),
            IssueError::Replayed => SignatureError::TimestampReplay.into(),
            IssueError::OtherBody => Self::new(ErrorCode::IdempotencyConflict, text),
            IssueError::DamagedKey | IssueError::CannotMint(_) => Self::internal(&text),
            IssueError::Failure(failure) => failure.into(),
        }
    }
}

impl From<ActivationError> for Problem {
    fn from(error: ActivationError) -> Self {
        let text = error.to_string();
        match error {
            ActivationError::NotFound => Self::not_found(),
            ActivationError::AlreadyReleased => {
                Self::new(ErrorCode::ActivationAlreadyReleased, text)
            }
            ActivationError::Replayed => SignatureError::TimestampReplay.into(),
            ActivationError::Failure(failure) => failure.into(),
        }
    }
}

impl From<PurchaseError> for Problem {
    fn from(error: PurchaseError) -> Self {
        let text = error.to_string();
        match error {
            PurchaseError::Unknown | PurchaseError::NotPaid => Self::new(ErrorCode::NotFound, text),
            PurchaseError::Mail(error) => error.into(),
            PurchaseError::Failure(failure) => failure.into(),
        }
    }
}

impl From<LicenseError> for Problem {
    fn from(error: LicenseError) -> Self {
        let text = error.to_string();
        match error {
            LicenseError::NotFound => Self::not_found(),
            LicenseError::AlreadyRevoked | LicenseError::CannotExtend(CannotExtend::Revoked) => {
                Self::new(ErrorCode::LicenseAlreadyRevoked, text)
            }
            LicenseError::AlreadyFrozen => Self::new(ErrorCode::LicenseAlreadyFrozen, text),
            LicenseError::NotFrozen => Self::new(ErrorCode::LicenseNotFrozen, text),
            LicenseError::CannotExtend(CannotExtend::IsLifetime) => {
                Self::new(ErrorCode::LicenseIsLifetime, text)
            }
            LicenseError::CannotExtend(CannotExtend::NotLater { .. }) => {
                Self::invalid_field("duration", text)
            }
            LicenseError::DamagedKey => Self::internal(&text),
            LicenseError::Failure(failure) => failure.into(),
        }
    }
}
