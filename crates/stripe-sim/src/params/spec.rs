//! Declarations of parameters.

/// One parameter of a call.
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
}

/// The type of a parameter's value.
pub(crate) enum Kind {
    Text,
    Email,
    Url,
    Currency,
    Bool,
    Integer,
    NonNegative,
    Positive,
    Enum(&'static [&'static str]),
    Metadata,
    TextList,
    Hash(&'static [Param]),
    /// A list of hashes.
    List(&'static [Param]),
}

pub(crate) const fn optional(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        required: false,
    }
}

pub(crate) const fn required(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        required: true,
    }
}

/// Bounds of the creation time of listed objects, in Unix seconds.
pub(crate) const CREATED: Param = optional(
    "created",
    Kind::Hash(&[
        optional("gt", Kind::Integer),
        optional("gte", Kind::Integer),
        optional("lt", Kind::Integer),
        optional("lte", Kind::Integer),
    ]),
);

/// The parameters of a list call without filters of its own.
pub(crate) const LIST: &[Param] = &[
    CREATED,
    optional("limit", Kind::Positive),
    optional("starting_after", Kind::Text),
];

/// The name of the parameter `name` inside the hash `parent`; an empty `parent` is the form itself.
pub(crate) fn nested_name(parent: &str, name: &str) -> String {
    match parent {
        "" => name.to_owned(),
        parent => format!("{parent}[{name}]"),
    }
}

/// All names of a table, nested names included: `a`, `a[b]`. Names inside a list have no index.
pub(crate) fn all_names(table: &[Param]) -> Vec<String> {
    let mut names = Vec::new();
    for param in table {
        names.push(param.name.to_owned());
        if let Kind::Hash(table) | Kind::List(table) = param.kind {
            let nested = all_names(table);
            names.extend(nested.iter().map(|name| nested_name(param.name, name)));
        }
    }
    names
}
