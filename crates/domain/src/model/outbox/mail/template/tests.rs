use super::*;

/// The subject, the plain text and the HTML of a mail.
fn rendered(values: &MailValues<'_>) -> (String, String, String) {
    let body = values.render();
    let (text, html) = (body.text.expose(), body.html.expose());
    (body.subject.clone(), text.to_owned(), html.to_owned())
}

const LIFETIME: MailValues<'_> = MailValues {
    product: "Pixel Studio",
    plan: "Pro",
    key: "PIXL-4B2K-9XJP-T8WM-Q3VZ",
    mode: Mode::Live,
    expires_at: None,
    devices: 3,
};

#[test]
fn a_live_license_has_this_mail() {
    let (subject, text, html) = rendered(&LIFETIME);
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
    let (subject, text, html) = rendered(&MailValues {
        mode: Mode::Sandbox,
        ..LIFETIME
    });
    assert_eq!(subject, "[Test] Your license key for Pixel Studio");
    let notice = "This is a test: the license is from a sandbox, and no money was paid for it.";
    assert!(text.starts_with(&format!("{notice}\n\nHere is")), "{text}");
    assert!(html.contains(&format!("<p><strong>{notice}</strong></p>\n<p>Here is")));
}

#[test]
fn the_mail_states_the_end_and_the_device_limit() {
    for (expires_at, devices, validity, limit) in [
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
        let (_, text, html) = rendered(&MailValues {
            expires_at,
            devices,
            ..LIFETIME
        });
        let lines = format!("Valid:   {validity}\nDevices: {limit}\n");
        assert!(text.contains(&lines), "{text}");
        let lines = format!("<p>Valid: {validity}<br>Devices: {limit}</p>");
        assert!(html.contains(&lines), "{html}");
    }
}

#[test]
fn a_name_is_neither_markup_nor_a_placeholder_nor_a_header() {
    for (name, line, html_line) in [
        (
            "<b>&\"'</b>",
            "<b>&\"'</b>",
            "&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;",
        ),
        ("{{key}}", "{{key}}", "{{key}}"),
        ("A\r\nBcc: x@y.test", "A  Bcc: x@y.test", "A  Bcc: x@y.test"),
        ("数独 ☕", "数独 ☕", "数独 ☕"),
    ] {
        let (subject, text, html) = rendered(&MailValues {
            product: name,
            plan: name,
            ..LIFETIME
        });
        assert_eq!(subject, format!("Your license key for {line}"));
        assert!(
            text.contains(&format!("key for {line} ({line}):\n")),
            "{text}"
        );
        let heading = format!("<strong>{html_line}</strong> ({html_line}):</p>");
        assert!(html.contains(&heading), "{html}");
        assert!(html.contains(&format!("<title>Your license key for {html_line}</title>")));
        assert_eq!(text.matches(LIFETIME.key).count(), 1, "{text}");
    }
}

#[test]
fn every_placeholder_of_both_templates_is_filled() {
    for template in [TEXT, HTML] {
        let names = std::cell::RefCell::new(Vec::new());
        fill(template, |name| {
            names.borrow_mut().push(name.to_owned());
            String::new()
        });
        for name in names.into_inner() {
            let known = [
                "notice", "subject", "product", "plan", "key", "validity", "devices",
            ];
            assert!(known.contains(&name.as_str()), "{name}");
        }
    }
}
