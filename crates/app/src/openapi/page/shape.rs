//! Shapes: what JSON looks like, in words.

use serde_json::Value;

use super::html::Html;

/// Where a shape stands on the page.
pub(super) fn anchor(name: &str) -> String {
    format!("shape-{name}")
}

/// The name at the end of a reference.
pub(super) fn named(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// The members of an object, a row each, those first that must be there.
pub(super) fn fields(schema: &Value) -> Vec<(Html, Html)> {
    let required: Vec<&str> = texts(&schema["required"]).collect();
    let is_required = |name: &str| required.contains(&name);
    let fields = schema["properties"].as_object().into_iter().flatten();
    let mut fields: Vec<(&String, &Value)> = fields.collect();
    fields.sort_by_key(|(name, _)| !is_required(name));
    let row = |(name, field): (&String, &Value)| {
        let mut head = Html::default();
        head.tag("code", name);
        let mut value = kind(field);
        if !is_required(name) {
            value.raw(" <span class=\"soft\">optional</span>");
        }
        about(&mut value, field);
        (head, value)
    };
    fields.into_iter().map(row).collect()
}

/// What is said of a field, or of the shape that it may have beside `null`.
fn about(cell: &mut Html, schema: &Value) {
    let own = schema["description"].as_str();
    let other = alternatives(schema).find_map(|one| one["description"].as_str());
    if let Some(text) = own.or(other) {
        cell.prose(text);
    }
}

fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    let lists = [&schema["oneOf"], &schema["anyOf"]];
    lists.into_iter().filter_map(Value::as_array).flatten()
}

/// What kind of value it is: its name or type, and its limits.
pub(super) fn kind(schema: &Value) -> Html {
    let mut html = Html::default();
    if let Some(name) = named(schema) {
        html.link(&anchor(name), name);
        return html;
    }
    let mut alternatives = alternatives(schema).peekable();
    if alternatives.peek().is_some() {
        for (index, one) in alternatives.enumerate() {
            html.raw(if index > 0 { " or " } else { "" });
            html.raw(&kind(one).into_string());
        }
        return html;
    }
    let types = match &schema["type"] {
        Value::String(one) => one.clone(),
        types => texts(types).collect::<Vec<_>>().join(" or "),
    };
    if schema["type"] == "array" {
        html.text("list of ")
            .raw(&kind(&schema["items"]).into_string());
    } else {
        html.text(if types.is_empty() { "anything" } else { &types });
    }
    limits(&mut html, schema);
    html
}

fn limits(html: &mut Html, schema: &Value) {
    let words: Vec<&str> = texts(&schema["enum"]).collect();
    if !words.is_empty() {
        html.text(": ");
        for (index, word) in words.into_iter().enumerate() {
            html.raw(if index > 0 { ", " } else { "" })
                .tag("code", word);
        }
    }
    if let Some(format) = schema["format"]
        .as_str()
        .filter(|name| !name.starts_with("int"))
    {
        html.text(", ").text(format);
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        html.text(" like ").tag("code", pattern);
    }
    for (least, most, unit) in [
        ("minLength", "maxLength", " characters"),
        ("minimum", "maximum", ""),
        ("minProperties", "maxProperties", " members"),
    ] {
        let said = match (&schema[least], &schema[most]) {
            (Value::Null, Value::Null) => continue,
            (Value::Null, most) => format!(", at most {most}{unit}"),
            (least, Value::Null) => format!(", at least {least}{unit}"),
            (least, most) => format!(", {least} to {most}{unit}"),
        };
        html.text(&said);
    }
    if schema.get("default").is_some_and(|value| !value.is_null()) {
        html.text(", by default ")
            .tag("code", &schema["default"].to_string());
    }
}

pub(super) fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}
