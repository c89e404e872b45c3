use super::*;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
    HttpResponse {
        status,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.as_bytes().to_vec(),
    }
}

fn error_body(code: &str, message: &str) -> String {
    serde_json::json!({ "error": {
        "type": "invalid_request_error", "code": code, "message": message, "param": "x",
    } })
    .to_string()
}

fn refused(code: Option<&str>, message: &str) -> StripeError {
    StripeError::Refused(said(code, message))
}

fn said(code: Option<&str>, message: &str) -> StripeRefusal {
    StripeRefusal {
        code: code.map(str::to_owned),
        message: message.to_owned(),
        ..StripeRefusal::default()
    }
}

/// What Stripe says of an account that may not charge, without a code.
const CLOSED: &str = "Your account cannot currently make live charges. If you are";

#[test]
fn every_refusal_means_what_the_domain_can_act_on() {
    let busy = StripeError::Busy { retry_after: None };
    let unavailable = |message: &str| StripeError::Unavailable(message.to_owned());
    let uncoded = |message: &str| {
        serde_json::json!({ "error": { "type": "invalid_request_error", "message": message } })
            .to_string()
    };
    for (status, body, error) in [
        (
            403,
            error_body("account_invalid", "gone"),
            StripeError::AccountGone,
        ),
        (
            401,
            error_body("account_invalid", "gone"),
            StripeError::AccountGone,
        ),
        (401, uncoded("Invalid API Key"), StripeError::Unauthorized),
        (
            401,
            error_body("api_key_expired", ""),
            StripeError::Unauthorized,
        ),
        (
            404,
            error_body("resource_missing", "No such price"),
            StripeError::NotFound(said(Some("resource_missing"), "No such price")),
        ),
        (
            400,
            error_body("resource_missing", "No such price"),
            StripeError::NotFound(said(Some("resource_missing"), "No such price")),
        ),
        (
            400,
            error_body("amount_too_small", "too small"),
            StripeError::AmountTooSmall(said(Some("amount_too_small"), "too small")),
        ),
        (
            402,
            error_body("testmode_charges_only", "activate"),
            StripeError::CannotCharge(said(Some("testmode_charges_only"), "activate")),
        ),
        (
            400,
            uncoded(CLOSED),
            StripeError::CannotCharge(said(None, CLOSED)),
        ),
        (429, error_body("rate_limit", "slow down"), busy.clone()),
        (400, error_body("rate_limit", "slow down"), busy.clone()),
        (429, error_body("lock_timeout", "locked"), busy.clone()),
        (
            409,
            error_body("idempotency_key_in_use", "wait"),
            busy.clone(),
        ),
        (409, uncoded("conflict"), busy.clone()),
        (429, String::new(), busy),
        (
            400,
            error_body("parameter_missing", "Missing."),
            refused(Some("parameter_missing"), "Missing."),
        ),
        (
            400,
            uncoded("Keys for idempotent"),
            refused(None, "Keys for idempotent"),
        ),
        (
            402,
            error_body("card_declined", "No."),
            refused(Some("card_declined"), "No."),
        ),
        (403, uncoded("not allowed"), refused(None, "not allowed")),
        (400, "<html>".to_owned(), refused(None, "no reason given")),
        (
            424,
            error_body("external", "bank down"),
            unavailable("status 424: bank down"),
        ),
        (500, uncoded("Sorry"), unavailable("status 500: Sorry")),
        (
            503,
            "<html>".to_owned(),
            unavailable("status 503: no reason given"),
        ),
        (
            302,
            String::new(),
            unavailable("status 302: no reason given"),
        ),
    ] {
        assert_eq!(of(&answer(status, &[], &body)), error, "{status} {body}");
    }
}

#[test]
fn a_busy_stripe_says_when_to_come_back() {
    for (header, seconds) in [
        ("7", Some(7)),
        (" 0 ", Some(0)),
        ("4294967295", Some(4_294_967_295)),
        ("4294967296", None),
        ("-1", None),
        ("soon", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ] {
        let busy = of(&answer(429, &[("retry-after", header)], ""));
        let retry_after = seconds.map(Duration::from_secs);
        assert_eq!(busy, StripeError::Busy { retry_after }, "{header:?}");
    }
}

#[test]
fn a_message_keeps_no_credential() {
    for (message, logged) in [
        (
            "Invalid API Key provided: sk_test_abc",
            "Invalid API Key provided: …",
        ),
        (
            "The provided key 'rk_live_****f00d' may not",
            "The provided key '…' may not",
        ),
        (
            "Authorization code does not exist: ac_123.",
            "Authorization code does not exist: ….",
        ),
        ("(whsec_x) pk_live_1,rt_2", "(…) …,…"),
        ("No such price: 'price_1'", "No such price: 'price_1'"),
        ("two\nlines", "two lines"),
    ] {
        let error = of(&answer(400, &[], &error_body("x", message)));
        assert_eq!(error, refused(Some("x"), logged));
    }
}

#[test]
fn a_message_is_cut_and_names_the_request() {
    let long = "x".repeat(10 * MAX_MESSAGE);
    let cut = "x".repeat(MAX_MESSAGE);
    for (id, is_named) in [
        ("req_Ab1", true),
        ("req_a b", false),
        ("other", false),
        ("", false),
    ] {
        let error = of(&answer(400, &[("request-id", id)], &error_body("x", &long)));
        let expected = StripeRefusal {
            request_id: is_named.then(|| id.to_owned()),
            ..said(Some("x"), &cut)
        };
        assert_eq!(error, StripeError::Refused(expected), "{id:?}");
    }
    let error = of(&answer(
        400,
        &[("request-id", "req_1")],
        &error_body("x", "no"),
    ));
    assert_eq!(error.to_string(), "Stripe refused the request: no (req_1)");
}

#[test]
fn a_text_that_cannot_be_a_code_is_no_code() {
    let long = "x".repeat(101);
    for code in ["", "a b", "a\"b", "\u{202e}x", &long] {
        let error = of(&answer(400, &[], &error_body(code, "no")));
        assert_eq!(error, refused(None, "no"), "{code:?}");
    }
}

#[test]
fn an_oauth_refusal_is_read_only_in_its_own_shape() {
    let oauth = r#"{"error":"invalid_grant","error_description":"ac_1 is used"}"#;
    let api = error_body("x", "y");
    for (status, body, code) in [
        (400, oauth, Some("invalid_grant")),
        (401, oauth, Some("invalid_grant")),
        (400, r#"{"error":"invalid_scope"}"#, Some("invalid_scope")),
        (429, oauth, None),
        (500, oauth, None),
        (302, oauth, None),
        (400, &api, None),
        (400, "<html>", None),
        (400, "", None),
    ] {
        let read = of_oauth(&answer(status, &[], body));
        let read = read.map(|told| (told.code, told.refusal));
        let message = if body == oauth {
            "… is used"
        } else {
            "no reason given"
        };
        let expected = code.map(|code| (code.to_owned(), said(Some(code), message)));
        assert_eq!(read, expected, "{status} {body}");
    }
}

#[test]
fn only_a_refusal_of_the_key_is_one() {
    let denied = "Having the 'rak_charge_read' permission would allow this request to continue.";
    for (status, code, message, is_of_key) in [
        (403, None, denied, true),
        (401, None, "Invalid API Key", true),
        (401, Some("api_key_expired"), "", true),
        (403, None, "Blocked by a rule", false),
        (403, Some("account_invalid"), denied, false),
        (400, None, denied, false),
        (429, None, denied, false),
        (500, None, denied, false),
    ] {
        let body = serde_json::json!({ "error": { "message": message, "code": code } });
        let error = of(&answer(status, &[], &body.to_string()));
        assert_eq!(error.is_of_key(), is_of_key, "{status} {message}: {error}");
    }
}
