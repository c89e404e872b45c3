//! The page that describes the API. It has no script and loads nothing from elsewhere.

use askama::Template;
use data_encoding::BASE64;
use ring::digest::{SHA256, digest};
use serde_json::Value;

use super::calls::{Group, groups};
use super::schema::{anchor, members};
use super::section::Section;
use super::text::{Span, paragraphs};

const STYLE: &str = include_str!("../../templates/docs/style.css");

/// The rendered page.
#[derive(Debug)]
pub struct DocsPage {
    pub(super) html: String,
    /// The content security policy: the page may use its own style, and nothing else.
    pub(super) policy: String,
}

#[derive(Template)]
#[template(path = "docs/docs.html")]
struct DocsTemplate<'a> {
    style: &'static str,
    version: &'a str,
    about: Vec<Vec<Span>>,
    groups: Vec<Group>,
    schemas: Vec<SchemaEntry>,
}

/// A schema that calls refer to.
struct SchemaEntry {
    anchor: String,
    name: String,
    about: Vec<Vec<Span>>,
    members: Section,
}

impl DocsPage {
    /// Renders the page of an OpenAPI document.
    pub fn render(document: &Value) -> Result<Self, askama::Error> {
        let info = &document["info"];
        let template = DocsTemplate {
            style: STYLE,
            version: info["version"].as_str().unwrap_or_default(),
            about: paragraphs(info["description"].as_str().unwrap_or_default()),
            groups: groups(document),
            schemas: schemas(document),
        };
        Ok(Self {
            html: template.render()?,
            policy: policy(),
        })
    }
}

fn schemas(document: &Value) -> Vec<SchemaEntry> {
    let all = document["components"]["schemas"].as_object();
    all.into_iter()
        .flatten()
        .map(|(name, schema)| SchemaEntry {
            anchor: anchor(name),
            name: name.clone(),
            about: paragraphs(schema["description"].as_str().unwrap_or_default()),
            members: members("", document, schema),
        })
        .collect()
}

fn policy() -> String {
    let style = BASE64.encode(digest(&SHA256, STYLE.as_bytes()).as_ref());
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_escaped() {
        let document = json!({
            "info": {"version": "<i>\"&\"</i>", "description": "a `b<c` **d**\n\ne"},
        });
        let page = DocsPage::render(&document).expect("a page");
        for html in [
            "<span class=\"soft\">&#60;i&#62;&#34;&#38;&#34;&#60;/i&#62;</span>",
            "<p>a <code>b&#60;c</code> <strong>d</strong></p><p>e</p>",
        ] {
            assert!(page.html.contains(html), "{html}: {}", page.html);
        }
    }
}
