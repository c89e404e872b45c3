//! The browser of an OAuth round, known by a secret in a cookie.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::COOKIE;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;

/// How long a browser keeps the secret, in seconds: the page after the round can be loaded again for
/// so long.
const MAX_AGE: u32 = 86_400;

/// A browser accepts `__Host-` only over https. On this machine, Mintage may be reached by http.
fn name(public_url: &WebUrl) -> &'static str {
    if public_url.is_https() {
        "__Host-mintage_connect"
    } else {
        "mintage_connect"
    }
}

/// The secret that the browser sends, if the server has given it one.
pub(super) fn secret_of(request: &HttpRequest, public_url: &WebUrl) -> Option<Secret> {
    let name = name(public_url);
    let headers = request.headers().get_all(COOKIE);
    let pairs = headers.filter_map(|line| line.to_str().ok());
    let mut pairs = pairs.flat_map(|line| line.split(';'));
    pairs.find_map(|pair| {
        let (known, value) = pair.trim().split_once('=')?;
        let is_secret = value.len() == 64 && value.bytes().all(|it| it.is_ascii_hexdigit());
        (known == name && is_secret).then(|| Secret::new(value))
    })
}

/// The header that gives the secret to the browser. Stripe sends the browser back from another site, so
/// the cookie is `Lax` and not `Strict`.
pub(super) fn cookie(secret: &Secret, public_url: &WebUrl) -> String {
    let secure = if public_url.is_https() {
        "; Secure"
    } else {
        ""
    };
    format!(
        "{}={}; Path=/; Max-Age={MAX_AGE}; HttpOnly; SameSite=Lax{secure}",
        name(public_url),
        secret.expose()
    )
}

/// Whether the browser, or a program that previews links, loads a page that nobody has opened yet.
pub(super) fn is_speculative(request: &HttpRequest) -> bool {
    let says = |header: &str| {
        let value = request.headers().get(header);
        let value = value.and_then(|value| value.to_str().ok()).unwrap_or("");
        let value = value.to_ascii_lowercase();
        ["prefetch", "prerender", "preview"]
            .iter()
            .any(|word| value.contains(word))
    };
    request.method() != Method::GET || ["sec-purpose", "purpose", "x-moz"].into_iter().any(says)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn url(text: &str) -> WebUrl {
        WebUrl::parse(text).expect("a URL")
    }

    #[test]
    fn the_cookie_is_bound_to_the_host_over_https_and_plain_over_http() {
        let secret = Secret::new("5a".repeat(32));
        for (public_url, name, is_secure) in [
            ("https://mint.test", "__Host-mintage_connect=5a5a", true),
            ("http://127.0.0.1:8080", "mintage_connect=5a5a", false),
        ] {
            let cookie = cookie(&secret, &url(public_url));
            assert!(cookie.starts_with(name), "{cookie}");
            assert_eq!(cookie.contains("; Secure"), is_secure, "{cookie}");
            for attribute in ["; Path=/;", "; HttpOnly;", "; SameSite=Lax"] {
                assert!(cookie.contains(attribute), "{cookie}");
            }
            assert!(!cookie.contains("Domain"));
        }
    }

    #[test]
    fn a_secret_is_found_among_cookies_and_only_by_its_name_and_form() {
        let (good, public_url) = ("5a".repeat(32), url("https://mint.test"));
        for (line, found) in [
            (format!("a=b; __Host-mintage_connect={good}"), true),
            (
                format!("__Host-mintage_connect=x; __Host-mintage_connect={good}"),
                true,
            ),
            (format!("mintage_connect={good}"), false),
            (format!("__Host-mintage_connect={good}0"), false),
            ("__Host-mintage_connect=".to_owned(), false),
            (String::new(), false),
        ] {
            let request = TestRequest::default().insert_header(("cookie", line.as_str()));
            let secret = secret_of(&request.to_http_request(), &public_url);
            assert_eq!(
                secret.is_some_and(|it| it.expose() == good),
                found,
                "{line}"
            );
        }
    }

    #[test]
    fn a_page_that_nobody_opened_is_told_by_its_headers() {
        for (name, value, expected) in [
            ("sec-purpose", "prefetch", true),
            ("sec-purpose", "prefetch;prerender", true),
            ("Purpose", "Prefetch", true),
            ("x-moz", "prefetch", true),
            ("accept", "text/html", false),
        ] {
            let request = TestRequest::default().insert_header((name, value));
            assert_eq!(
                is_speculative(&request.to_http_request()),
                expected,
                "{name}"
            );
        }
        let head = TestRequest::default().method(Method::HEAD);
        assert!(is_speculative(&head.to_http_request()));
    }
}
