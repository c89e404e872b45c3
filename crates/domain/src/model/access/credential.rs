//! How calls with an API key are authenticated.

use crate::base::seal::Sealed;
use crate::model::access::scope::{Permission, Scope, UnknownScope};

/// How calls with an API key are authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Credential {
    /// By a signature, which is made with the key's secret.
    Signed(Signing),
    /// By the key's id alone. Such a key is public, since it is part of an app that cannot keep a
    /// secret.
    Publishable,
}

/// The scope, the signature version and the secret of a signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Signing {
    /// What calls signed with the key may do.
    pub scope: Scope,
    /// Which parts of a call are signed. Signatures of another version are refused.
    pub version: SignatureVersion,
    /// The secret. It is sealed and not hashed, since checking a signature requires the secret.
    pub sealed_secret: Sealed,
}

impl Credential {
    /// The kind of key that was created.
    pub fn kind(&self) -> KeyKind {
        match self {
            Self::Signed(signing) => KeyKind::Signed(signing.scope, signing.version),
            Self::Publishable => KeyKind::Publishable,
        }
    }
}

/// Which parts of a call a signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum SignatureVersion {
    /// The timestamp and the body.
    #[default]
    V1,
    /// The timestamp, a nonce, the method, the path with its query, and the body. The signature is
    /// valid for one route only, and two equal calls have different signatures.
    V2,
}

/// The number is not a [`SignatureVersion`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown signature version; it is 1 or 2")]
pub struct UnknownSignatureVersion;

impl SignatureVersion {
    /// All versions.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    /// The version as a number.
    pub fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }

    /// The version with this number.
    pub fn from_number(number: i64) -> Result<Self, UnknownSignatureVersion> {
        Self::ALL
            .into_iter()
            .find(|version| i64::from(version.number()) == number)
            .ok_or(UnknownSignatureVersion)
    }

    /// Reads the number of a version.
    pub fn parse(text: &str) -> Result<Self, UnknownSignatureVersion> {
        Self::from_number(text.parse().map_err(|_| UnknownSignatureVersion)?)
    }
}

/// The kind of an API key: everything that its creator chooses besides product and mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// A signing key, with its scope and signature version.
    Signed(Scope, SignatureVersion),
    /// A publishable key.
    Publishable,
}

/// A signature version was chosen for a publishable key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a publishable key has no signature version")]
pub struct SignsNothing;

impl KeyKind {
    /// The text that stands for a publishable key in place of a scope.
    pub const PUBLISHABLE: &'static str = "PUBLISHABLE";

    /// Reads a scope, or `PUBLISHABLE`. A signing key gets version 1, which [`KeyKind::signing`] can
    /// change.
    pub fn parse(text: &str) -> Result<Self, UnknownScope> {
        if text == Self::PUBLISHABLE {
            return Ok(Self::Publishable);
        }
        Scope::parse(text).map(|scope| Self::Signed(scope, SignatureVersion::default()))
    }

    /// The same kind with the given signature version, if any.
    pub fn signing(self, version: Option<SignatureVersion>) -> Result<Self, SignsNothing> {
        match (self, version) {
            (kind, None) => Ok(kind),
            (Self::Signed(scope, _), Some(version)) => Ok(Self::Signed(scope, version)),
            (Self::Publishable, Some(_)) => Err(SignsNothing),
        }
    }

    /// The scope as text, or `PUBLISHABLE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signed(scope, _) => scope.as_str(),
            Self::Publishable => Self::PUBLISHABLE,
        }
    }

    /// The signature version; `None` for a publishable key.
    pub fn signature_version(self) -> Option<SignatureVersion> {
        match self {
            Self::Signed(_, version) => Some(version),
            Self::Publishable => None,
        }
    }

    /// Whether keys of this kind have a permission. A publishable key affects no license but the one
    /// whose key the caller knows, and of its activations only the one whose fingerprint the caller
    /// knows.
    pub fn allows(self, permission: Permission) -> bool {
        match self {
            Self::Signed(scope, _) => scope.allows(permission),
            Self::Publishable => {
                use Permission::{Activate, ManageDevice, Validate};
                matches!(permission, Validate | Activate | ManageDevice)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use SignatureVersion::{V1, V2};

    use super::*;

    #[test]
    fn each_kind_allows_what_its_name_says() {
        use Permission::{Activate, Issue, ManageActivations, ManageDevice, Read, Validate};
        let devices = [Validate, Activate, ManageDevice];
        let activations = [Validate, Activate, ManageDevice, ManageActivations];
        let all = [
            Issue,
            Validate,
            Activate,
            ManageDevice,
            ManageActivations,
            Read,
        ];
        for (name, allowed) in [
            ("FULL", &all[..]),
            ("ISSUE_ONLY", &[Issue]),
            ("VALIDATE_ONLY", &activations),
            ("READ_ONLY", &[Read]),
            ("PUBLISHABLE", &devices),
        ] {
            let kind = KeyKind::parse(name).expect("a kind");
            assert_eq!(kind.as_str(), name);
            for permission in all {
                let expected = allowed.contains(&permission);
                assert_eq!(kind.allows(permission), expected, "{name} {permission:?}");
            }
        }
        for unknown in ["", "full", "publishable", "FULL ", "SECRET"] {
            assert_eq!(KeyKind::parse(unknown), Err(UnknownScope), "{unknown:?}");
        }
    }

    #[test]
    fn a_signature_version_is_chosen_for_keys_that_sign_alone() {
        for scope in Scope::ALL {
            let kind = KeyKind::parse(scope.as_str()).expect("a kind");
            assert_eq!(kind.signature_version(), Some(V1), "unless one is chosen");
            let second = KeyKind::Signed(scope, V2);
            assert_eq!(kind.signing(Some(V2)), Ok(second));
            assert_eq!(second.signing(Some(V1)), Ok(kind));
            assert_eq!(second.signing(None), Ok(second));
        }
        let publishable = KeyKind::Publishable;
        assert_eq!(publishable.signing(None), Ok(publishable));
        assert_eq!(publishable.signing(Some(V1)), Err(SignsNothing));
        assert_eq!(publishable.signature_version(), None);
    }

    #[test]
    fn a_signature_version_is_one_or_two() {
        for version in SignatureVersion::ALL {
            let number = version.number().to_string();
            assert_eq!(SignatureVersion::parse(&number), Ok(version));
        }
        for unknown in ["", "0", "3", "-1", "v2", "2.0", "99999999999999999999"] {
            let read = SignatureVersion::parse(unknown);
            assert_eq!(read, Err(UnknownSignatureVersion), "{unknown}");
        }
    }
}
