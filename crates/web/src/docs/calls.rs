//! The calls of the API, as the page lists them.

use mintage_runtime::problem::ErrorCode;
use serde_json::{Map, Value};

use super::examples::{Example, ExampleCall, examples};
use super::schema::{kind, members, texts};
use super::section::{Row, Section};
use super::text::{Span, line, paragraphs};

/// The calls with one tag.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) about: Vec<Vec<Span>>,
    pub(super) calls: Vec<Call>,
}

/// A call of the API.
pub(super) struct Call {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) about: Vec<Vec<Span>>,
    pub(super) sections: Vec<Section>,
    /// Empty for what the server itself sends.
    pub(super) examples: Vec<Example>,
    /// The words by which the call is found, in lower case.
    words: String,
}

impl Call {
    /// Whether the call has each word of a search.
    pub(super) fn matches(&self, search: &str) -> bool {
        let search = search.to_lowercase();
        search
            .split_whitespace()
            .all(|word| self.words.contains(word))
    }
}

/// All calls of a document, grouped by their tags, with examples at a server.
pub(super) fn groups(document: &Value, base_url: &str) -> askama::Result<Vec<Group>> {
    let tags = document["tags"].as_array().into_iter().flatten();
    let group = |tag: &Value| {
        Ok(Group {
            name: text(&tag["name"]),
            about: about(tag),
            calls: calls((document, base_url), &tag["name"])?,
        })
    };
    tags.map(group).collect()
}

fn calls((document, base_url): (&Value, &str), tag: &Value) -> askama::Result<Vec<Call>> {
    let all = [&document["paths"], &document["webhooks"]];
    let paths = all.into_iter().filter_map(Value::as_object).flatten();
    let calls = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path, method, operation))
    });
    calls
        .filter(|(_, _, operation)| operation["tags"][0] == *tag)
        .map(|(path, method, operation)| {
            let field = |name: &str| text(&operation[name]);
            let example = ExampleCall::of((document, base_url), (path, method, operation));
            Ok(Call {
                id: field("operationId"),
                title: field("summary"),
                method: method.clone(),
                path: path.clone(),
                about: about(operation),
                sections: sections(document, operation),
                // The path of a webhook is a name.
                examples: if path.starts_with('/') {
                    examples(&example)?
                } else {
                    Vec::new()
                },
                words: [field("operationId"), field("summary"), field("description")]
                    .into_iter()
                    .chain([method.clone(), path.clone()])
                    .collect::<Vec<_>>()
                    .join(" ")
                    .to_lowercase(),
            })
        })
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn about(described: &Value) -> Vec<Vec<Span>> {
    paragraphs(described["description"].as_str().unwrap_or_default())
}

fn sections(document: &Value, operation: &Value) -> Vec<Section> {
    let mut sections = Vec::new();
    let callers = operation["security"].as_array().into_iter().flatten();
    for (index, caller) in callers.filter_map(Value::as_object).enumerate() {
        let title = if index == 0 { "Caller" } else { "or" };
        sections.extend(Section::table(title, credentials(document, caller)));
    }
    sections.extend(Section::table("Parameters", parameters(operation)));
    let content = operation["requestBody"]["content"].as_object();
    for (_, body) in content.into_iter().flatten() {
        sections.push(members("Body", document, &body["schema"]));
    }
    sections.extend(answers(document, operation));
    sections.extend(Section::table("Errors", errors(operation)));
    sections
}

/// The credentials of a caller, a row each.
fn credentials(document: &Value, caller: &Map<String, Value>) -> Vec<Row> {
    let row = |(name, scopes): (&String, &Value)| {
        let scheme = &document["components"]["securitySchemes"][name];
        let head = scheme["name"].as_str().unwrap_or("Authorization: Bearer");
        let mut cell = line(scheme["description"].as_str().unwrap_or_default());
        for scope in texts(scopes) {
            cell.extend([Span::text(" Scope: "), Span::code(scope), Span::text(".")]);
        }
        Row {
            head: vec![Span::code(head)],
            cell,
            ..Row::default()
        }
    };
    caller.iter().map(row).collect()
}

fn parameters(operation: &Value) -> Vec<Row> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.map(|parameter| {
        let mut cell = vec![Span::Text(text(&parameter["in"]) + ": ")];
        cell.extend(kind(&parameter["schema"]));
        let own = parameter["description"].as_str();
        let other = parameter["schema"]["description"].as_str();
        Row {
            head: vec![Span::Code(text(&parameter["name"]))],
            cell,
            about: paragraphs(own.or(other).unwrap_or_default()),
        }
    })
    .collect()
}

fn answers(document: &Value, operation: &Value) -> Vec<Section> {
    let mut sections = Vec::new();
    let all = operation["responses"].as_object().into_iter().flatten();
    for (status, answer) in all.filter(|(_, answer)| answer.get("$ref").is_none()) {
        let title = format!("{status}: {}", text(&answer["description"]));
        let content = answer["content"].as_object();
        sections.push(match content.and_then(|content| content.iter().next()) {
            Some((_, body)) => members(&title, document, &body["schema"]),
            None => Section {
                title,
                ..Section::default()
            },
        });
        let headers = answer["headers"].as_object().into_iter().flatten();
        let rows = headers.filter_map(|(name, header)| {
            Some(Row {
                head: vec![Span::code(name)],
                cell: line(header["description"].as_str()?),
                ..Row::default()
            })
        });
        sections.extend(Section::table("Headers", rows.collect()));
    }
    sections
}

fn errors(operation: &Value) -> Vec<Row> {
    let codes: Vec<&str> = texts(&operation["x-error-codes"]).collect();
    let answered = ErrorCode::ALL.iter();
    let answered = answered.filter(|code| codes.contains(&code.as_str()));
    let row = |code: &ErrorCode| {
        let mut cell = vec![Span::code(code.as_str()), Span::text(" ")];
        cell.extend(line(code.when()));
        Row {
            head: vec![Span::Text(code.status().to_string())],
            cell,
            ..Row::default()
        }
    };
    answered.map(row).collect()
}
