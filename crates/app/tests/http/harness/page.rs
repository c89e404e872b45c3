//! Clicking through pages: the fields of a form as a browser would send them.

use super::wire::escape;

/// The named inputs of a page's form with their values; of radio buttons the checked one.
pub(crate) fn form_of(html: &str) -> Vec<(String, String)> {
    let tags = html.split("<input").skip(1);
    tags.filter_map(|rest| {
        let tag = &rest[..rest.find('>')?];
        let is_off = tag.contains("type=\"radio\"") && !tag.contains("checked");
        let name = attribute(tag, "name").filter(|_| !is_off)?;
        Some((name, attribute(tag, "value").unwrap_or_default()))
    })
    .collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(
        value
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#34;", "\"")
            .replace("&amp;", "&")
            .replace("&#38;", "&"),
    )
}

/// Fills a field of a form in, whether it was there or not.
pub(crate) fn fill(form: &mut Vec<(String, String)>, name: &str, value: &str) {
    form.retain(|(known, _)| known != name);
    form.push((name.to_owned(), value.to_owned()));
}

/// What stands in the element with this id.
pub(crate) fn element(html: &str, id: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("id=\"{id}\">"))?;
    rest.split_once('<').map(|(text, _)| text.to_owned())
}

/// Where a form with `method="get"` leads, with its fields as the query.
pub(crate) fn followed(html: &str) -> String {
    let (_, rest) = html.split_once("<form method=\"get\"").expect("a form");
    let action = attribute(rest, "action").expect("an action");
    let fields = form_of(html);
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    format!("{action}?{}", pairs.collect::<Vec<_>>().join("&"))
}
