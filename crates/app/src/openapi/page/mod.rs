//! The description for people: one page, without a script and without anything from elsewhere.

mod html;
mod shape;

use super::json;
use data_encoding::BASE64;
use html::Html;
use mintage_runtime::problem::ErrorCode;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};
use shape::{anchor, fields, kind, named, texts};
use std::sync::LazyLock;

const STYLE: &str = include_str!("style.css");

static PAGE: LazyLock<String> = LazyLock::new(|| {
    // Our own writing, which reads.
    page(&serde_json::from_str(json()).unwrap_or_default())
});

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = BASE64.encode(digest(&SHA256, STYLE.as_bytes()).as_ref());
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
});

/// The page.
pub(crate) fn text() -> &'static str {
    &PAGE
}

/// What the page may load and do: its own style, and nothing else.
pub(crate) fn policy() -> &'static str {
    &POLICY
}

fn page(document: &Value) -> String {
    let mut html = Html::default();
    html.raw(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Mintage API</title><style>",
    );
    html.raw(STYLE).raw("</style></head><body>");
    menu(&mut html, document);
    html.raw("<main>");
    html.prose(document["info"]["description"].as_str().unwrap_or_default());
    html.raw("<p>For machines: <a href=\"/openapi.json\">openapi.json</a>.</p>");
    for tag in tags(document) {
        let name = tag["name"].as_str().unwrap_or_default();
        html.raw("<section>").tag("h2", name);
        html.prose(tag["description"].as_str().unwrap_or_default());
        for (path, method, call) in calls(document, name) {
            article(&mut html, document, (path, method, call));
        }
        html.raw("</section>");
    }
    shapes(&mut html, document);
    html.raw("</main></body></html>");
    html.into_string()
}

fn tags(document: &Value) -> impl Iterator<Item = &Value> {
    document["tags"].as_array().into_iter().flatten()
}

/// The calls with this tag.
fn calls<'a>(
    document: &'a Value,
    tag: &'a str,
) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
    let all = [&document["paths"], &document["webhooks"]];
    let paths = all.into_iter().filter_map(Value::as_object).flatten();
    let calls = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, call)| (path.as_str(), method.as_str(), call))
    });
    calls.filter(move |(_, _, call)| call["tags"][0] == tag)
}

fn menu(html: &mut Html, document: &Value) {
    html.raw("<nav aria-label=\"Calls\"><h1>Mintage API</h1><span class=\"soft\">");
    html.text(document["info"]["version"].as_str().unwrap_or_default());
    html.raw("</span>");
    for tag in tags(document) {
        let name = tag["name"].as_str().unwrap_or_default();
        html.tag("h2", name).raw("<ul>");
        for (_, _, call) in calls(document, name) {
            let [id, summary] = ["operationId", "summary"].map(|field| call[field].as_str());
            html.raw("<li>");
            html.link(id.unwrap_or_default(), summary.unwrap_or_default());
            html.raw("</li>");
        }
        html.raw("</ul>");
    }
    html.raw("<h2>Shapes</h2><ul><li>")
        .link("shapes", "All shapes");
    html.raw("</li></ul></nav>");
}

fn article(html: &mut Html, document: &Value, (path, method, call): (&str, &str, &Value)) {
    let id = call["operationId"].as_str().unwrap_or_default();
    html.raw("<article id=\"").text(id).raw("\"><h3>");
    html.link(id, call["summary"].as_str().unwrap_or_default());
    html.raw("</h3><p class=\"call\"><span class=\"method ")
        .text(method)
        .raw("\">");
    html.text(&method.to_ascii_uppercase()).raw("</span> ");
    html.tag("code", path).raw("</p>");
    html.prose(call["description"].as_str().unwrap_or_default());
    for (index, caller) in callers(call).enumerate() {
        let title = if index == 0 { "Caller" } else { "or" };
        html.table(title, credentials(document, caller));
    }
    html.table("Parameters", parameters(call));
    let content = &call["requestBody"]["content"];
    for (_, body) in content.as_object().into_iter().flatten() {
        members(html, "Body", document, &body["schema"]);
    }
    answers(html, document, call);
    html.table("Errors", errors(call));
    html.raw("</article>");
}

/// Who may call: one of these.
fn callers(call: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    let requirements = call["security"].as_array().into_iter().flatten();
    requirements.filter_map(Value::as_object)
}

/// What a caller shows, a row each.
fn credentials(document: &Value, caller: &Map<String, Value>) -> Vec<(Html, Html)> {
    caller
        .iter()
        .map(|(name, scopes)| {
            let scheme = &document["components"]["securitySchemes"][name];
            let (mut head, mut value) = (Html::default(), Html::default());
            head.tag(
                "code",
                scheme["name"].as_str().unwrap_or("Authorization: Bearer"),
            );
            value.phrase(scheme["description"].as_str().unwrap_or_default());
            for scope in texts(scopes) {
                value.text(" Scope: ").tag("code", scope).text(".");
            }
            (head, value)
        })
        .collect()
}

fn parameters(call: &Value) -> Vec<(Html, Html)> {
    let all = call["parameters"].as_array().into_iter().flatten();
    all.map(|parameter| {
        let (mut head, mut value) = (Html::default(), Html::default());
        head.tag("code", parameter["name"].as_str().unwrap_or_default());
        let place = parameter["in"].as_str().unwrap_or_default();
        value.text(place).text(": ");
        value.raw(&kind(&parameter["schema"]).into_string());
        let own = parameter["description"].as_str();
        let other = parameter["schema"]["description"].as_str();
        value.prose(own.or(other).unwrap_or_default());
        (head, value)
    })
    .collect()
}

/// What an object has in it; of anything else, what it is.
fn members(html: &mut Html, title: &str, document: &Value, schema: &Value) {
    let shape = match named(schema) {
        Some(name) => &document["components"]["schemas"][name],
        None => schema,
    };
    let rows = fields(shape);
    if rows.is_empty() {
        if !title.is_empty() {
            html.tag("h4", title);
        }
        html.raw("<p>").raw(&kind(schema).into_string()).raw("</p>");
    } else {
        html.table(title, rows);
    }
}

fn answers(html: &mut Html, document: &Value, call: &Value) {
    let all = call["responses"].as_object().into_iter().flatten();
    for (status, answer) in all.filter(|(_, answer)| answer.get("$ref").is_none()) {
        let about = answer["description"].as_str().unwrap_or_default();
        let title = format!("{status}: {about}");
        let content = answer["content"].as_object();
        match content.and_then(|content| content.iter().next()) {
            Some((_, body)) => members(html, &title, document, &body["schema"]),
            None => {
                html.tag("h4", &title);
            }
        }
        let headers = answer["headers"].as_object().into_iter().flatten();
        let told = headers.filter_map(|(name, header)| {
            let (mut head, mut value) = (Html::default(), Html::default());
            head.tag("code", name);
            value.phrase(header["description"].as_str()?);
            Some((head, value))
        });
        html.table("Headers", told);
    }
}

fn errors(call: &Value) -> Vec<(Html, Html)> {
    let codes: Vec<&str> = texts(&call["x-error-codes"]).collect();
    let told = ErrorCode::ALL
        .iter()
        .filter(|code| codes.contains(&code.as_str()));
    told.map(|code| {
        let (mut head, mut value) = (Html::default(), Html::default());
        head.text(&code.status().to_string());
        value
            .tag("code", code.as_str())
            .text(" ")
            .phrase(code.when());
        (head, value)
    })
    .collect()
}

fn shapes(html: &mut Html, document: &Value) {
    html.raw("<section id=\"shapes\">").tag("h2", "Shapes");
    let all = document["components"]["schemas"].as_object();
    for (name, shape) in all.into_iter().flatten() {
        html.raw("<article id=\"").text(&anchor(name)).raw("\">");
        html.tag("h3", name);
        html.prose(shape["description"].as_str().unwrap_or_default());
        members(html, "", document, shape);
        html.raw("</article>");
    }
    html.raw("</section>");
}
