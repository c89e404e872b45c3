//! The page that describes the API. It has no script and loads nothing from elsewhere.

use std::sync::OnceLock;

use actix_web::web::Bytes;
use askama::Template;
use serde_json::Value;

use super::calls::{Call, Group, groups};
use super::schema::{anchor, members};
use super::section::Section;
use super::steps::{Step, steps};
use super::text::{Span, paragraphs};
use crate::page::{policy, style_hash};

const STYLE: &str = concat!(
    include_str!("../../templates/base.css"),
    include_str!("../../templates/docs/style.css")
);

/// The longest search, in bytes.
const MAX_SEARCH: usize = 200;

/// The page of an OpenAPI document, which is rendered when it is first asked for. A server that is never
/// asked keeps no page in memory, and starts without one.
pub struct DocsPage {
    document: fn() -> serde_json::Result<Value>,
    base_url: String,
    rendered: OnceLock<Result<Rendered, String>>,
}

/// The rendered page, and what a search looks through.
pub(super) struct Rendered {
    /// The page of all calls.
    pub(super) html: Bytes,
    /// The content security policy: the page may use its own style and send its own form, and nothing
    /// else.
    pub(super) policy: String,
    content: Content,
}

/// What the page shows.
struct Content {
    version: String,
    base_url: String,
    /// What the API is for.
    about: Vec<Vec<Span>>,
    steps: Vec<Step>,
    /// What all calls have in common.
    conventions: Vec<Vec<Span>>,
    groups: Vec<Group>,
    schemas: Vec<SchemaEntry>,
}

#[derive(Template)]
#[template(path = "docs/docs.html")]
struct DocsTemplate<'a> {
    content: &'a Content,
    /// The calls that are shown.
    groups: Vec<ShownGroup<'a>>,
    /// The search that the calls match.
    search: Option<&'a str>,
    found: usize,
}

/// The calls of a group that are shown.
struct ShownGroup<'a> {
    name: &'a str,
    about: &'a [Vec<Span>],
    calls: Vec<&'a Call>,
}

/// A schema that calls refer to.
struct SchemaEntry {
    anchor: String,
    name: String,
    about: Vec<Vec<Span>>,
    members: Section,
}

impl DocsPage {
    /// The page of the document that this function makes, for a server at a URL.
    pub fn of(document: fn() -> serde_json::Result<Value>, base_url: &str) -> Self {
        Self {
            document,
            base_url: base_url.to_owned(),
            rendered: OnceLock::new(),
        }
    }

    /// The rendered page, or why it cannot be rendered.
    pub(super) fn rendered(&self) -> Result<&Rendered, &str> {
        let rendered = self.rendered.get_or_init(|| {
            let document = (self.document)().map_err(|error| error.to_string())?;
            Rendered::of(&document, &self.base_url).map_err(|error| error.to_string())
        });
        rendered.as_ref().map_err(String::as_str)
    }
}

impl Rendered {
    fn of(document: &Value, base_url: &str) -> Result<Self, askama::Error> {
        let info = &document["info"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let groups = groups(document, base_url)?;
        let mut about = paragraphs(&text(&info["description"]));
        let conventions = about.split_off(about.len().min(1));
        let content = Content {
            version: text(&info["version"]),
            base_url: base_url.to_owned(),
            about,
            conventions,
            steps: steps(&groups),
            groups,
            schemas: schemas(document),
        };
        Ok(Self {
            html: content.render(None)?.into(),
            policy: policy(&style_hash(STYLE)) + "; form-action 'self'",
            content,
        })
    }

    /// The page of the calls that match a search; `None` for the page of all calls.
    pub(super) fn search(&self, search: &str) -> Result<Option<Bytes>, askama::Error> {
        let search = search.trim();
        if search.is_empty() || search.len() > MAX_SEARCH {
            return Ok(None);
        }
        Ok(Some(self.content.render(Some(search))?.into()))
    }
}

impl Content {
    fn render(&self, search: Option<&str>) -> Result<String, askama::Error> {
        let shown = |group| ShownGroup::of(group, search);
        let mut groups: Vec<ShownGroup<'_>> = self.groups.iter().map(shown).collect();
        groups.retain(|group| !group.calls.is_empty());
        let template = DocsTemplate {
            content: self,
            found: groups.iter().map(|group| group.calls.len()).sum(),
            groups,
            search,
        };
        template.render()
    }
}

impl<'a> ShownGroup<'a> {
    fn of(group: &'a Group, search: Option<&str>) -> Self {
        let is_shown = |call: &&Call| search.is_none_or(|search| call.matches(search));
        Self {
            name: &group.name,
            about: &group.about,
            calls: group.calls.iter().filter(is_shown).collect(),
        }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_escaped() {
        let document = json!({
            "info": {"version": "<i>\"&\"</i>", "description": "a `b<c` **d**\n\ne"},
        });
        let page = Rendered::of(&document, "http://a.test/<b>").expect("a page");
        let found = page
            .search("<u>\"x\"</u>")
            .expect("a page")
            .expect("a search");
        for (page, html) in [
            (&page.html, "&#60;i&#62;&#34;&#38;&#34;&#60;/i&#62;"),
            (
                &page.html,
                "<p>a <code>b&#60;c</code> <strong>d</strong></p>",
            ),
            (&page.html, "<h2>Conventions</h2><p>e</p>"),
            (
                &page.html,
                "<code id=\"base-url\">http://a.test/&#60;b&#62;</code>",
            ),
            (&found, "value=\"&#60;u&#62;&#34;x&#34;&#60;/u&#62;\""),
        ] {
            let page = std::str::from_utf8(page).expect("text");
            assert!(page.contains(html), "{html}: {page}");
        }
    }

    #[test]
    fn a_search_without_words_is_the_page_of_all_calls() {
        let page = Rendered::of(&json!({}), "http://a.test").expect("a page");
        for search in ["", "  ", &"x".repeat(MAX_SEARCH + 1)] {
            assert_eq!(page.search(search).expect("a page"), None);
        }
    }
}
