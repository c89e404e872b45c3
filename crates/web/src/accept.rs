//! Whether a client is a browser that shows pages, by its header `Accept`.

use actix_web::http::header::{ACCEPT, HeaderMap};

/// Whether the client prefers a page over JSON. A client that takes both alike, such as `curl`, gets JSON.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT);
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    quality(&lines, "text", "html") > quality(&lines, "application", "json")
}

/// The quality of a media type in thousandths: that of the most specific range (RFC 9110, section 12.5.1).
fn quality(lines: &[&str], kind: &str, subtype: &str) -> u16 {
    let ranges = lines.iter().flat_map(|line| line.split(','));
    let found = ranges.filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (of, sub) = parts.next()?.split_once('/')?;
        let specificity = match (of, sub) {
            ("*", "*") => 0,
            (of, "*") if of.eq_ignore_ascii_case(kind) => 1,
            (of, sub) if of.eq_ignore_ascii_case(kind) && sub.eq_ignore_ascii_case(subtype) => 2,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        Some((specificity, weight.map_or(Some(1_000), thousandths)?))
    });
    found
        .max_by_key(|(specificity, _)| *specificity)
        .map_or(0, |(_, quality)| quality)
}

/// A weight such as `0.8` in thousandths.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, rest) = weight.split_once('.').unwrap_or((weight, ""));
    let is_short = rest.len() <= 3 && rest.bytes().all(|b| b.is_ascii_digit());
    let rest = is_short.then(|| format!("{rest:0<3}"))?.parse::<u16>();
    match (whole, rest.ok()?) {
        ("0", rest) => Some(rest),
        ("1", 0) => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_browser_gets_pages_and_every_other_client_json() {
        for (accept, expected) in [
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                true,
            ),
            ("text/html", true),
            ("TEXT/HTML", true),
            ("text/*, */*;q=0.1", true),
            ("application/json;q=0.2, text/html;q=0.5", true),
            ("text/html, application/json;q=0.999", true),
            ("*/*", false),
            ("", false),
            ("application/json", false),
            ("application/json, text/plain, */*", false),
            ("text/html, application/json", false),
            ("text/html;q=0, */*", false),
            ("text/html;q=0.1, application/*", false),
            ("text/html;q=2", false),
            ("text/html;q=0.12345", false),
            ("text", false),
        ] {
            let request = TestRequest::default().insert_header(("accept", accept));
            let request = request.to_http_request();
            assert_eq!(prefers_html(request.headers()), expected, "{accept}");
        }
        let bare = TestRequest::default().to_http_request();
        assert!(!prefers_html(bare.headers()));
    }

    #[test]
    fn the_lines_of_the_header_are_one_list() {
        let request = TestRequest::default()
            .append_header(("accept", "application/json;q=0.5"))
            .append_header(("accept", "text/html"));
        assert!(prefers_html(request.to_http_request().headers()));
    }
}
