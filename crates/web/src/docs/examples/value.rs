//! An example of a value, from its schema.

use serde_json::{Map, Value, json};

use crate::docs::schema::{alternatives, named, texts};

/// How deep schemas may refer to one another.
const MAX_DEPTH: u8 = 8;

/// Optional members that no example has. With `success_url` the buyer would not see the thank-you page that shows the
/// license key, and `updatesFor` sells less than a license for life.
const LEFT_OUT: [&str; 2] = ["success_url", "updatesFor"];

/// A value that fits a schema: its example, its default, its first word, or a value of its type. Of the
/// members of an object, all that are required, and the optional ones that have an example and are not left out.
pub(super) fn example(document: &Value, schema: &Value) -> Value {
    at_depth(document, schema, MAX_DEPTH)
}

fn at_depth(document: &Value, schema: &Value, depth: u8) -> Value {
    let Some(deeper) = depth.checked_sub(1) else {
        return Value::Null;
    };
    if let Some(name) = named(schema) {
        return at_depth(document, &document["components"]["schemas"][name], deeper);
    }
    for chosen in [
        &schema["examples"][0],
        &schema["default"],
        &schema["enum"][0],
    ] {
        if !chosen.is_null() {
            return chosen.clone();
        }
    }
    if let Some(first) = alternatives(schema).find(|one| one["type"] != "null") {
        return at_depth(document, first, deeper);
    }
    match schema["type"].as_str() {
        Some("object") => object(document, schema, deeper),
        Some("array") => json!([at_depth(document, &schema["items"], deeper)]),
        Some("integer" | "number") => match &schema["minimum"] {
            Value::Null => json!(1),
            least => least.clone(),
        },
        Some("boolean") => json!(true),
        _ => json!("text"),
    }
}

fn object(document: &Value, schema: &Value, depth: u8) -> Value {
    let required: Vec<&str> = texts(&schema["required"]).collect();
    let members = schema["properties"].as_object().into_iter().flatten();
    let members = members.filter(|(name, member)| {
        let is_left_out = LEFT_OUT.contains(&name.as_str());
        required.contains(&name.as_str()) || (!is_left_out && has_example(document, member, depth))
    });
    let members = members.map(|(name, member)| (name.clone(), at_depth(document, member, depth)));
    Value::Object(members.collect::<Map<_, _>>())
}

/// Whether a schema, or one that it refers to, has an example.
fn has_example(document: &Value, schema: &Value, depth: u8) -> bool {
    let Some(deeper) = depth.checked_sub(1) else {
        return false;
    };
    let named = named(schema).map(|name| &document["components"]["schemas"][name]);
    !schema["examples"].is_null()
        || named.is_some_and(|schema| has_example(document, schema, deeper))
        || alternatives(schema).any(|one| has_example(document, one, deeper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_an_example_of_its_schema() {
        let document = json!({"components": {"schemas": {
            "Id": {"type": "string", "examples": ["editor", "viewer"]},
            "Loop": {"$ref": "#/components/schemas/Loop"},
            "Body": {"type": "object", "required": ["id", "n"], "properties": {
                "id": {"$ref": "#/components/schemas/Id"},
                "n": {"type": "integer", "minimum": 3},
                "more": {"oneOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}]},
                "plain": {"type": "string"},
                "success_url": {"$ref": "#/components/schemas/Id"},
            }},
        }}});
        for (schema, expected) in [
            (json!({"$ref": "#/components/schemas/Id"}), json!("editor")),
            (json!({"type": "string", "enum": ["a", "b"]}), json!("a")),
            (json!({"type": "boolean", "default": false}), json!(false)),
            (json!({"type": "boolean"}), json!(true)),
            (json!({"type": "integer"}), json!(1)),
            (json!({"type": "string"}), json!("text")),
            (
                json!({"type": "array", "items": {"$ref": "#/components/schemas/Id"}}),
                json!(["editor"]),
            ),
            (
                json!({"oneOf": [{"type": "null"}, {"type": "integer"}]}),
                json!(1),
            ),
            (
                json!({"$ref": "#/components/schemas/Body"}),
                json!({"id": "editor", "n": 3, "more": "editor"}),
            ),
            (json!({"$ref": "#/components/schemas/Loop"}), Value::Null),
        ] {
            assert_eq!(example(&document, &schema), expected, "{schema}");
        }
    }
}
