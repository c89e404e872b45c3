//! Schemas of JSON values, described in words.

use serde_json::Value;

use super::section::{Row, Section};
use super::text::{Span, paragraphs};

/// The anchor of a schema on the page.
pub(super) fn anchor(name: &str) -> String {
    format!("schema-{name}")
}

/// The members of an object, or the kind of any other value.
pub(super) fn members(title: &str, document: &Value, schema: &Value) -> Section {
    let resolved = match named(schema) {
        Some(name) => &document["components"]["schemas"][name],
        None => schema,
    };
    let rows = fields(resolved);
    let kind = if rows.is_empty() {
        kind(schema)
    } else {
        Vec::new()
    };
    Section {
        title: title.to_owned(),
        kind,
        rows,
    }
}

/// The name at the end of a reference.
pub(super) fn named(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// The members of an object, a row each, required ones first.
fn fields(schema: &Value) -> Vec<Row> {
    let required: Vec<&str> = texts(&schema["required"]).collect();
    let is_required = |name: &str| required.contains(&name);
    let fields = schema["properties"].as_object().into_iter().flatten();
    let mut fields: Vec<(&String, &Value)> = fields.collect();
    fields.sort_by_key(|(name, _)| !is_required(name));
    let row = |(name, field): (&String, &Value)| {
        let mut cell = kind(field);
        if !is_required(name) {
            cell.extend([Span::text(" "), Span::Soft("optional".to_owned())]);
        }
        Row {
            head: vec![Span::code(name)],
            cell,
            about: about(field),
        }
    };
    fields.into_iter().map(row).collect()
}

/// The description of a field, or of the schema that the field has if it is not `null`.
fn about(schema: &Value) -> Vec<Vec<Span>> {
    let own = schema["description"].as_str();
    let other = alternatives(schema).find_map(|one| one["description"].as_str());
    own.or(other).map(paragraphs).unwrap_or_default()
}

/// The schemas of which a value fits one.
pub(super) fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    let lists = [&schema["oneOf"], &schema["anyOf"]];
    lists.into_iter().filter_map(Value::as_array).flatten()
}

/// The kind of a value: its name or its type, and its limits.
pub(super) fn kind(schema: &Value) -> Vec<Span> {
    if let Some(name) = named(schema) {
        return vec![Span::Link {
            anchor: anchor(name),
            text: name.to_owned(),
        }];
    }
    let mut spans = Vec::new();
    for (index, one) in alternatives(schema).enumerate() {
        if index > 0 {
            spans.push(Span::text(" or "));
        }
        spans.extend(kind(one));
    }
    if !spans.is_empty() {
        return spans;
    }
    let types = match &schema["type"] {
        Value::String(one) => one.clone(),
        types => texts(types).collect::<Vec<_>>().join(" or "),
    };
    if schema["type"] == "array" {
        spans.push(Span::text("list of "));
        spans.extend(kind(&schema["items"]));
    } else if types.is_empty() {
        spans.push(Span::text("anything"));
    } else {
        spans.push(Span::Text(types));
    }
    spans.extend(limits(schema));
    spans
}

fn limits(schema: &Value) -> Vec<Span> {
    let mut spans = Vec::new();
    for (index, word) in texts(&schema["enum"]).enumerate() {
        spans.push(Span::text(if index > 0 { ", " } else { ": " }));
        spans.push(Span::code(word));
    }
    let format = schema["format"].as_str();
    if let Some(format) = format.filter(|name| !name.starts_with("int")) {
        spans.push(Span::Text(format!(", {format}")));
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        spans.extend([Span::text(" like "), Span::code(pattern)]);
    }
    for (least, most, unit) in [
        ("minLength", "maxLength", " characters"),
        ("minimum", "maximum", ""),
        ("minProperties", "maxProperties", " members"),
    ] {
        let range = match (&schema[least], &schema[most]) {
            (Value::Null, Value::Null) => continue,
            (Value::Null, most) => format!(", at most {most}{unit}"),
            (least, Value::Null) => format!(", at least {least}{unit}"),
            (least, most) => format!(", {least} to {most}{unit}"),
        };
        spans.push(Span::Text(range));
    }
    if !schema["default"].is_null() {
        let default = schema["default"].to_string();
        spans.extend([Span::text(", by default "), Span::Code(default)]);
    }
    spans
}

/// The texts of a list.
pub(super) fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}
