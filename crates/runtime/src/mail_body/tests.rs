use mintage_domain::base::email::Email;
use mintage_domain::base::id::MailId;

use super::*;

const KEY: &str = "PIXL-4B2K-9XJP-T8WM-Q3VZ";

fn lifetime() -> LicenseMail {
    LicenseMail {
        id: MailId::new(Timestamp::EPOCH, [7; 10]),
        to: Email::parse("ada@example.test").expect("an address"),
        reply_to: Email::parse("seller@acme.test").expect("an address"),
        product: "Pixel Studio".to_owned(),
        plan: "Pro".to_owned(),
        key: Secret::new(KEY),
        mode: Mode::Live,
        expires_at: None,
        activation_limit: 3,
        more: Vec::new(),
    }
}

/// Subject, text and HTML.
fn rendered(mail: &LicenseMail) -> (String, String, String) {
    let message = license_message(mail).expect("a message");
    let (text, html) = (message.text.expose(), message.html.expose());
    (message.subject.clone(), text.to_owned(), html.to_owned())
}

#[test]
fn a_live_license_is_mailed_in_these_words() {
    let (subject, text, html) = rendered(&lifetime());
    assert_eq!(subject, "Your license key for Pixel Studio");
    assert_eq!(
        text,
        "Here is your license key for Pixel Studio (Pro):\n\
         \n\
         \x20   PIXL-4B2K-9XJP-T8WM-Q3VZ\n\
         \n\
         Valid:   for life\n\
         Devices: up to 3 at a time\n\
         \n\
         Keep this message: you will need the key again on a new device.\n\
         If you have a question, reply to this message; it goes to the seller.\n"
    );
    assert_eq!(
        html,
        "<!DOCTYPE html>\n\
         <html lang=\"en\">\n\
         <head><meta charset=\"utf-8\"><title>Your license key for Pixel Studio</title></head>\n\
         <body style=\"margin: 0; padding: 24px; background: #f4f4f2; color: #1d1d1b; \
         font: 16px/1.5 sans-serif\">\n\
         <div style=\"max-width: 560px; margin: 0 auto; padding: 24px; background: #ffffff; \
         border-radius: 8px\">\n\
         <p>Here is your license key for <strong>Pixel Studio</strong> (Pro):</p>\n\
         <p style=\"padding: 16px; background: #f4f4f2; border-radius: 4px; \
         font: 18px/1.4 monospace\">PIXL-4B2K-9XJP-T8WM-Q3VZ</p>\n\
         <p>Valid: for life<br>Devices: up to 3 at a time</p>\n\
         <p>Keep this message: you will need the key again on a new device.<br>\n\
         If you have a question, reply to this message; it goes to the seller.</p>\n\
         </div>\n\
         </body>\n\
         </html>\n"
    );
}

#[test]
fn a_sandbox_license_says_in_all_places_that_it_is_a_test() {
    let (subject, text, html) = rendered(&LicenseMail {
        mode: Mode::Sandbox,
        ..lifetime()
    });
    assert_eq!(subject, "[Test] Your license key for Pixel Studio");
    assert!(
        text.starts_with(&format!("{TEST_NOTICE}\n\nHere is")),
        "{text}"
    );
    assert!(html.contains(&format!(
        "<p><strong>{TEST_NOTICE}</strong></p>\n<p>Here is"
    )));
}

#[test]
fn the_end_and_the_activation_limit_are_written_out() {
    for (expires_at, activation_limit, validity, devices) in [
        (None, 1, "for life", "1 at a time"),
        (
            Some(Timestamp::from_micros(1_798_761_599_999_999)),
            2,
            "until 2026-12-31 (UTC)",
            "up to 2 at a time",
        ),
        (
            Some(Timestamp::EPOCH),
            10_000,
            "until 1970-01-01 (UTC)",
            "up to 10000 at a time",
        ),
    ] {
        let (_, text, html) = rendered(&LicenseMail {
            expires_at,
            activation_limit,
            ..lifetime()
        });
        let lines = format!("Valid:   {validity}\nDevices: {devices}\n");
        assert!(text.contains(&lines), "{text}");
        let lines = format!("<p>Valid: {validity}<br>Devices: {devices}</p>");
        assert!(html.contains(&lines), "{html}");
    }
}

#[test]
fn a_name_is_neither_markup_nor_a_template_nor_a_header() {
    for (name, line, html_line) in [
        (
            "<b>&\"'</b>",
            "<b>&\"'</b>",
            "&#60;b&#62;&#38;&#34;&#39;&#60;/b&#62;",
        ),
        ("{{key}}", "{{key}}", "{{key}}"),
        ("A\r\nBcc: x@y.test", "A  Bcc: x@y.test", "A  Bcc: x@y.test"),
        ("数独 ☕", "数独 ☕", "数独 ☕"),
    ] {
        let (subject, text, html) = rendered(&LicenseMail {
            product: name.to_owned(),
            plan: name.to_owned(),
            ..lifetime()
        });
        assert_eq!(subject, format!("Your license key for {line}"));
        assert!(
            text.contains(&format!("key for {line} ({line}):\n")),
            "{text}"
        );
        let names = format!("<strong>{html_line}</strong> ({html_line}):</p>");
        assert!(html.contains(&names), "{html}");
        assert!(html.contains(&format!("<title>Your license key for {html_line}</title>")));
        assert_eq!(text.matches(KEY).count(), 1, "{text}");
    }
}

#[test]
fn all_licenses_of_a_purchase_are_in_one_mail() {
    let another = |plan: &str, key: &str| MailedLicense {
        product: "<Pixel>".to_owned(),
        plan: plan.to_owned(),
        key: Secret::new(key),
        expires_at: Some(Timestamp::EPOCH),
        activation_limit: 1,
    };
    let (subject, text, html) = rendered(&LicenseMail {
        more: vec![another("Team", "PIXL-2"), another("Solo", "PIXL-3")],
        ..lifetime()
    });
    assert_eq!(subject, "Your license keys for Pixel Studio");
    let solo = "\n<Pixel> (Solo):\n\n    PIXL-3\n\nValid:   until 1970-01-01 (UTC)\nDevices: 1 at a time\n\nKeep";
    assert!(text.contains(solo), "{text}");
    for key in [KEY, "PIXL-2", "PIXL-3"] {
        assert_eq!(text.matches(key).count(), 1, "{text}");
        assert_eq!(html.matches(key).count(), 1, "{html}");
    }
    assert!(
        html.contains("<strong>&#60;Pixel&#62;</strong> (Team):"),
        "{html}"
    );
}
