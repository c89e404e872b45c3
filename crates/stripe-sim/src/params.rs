//! Parameters as data: a call says in a table what it takes, and [`check`] is as strict as Stripe.

use std::collections::BTreeMap;

use crate::error::StripeError;
use crate::form::{Branch, Node};
use crate::values::{leaf, metadata, wrong};

/// Free keys and values of the integrator's own.
pub(crate) type Metadata = BTreeMap<String, String>;

/// One parameter of a call.
pub(crate) struct Param {
    name: &'static str,
    kind: Kind,
    required: bool,
}

/// What a parameter's value must be.
pub(crate) enum Kind {
    Text,
    Email,
    Url,
    Currency,
    Bool,
    Integer,
    /// Zero or more.
    Amount,
    /// One or more.
    Positive,
    OneOf(&'static [&'static str]),
    Metadata,
    Texts,
    Hash(&'static [Param]),
    List(&'static [Param]),
}

/// A parameter that may be left out.
pub(crate) const fn may(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        required: false,
    }
}

/// A parameter that must be there.
pub(crate) const fn need(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        required: true,
    }
}

/// Bounds on when the listed objects were made, in Unix seconds.
pub(crate) const CREATED: Param = may(
    "created",
    Kind::Hash(&[
        may("gt", Kind::Integer),
        may("gte", Kind::Integer),
        may("lt", Kind::Integer),
        may("lte", Kind::Integer),
    ]),
);

/// What a list call takes that has no filters of its own.
pub(crate) const PAGE: [Param; 3] = [
    CREATED,
    may("limit", Kind::Positive),
    may("starting_after", Kind::Text),
];

/// All names of a table, those inside included: `a`, `a[b]`. Rows of a list go without an index.
pub(crate) fn names(table: &[Param]) -> Vec<String> {
    let of = |param: &Param| {
        let inner = match param.kind {
            Kind::Hash(table) | Kind::List(table) => names(table),
            _ => Vec::new(),
        };
        let inner = inner.iter().map(|name| path(param.name, name));
        [param.name.to_owned()]
            .into_iter()
            .chain(inner)
            .collect::<Vec<_>>()
    };
    table.iter().flat_map(of).collect()
}

/// A checked value.
pub(crate) enum Value {
    Text(String),
    Bool(bool),
    Integer(i64),
    Metadata(Metadata),
    Texts(Vec<String>),
    Hash(Args),
    List(Vec<Args>),
}

/// Checked arguments. A getter whose kind is not the table's answers `None`.
#[derive(Default)]
pub(crate) struct Args(BTreeMap<&'static str, Value>);

macro_rules! getter {
    ($name:ident, $variant:ident, $output:ty, $pick:expr) => {
        pub(crate) fn $name(&self, name: &str) -> Option<$output> {
            match self.0.get(name) {
                Some(Value::$variant(value)) => Some($pick(value)),
                _ => None,
            }
        }
    };
}

impl Args {
    getter!(text, Text, &str, String::as_str);
    getter!(bool, Bool, bool, |value: &bool| *value);
    getter!(integer, Integer, i64, |value: &i64| *value);
    getter!(metadata, Metadata, &Metadata, |value| value);
    getter!(texts, Texts, &[String], Vec::as_slice);
    getter!(hash, Hash, &Args, |value| value);
    getter!(list, List, &[Args], Vec::as_slice);

    /// A text to keep.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// The metadata of a new object.
    pub(crate) fn fresh_metadata(&self) -> Metadata {
        let mut fresh = Metadata::new();
        self.merge_metadata(&mut fresh);
        fresh
    }

    /// Lays the given keys over those kept; an empty value removes its key, no keys remove all.
    pub(crate) fn merge_metadata(&self, kept: &mut Metadata) {
        let Some(given) = self.metadata("metadata") else {
            return;
        };
        if given.is_empty() {
            kept.clear();
        }
        for (key, value) in given {
            if value.is_empty() {
                kept.remove(key);
            } else {
                kept.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Holds `form` to `table`: unknown names first, then wrong values, then missing ones.
pub(crate) fn check(table: &'static [Param], form: &Branch) -> Result<Args, StripeError> {
    hash(table, form, "")
}

fn hash(table: &'static [Param], form: &Branch, under: &str) -> Result<Args, StripeError> {
    let known = |name: &str| table.iter().any(|param| param.name == name);
    let unknown = form.0.iter().filter(|(name, _)| !known(name));
    let unknown: Vec<_> = unknown.map(|(name, _)| path(under, name)).collect();
    if let Some(first) = unknown.first() {
        let plural = if unknown.len() == 1 { "" } else { "s" };
        let all = unknown.join(", ");
        let error = StripeError::invalid(format!("Received unknown parameter{plural}: {all}"));
        return Err(error.code("parameter_unknown").param(first));
    }
    let mut args = Args::default();
    for param in table {
        if let Some(node) = form.get(param.name) {
            let value = value(&param.kind, node, &path(under, param.name))?;
            args.0.insert(param.name, value);
        }
    }
    let missing = |param: &&Param| param.required && !args.0.contains_key(param.name);
    match table.iter().find(missing) {
        None => Ok(args),
        Some(param) => {
            let name = path(under, param.name);
            let error = StripeError::invalid(format!("Missing required param: {name}."));
            Err(error.code("parameter_missing").param(name))
        }
    }
}

pub(crate) fn path(under: &str, name: &str) -> String {
    match under {
        "" => name.to_owned(),
        under => format!("{under}[{name}]"),
    }
}

fn value(kind: &Kind, node: &Node, path: &str) -> Result<Value, StripeError> {
    match (kind, node) {
        (Kind::Metadata, node) => metadata(node, path).map(Value::Metadata),
        (Kind::Hash(table), Node::Branch(form)) => hash(table, form, path).map(Value::Hash),
        (Kind::List(table), Node::Branch(form)) => {
            let row = |(at, node): &(String, Node)| match node {
                Node::Branch(form) => hash(table, form, &self::path(path, at)),
                Node::Leaf(_) => Err(wrong("Invalid object", &self::path(path, at))),
            };
            form.0
                .iter()
                .map(row)
                .collect::<Result<_, _>>()
                .map(Value::List)
        }
        (Kind::Texts, Node::Branch(form)) => {
            let row = |(at, node): &(String, Node)| match node {
                Node::Leaf(text) => Ok(text.clone()),
                Node::Branch(_) => Err(wrong("Invalid string", &self::path(path, at))),
            };
            form.0
                .iter()
                .map(row)
                .collect::<Result<_, _>>()
                .map(Value::Texts)
        }
        (Kind::Hash(_), Node::Leaf(_)) => Err(wrong("Invalid object", path)),
        (Kind::List(_) | Kind::Texts, Node::Leaf(_)) => Err(wrong("Invalid array", path)),
        (kind, Node::Leaf(text)) => leaf(kind, text, path),
        (Kind::Integer | Kind::Amount | Kind::Positive, Node::Branch(_)) => {
            Err(wrong("Invalid integer", path).code("parameter_invalid_integer"))
        }
        (_, Node::Branch(_)) => Err(wrong("Invalid string", path)),
    }
}
