//! Checks a form against a table of parameters.

use crate::base::error::StripeError;
use crate::params::form_tree::{Branch, Node};
use crate::params::metadata::parse_metadata;
use crate::params::scalar::{invalid, parse_scalar};
use crate::params::spec::{Kind, Param, nested_name};
use crate::params::values::{ParamValue, Params};

/// Parses `form` by `table`. The error is about unknown names first, then about invalid values,
/// then about missing parameters.
pub(crate) fn parse(table: &'static [Param], form: &Branch) -> Result<Params, StripeError> {
    parse_hash(table, form, "")
}

fn parse_hash(table: &'static [Param], form: &Branch, parent: &str) -> Result<Params, StripeError> {
    reject_unknown(table, form, parent)?;
    let mut params = Params::default();
    for param in table {
        if let Some(node) = form.get(param.name) {
            let value = parse_value(&param.kind, node, &nested_name(parent, param.name))?;
            params.insert(param.name, value);
        }
    }
    let missing = |param: &&Param| param.required && !params.contains(param.name);
    match table.iter().find(missing) {
        None => Ok(params),
        Some(param) => Err(StripeError::missing_param(nested_name(parent, param.name))),
    }
}

fn reject_unknown(table: &[Param], form: &Branch, parent: &str) -> Result<(), StripeError> {
    let known = |name: &str| table.iter().any(|param| param.name == name);
    let unknown = form.0.iter().filter(|(name, _)| !known(name));
    let unknown: Vec<_> = unknown.map(|(name, _)| nested_name(parent, name)).collect();
    let Some(first) = unknown.first() else {
        return Ok(());
    };
    let plural = if unknown.len() == 1 { "" } else { "s" };
    let names = unknown.join(", ");
    let error = StripeError::invalid(format!("Received unknown parameter{plural}: {names}"));
    Err(error.code("parameter_unknown").param(first))
}

fn parse_value(kind: &Kind, node: &Node, name: &str) -> Result<ParamValue, StripeError> {
    match (kind, node) {
        (Kind::Metadata, node) => parse_metadata(node, name).map(ParamValue::Metadata),
        (Kind::Hash(table), Node::Branch(form)) => {
            parse_hash(table, form, name).map(ParamValue::Hash)
        }
        (Kind::List(table), Node::Branch(form)) => {
            let items = form.0.iter().map(|(index, node)| {
                let name = nested_name(name, index);
                match node {
                    Node::Branch(form) => parse_hash(table, form, &name),
                    Node::Leaf(_) => Err(invalid("Invalid object", &name)),
                }
            });
            items.collect::<Result<_, _>>().map(ParamValue::List)
        }
        (Kind::TextList, Node::Branch(form)) => {
            let items = form.0.iter().map(|(index, node)| match node {
                Node::Leaf(text) => Ok(text.clone()),
                Node::Branch(_) => Err(invalid("Invalid string", &nested_name(name, index))),
            });
            items.collect::<Result<_, _>>().map(ParamValue::TextList)
        }
        (Kind::Hash(_), Node::Leaf(_)) => Err(invalid("Invalid object", name)),
        (Kind::List(_) | Kind::TextList, Node::Leaf(_)) => Err(invalid("Invalid array", name)),
        (kind, Node::Leaf(text)) => parse_scalar(kind, text, name),
        (Kind::Integer | Kind::NonNegative | Kind::Positive, Node::Branch(_)) => {
            Err(invalid("Invalid integer", name).code("parameter_invalid_integer"))
        }
        (_, Node::Branch(_)) => Err(invalid("Invalid string", name)),
    }
}
