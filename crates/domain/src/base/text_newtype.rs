//! Newtypes over texts that are checked once, when they are read.

/// Declares a newtype over a `String`, and the error for a text that it refuses.
///
/// `parse` is a `fn(&str) -> Option<String>`: the text to keep, or `None` to refuse it. The newtype
/// gets `parse`, `as_str` and `Display`. It must not be used for secrets, since it prints.
macro_rules! text_newtype {
    (
        $(#[$attr:meta])*
        pub struct $name:ident;

        $(#[$error_attr:meta])*
        pub struct $error:ident;

        parse: $parse:expr;
    ) => {
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $(#[$attr])*
        pub struct $name(String);

        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        $(#[$error_attr])*
        pub struct $error;

        impl $name {
            /// Reads a text and checks it.
            pub fn parse(text: &str) -> Result<Self, $error> {
                let parse: fn(&str) -> Option<String> = $parse;
                parse(text).map(Self).ok_or($error)
            }

            /// The text as it is kept.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Converts types to and from `String` by `parse` and `Display`, as
/// `#[serde(try_from = "String", into = "String")]` asks for.
macro_rules! string_conversions {
    ($($name:ty, $error:ty;)+) => {$(
        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    )+};
}

pub(crate) use {string_conversions, text_newtype};
