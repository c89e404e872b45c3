//! The headers of an example, in each language.

/// A header of a request.
pub(in crate::docs) struct Header {
    pub(super) name: String,
    pub(super) value: HeaderValue,
}

/// The value of a header.
pub(in crate::docs) enum HeaderValue {
    /// A text that does not change.
    Fixed(&'static str),
    /// A text, and an environment variable after it.
    Variable(&'static str, String),
    /// A variable of the example itself: `timestamp` or `signature`.
    Local(&'static str),
}

impl HeaderValue {
    /// Between double quotes in a shell.
    pub(super) fn in_shell(&self) -> String {
        match self {
            Self::Fixed(text) => (*text).to_owned(),
            Self::Variable(before, name) => format!("{before}${name}"),
            Self::Local(name) => format!("${}", name.to_uppercase()),
        }
    }

    pub(super) fn in_python(&self) -> String {
        match self {
            Self::Fixed(text) => format!("\"{text}\""),
            Self::Variable("", name) => format!("os.environ[\"{name}\"]"),
            Self::Variable(before, name) => format!("\"{before}\" + os.environ[\"{name}\"]"),
            Self::Local(name) => (*name).to_owned(),
        }
    }

    pub(super) fn in_node(&self) -> String {
        match self {
            Self::Fixed(text) => format!("\"{text}\""),
            Self::Variable("", name) => format!("process.env.{name}"),
            Self::Variable(before, name) => format!("`{before}${{process.env.{name}}}`"),
            Self::Local(name) => (*name).to_owned(),
        }
    }

    pub(super) fn in_rust(&self) -> String {
        match self {
            Self::Fixed(text) => format!("\"{text}\""),
            Self::Variable("", name) => format!("env::var(\"{name}\")?"),
            Self::Variable(before, name) => {
                format!("format!(\"{before}{{}}\", env::var(\"{name}\")?)")
            }
            Self::Local(name) => format!("&{name}"),
        }
    }
}
