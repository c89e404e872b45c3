//! The parameter `metadata` and its limits.

use crate::base::error::StripeError;
use crate::base::metadata::Metadata;
use crate::params::form_tree::Node;
use crate::params::scalar::invalid;
use crate::params::spec::nested_name;

const MAX_KEYS: usize = 50;
const MAX_KEY_LENGTH: usize = 40;
const MAX_VALUE_LENGTH: usize = 500;

/// Parses metadata. An empty value in place of the hash means no keys.
pub(crate) fn parse_metadata(node: &Node, name: &str) -> Result<Metadata, StripeError> {
    let form = match node {
        Node::Branch(form) => form,
        Node::Leaf(text) if text.is_empty() => return Ok(Metadata::new()),
        Node::Leaf(_) => return Err(invalid("Invalid object", name)),
    };
    if form.0.len() > MAX_KEYS {
        let message = format!("You can have up to {MAX_KEYS} metadata keys");
        return Err(invalid(message, name));
    }
    let entries = form.0.iter();
    entries
        .map(|(key, node)| parse_entry(key, node, &nested_name(name, key)))
        .collect()
}

fn parse_entry(key: &str, node: &Node, name: &str) -> Result<(String, String), StripeError> {
    let Node::Leaf(value) = node else {
        return Err(invalid("Metadata values must be strings", name));
    };
    if key.chars().count() > MAX_KEY_LENGTH {
        let message = format!("Metadata keys can have up to {MAX_KEY_LENGTH} characters");
        return Err(invalid(message, name));
    }
    if value.chars().count() > MAX_VALUE_LENGTH {
        let message = format!("Metadata values can have up to {MAX_VALUE_LENGTH} characters");
        return Err(invalid(message, name));
    }
    Ok((key.to_owned(), value.clone()))
}
