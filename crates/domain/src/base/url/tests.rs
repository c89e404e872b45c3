#![expect(
    clippy::unwrap_used,
    reason = "a test that fails here has found its bug"
)]

use proptest::prelude::*;

use super::*;

#[test]
fn reads_scheme_and_host() {
    for (text, host, https, loopback) in [
        ("https://example.com", "example.com", true, false),
        ("http://example.com/a?b=c#d", "example.com", false, false),
        ("https://example.com:8443/", "example.com", true, false),
        (
            "https://example.com?next=http://other.test",
            "example.com",
            true,
            false,
        ),
        ("https://example.com/@user", "example.com", true, false),
        ("http://localhost:8080/ok", "localhost", false, true),
        ("http://app.localhost", "app.localhost", false, true),
        (
            "http://localhost.example.com",
            "localhost.example.com",
            false,
            false,
        ),
        ("http://127.0.0.1/", "127.0.0.1", false, true),
        ("http://127.8.9.10:1/", "127.8.9.10", false, true),
        ("http://10.0.0.1/", "10.0.0.1", false, false),
        ("http://[::1]:9/", "::1", false, true),
        (
            "http://[::ffff:127.0.0.1]/",
            "::ffff:127.0.0.1",
            false,
            true,
        ),
        ("http://[2001:db8::1]", "2001:db8::1", false, false),
        ("https://a_b-c.example", "a_b-c.example", true, false),
    ] {
        let url = WebUrl::parse(text).unwrap();
        assert_eq!(
            (
                url.as_str(),
                url.host(),
                url.is_https(),
                url.is_loopback_host()
            ),
            (text, host, https, loopback)
        );
    }
}

#[test]
fn only_scheme_and_host_lose_their_case() {
    let url = WebUrl::parse("HTTPS://Shop.Example.COM/Ok?s={CHECKOUT_SESSION_ID}").unwrap();
    assert_eq!(
        url.as_str(),
        "https://shop.example.com/Ok?s={CHECKOUT_SESSION_ID}"
    );
    assert_eq!(url.host(), "shop.example.com");
    assert!(url.is_https());
}

#[test]
fn refuses_what_is_no_web_address_and_says_why() {
    use InvalidWebUrl::{Character, Host, Port, Scheme, TooLong, UserInfo};
    let long = format!("https://example.com/{}", "a".repeat(2_048));
    for (text, refusal) in [
        ("", Scheme),
        ("example.com", Scheme),
        ("//example.com", Scheme),
        ("ftp://example.com", Scheme),
        ("javascript:alert(1)", Scheme),
        ("https:/example.com", Scheme),
        ("https://", Host),
        ("https:///path", Host),
        ("https://?q", Host),
        ("https://:8080", Host),
        ("https://.example.com", Host),
        ("https://example..com", Host),
        ("https://example.com.", Host),
        ("https://bücher.example", Host),
        ("https://exa%6dple.com", Host),
        ("http://127.1", Host),
        ("http://2130706433", Host),
        ("http://0x7f.0.0.1", Host),
        ("http://0x7f000001", Host),
        ("http://127.0.0.0x1", Host),
        ("http://127.0.0.0x", Host),
        ("http://256.0.0.1", Host),
        ("http://127.0.0.01", Host),
        ("http://[::1", Host),
        ("http://[::1]x", Host),
        ("http://[fe80::1%eth0]", Host),
        ("http://::1", Host),
        ("https://user@example.com", UserInfo),
        ("https://user:password@example.com", UserInfo),
        ("https://example.com:", Port),
        ("https://example.com:0", Port),
        ("https://example.com:65536", Port),
        ("https://example.com:+80", Port),
        ("https://example.com:8o", Port),
        (" https://example.com", Character),
        ("https://example.com/a b", Character),
        ("https://example.com/\r\nX: y", Character),
        ("https://example.com\\@other.test", Character),
        (long.as_str(), TooLong),
    ] {
        assert_eq!(WebUrl::parse(text), Err(refusal), "{text}");
    }
}

#[test]
fn is_serialized_as_text_and_checked_when_read() {
    let url: WebUrl = serde_json::from_str("\"https://example.com/ok\"").unwrap();
    assert_eq!(
        serde_json::to_string(&url).unwrap(),
        "\"https://example.com/ok\""
    );
    assert!(serde_json::from_str::<WebUrl>("\"example.com\"").is_err());
}

proptest! {
    #[test]
    fn what_is_accepted_is_accepted_again_unchanged(text in "(http|HTTPS)://\\PC{0,40}") {
        if let Ok(url) = WebUrl::parse(&text) {
            prop_assert_eq!(WebUrl::parse(url.as_str()), Ok(url));
        }
    }

    #[test]
    fn arbitrary_text_never_panics(text: String) {
        let _ = WebUrl::parse(&text);
    }
}
