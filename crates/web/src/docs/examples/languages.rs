//! The text of an example in each language.

use askama::Template;

use super::call::ExampleCall;

/// The example of a call in one language.
pub(in crate::docs) struct Example {
    pub(in crate::docs) language: &'static str,
    pub(in crate::docs) code: String,
}

macro_rules! languages {
    ($($name:ident = $title:literal in $path:literal;)*) => {
        $(
            #[derive(Template)]
            #[template(path = $path, escape = "none")]
            struct $name<'a> {
                call: &'a ExampleCall,
            }
        )*

        /// The example of a call in all languages.
        pub(in crate::docs) fn examples(call: &ExampleCall) -> askama::Result<Vec<Example>> {
            Ok(vec![$(Example {
                language: $title,
                code: $name { call }.render()?,
            }),*])
        }
    };
}

languages! {
    Curl = "curl" in "docs/examples/curl.sh";
    Python = "Python" in "docs/examples/python.py";
    Node = "Node" in "docs/examples/node.mjs";
    Rust = "Rust" in "docs/examples/rust.rs";
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn written(operation: &Value, method: &str, path: &str) -> Vec<String> {
        let document = json!({"components": {"schemas": {}}});
        let at = (&document, "https://mint.test");
        let call = ExampleCall::of(at, (path, method, operation));
        let examples = examples(&call).expect("examples");
        examples.into_iter().map(|it| it.code).collect()
    }

    fn body() -> Value {
        json!({"content": {"application/json": {"schema": {
            "type": "object", "required": ["name"],
            "properties": {"name": {"type": "string", "examples": ["it's"]}},
        }}}})
    }

    #[test]
    fn a_call_with_a_token_and_a_body_sends_both() {
        let operation = json!({"security": [{"managementToken": ["a:b"]}], "requestBody": body()});
        let [curl, python, node, rust] = &written(&operation, "post", "/v1/things")[..] else {
            panic!("four languages");
        };
        assert_eq!(
            curl,
            "curl -X POST 'https://mint.test/v1/things' \\\n  \
             -H \"Authorization: Bearer $MINTAGE_TOKEN\" \\\n  \
             -H \"Content-Type: application/json\" \\\n  \
             -d '{\"name\":\"it'\\''s\"}'"
        );
        assert_eq!(
            python,
            "import os\nimport urllib.request\n\nbody = rb\"\"\"{\"name\":\"it's\"}\"\"\"\n\
             request = urllib.request.Request(\n    \"https://mint.test/v1/things\",\n    body,\n    \
             headers={\n        \"Authorization\": \"Bearer \" + os.environ[\"MINTAGE_TOKEN\"],\n        \
             \"Content-Type\": \"application/json\",\n    },\n    method=\"POST\",\n)\n\
             with urllib.request.urlopen(request) as answer:\n    \
             print(answer.status, answer.read().decode())"
        );
        assert!(
            node.contains("`Bearer ${process.env.MINTAGE_TOKEN}`"),
            "{node}"
        );
        assert!(rust.contains(".send(body)?;"), "{rust}");
    }

    #[test]
    fn a_signed_call_without_a_body_signs_the_empty_body() {
        let operation = json!({"security": [{"apiKey": [], "signature": []}]});
        let [curl, python, node, rust] = &written(&operation, "get", "/v1/things")[..] else {
            panic!("four languages");
        };
        assert!(curl.starts_with("BODY=''\n"), "{curl}");
        assert!(python.contains("\nbody = b\"\"\n"), "{python}");
        assert!(node.contains("\nconst body = \"\";\n"), "{node}");
        assert!(rust.contains("    let body = \"\";\n"), "{rust}");
    }
}
